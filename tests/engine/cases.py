"""One way to start a container, both as options of a command line and as dropcap's own record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st

from dropcap.model import Container, Kind, Located, Mount, Stage
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
SOURCE = Source("run.sh", "run")


def at(value: T) -> Located[T]:
    """Put a value somewhere."""
    return Located(value, SOURCE, Span(0, 3))


def container(
    add: Iterable[str] = (),
    drop: Iterable[str] = (),
    *,
    kind: Kind = Kind.RUN,
    **fields: Any,  # noqa: ANN401  # any field of a container, by name
) -> Container:
    """Make a container; a text, a truth value, and each item of a tuple of texts are put somewhere."""
    made = Container(kind, "web", SOURCE, Span(0, 3), cap_add=tuple(map(at, add)), cap_drop=tuple(map(at, drop)))
    return made._replace(**{key: _placed(value) for key, value in fields.items()})


def _placed(value: Any) -> Any:  # noqa: ANN401  # as above
    if isinstance(value, str | bool | Mount):
        return at(value)
    if type(value) is tuple:
        return tuple(at(item) if isinstance(item, str | Mount) else item for item in value)
    return value


def stage(
    user: str | None = None, *, base: str = "debian", labels: Sequence[str] = (), parent: Stage | None = None
) -> Stage:
    """Make a Dockerfile stage."""
    return Stage(
        name="0",
        number=0,
        base=at(base),
        user=None if user is None else at(user),
        entrypoint=None,
        command=None,
        exposed=(),
        labels=tuple(map(at, labels)),
        environment=(),
        instructions=(),
        parent=parent,
    )


class Case(NamedTuple):
    """How a container is started; `image_user` is the image's own, None for an image that names none."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    privileged: bool = False
    user: str | None = None
    image_user: str | None = None
    security_opt: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def flags(self) -> list[str]:
        """Give the options of `docker run` and its kin."""
        return [
            *(f"--cap-add={name}" for name in self.add),
            *(f"--cap-drop={name}" for name in self.drop),
            *(f"--security-opt={option}" for option in self.security_opt),
            *(f"--label={label}" for label in self.labels),
            *(["--privileged"] if self.privileged else []),
            *([f"--user={self.user}"] if self.user is not None else []),
        ]

    def container(self) -> Container:
        """Give the same as dropcap's record."""
        return container(
            self.add,
            self.drop,
            privileged=self.privileged or None,
            user=self.user,
            security_opt=self.security_opt,
            labels=self.labels,
            stage=stage(self.image_user) if self.image_user else None,
        )


# The same cases everywhere, and no search for a smaller one: each takes a container.
REAL = settings(
    max_examples=70,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
USERS = (
    None,
    None,
    "",
    "0",
    "00",
    "+0",
    "-0",
    "root",
    "root:app",
    "0:5",
    ":5",
    "1000",
    "app",
    "app:root",
    "65534",
)
NO_NEW_PRIVILEGES = (
    "no-new-privileges",
    "no-new-privileges=true",
    "no-new-privileges:true",
    "no-new-privileges=T",
    "no-new-privileges=0",
    "no-new-privileges:false",
    "seccomp=unconfined",
)


def spelled(name: str) -> SearchStrategy[str]:
    """Spell a capability in a way that engines read."""
    return st.sampled_from((name, name.lower(), f"CAP_{name}", f"cap_{name}".lower(), f"Cap_{name.title()}"))


def lists(names: Sequence[str], odd: Sequence[str]) -> SearchStrategy[tuple[str, ...]]:
    """Make a list of additions or drops: few of them with ALL, few with an odd entry, and at most one."""
    known = st.sampled_from(names).flatmap(spelled)
    everything = st.sampled_from(("ALL", "all", "aLL"))
    some = st.lists(known, max_size=4)
    with_all = st.tuples(some, everything).map(lambda pair: [*pair[0], pair[1]])
    with_odd = st.tuples(some, st.sampled_from(odd)).map(lambda pair: [*pair[0], pair[1]])
    return st.one_of(some, some, some, with_all, with_all, with_odd).map(tuple)


def cases(
    names: Sequence[str], odd: Sequence[str], image_users: Sequence[str | None] = (None,)
) -> SearchStrategy[Case]:
    """Make ways to start a container, with capabilities that an engine knows and entries that it may not."""
    return st.builds(
        Case,
        lists(names, odd),
        lists(names, odd),
        st.sampled_from((False, False, False, True)),
        st.sampled_from(USERS),
        st.sampled_from(image_users),
        st.lists(st.sampled_from(NO_NEW_PRIVILEGES), max_size=2).map(tuple),
        st.just(()),
    )
