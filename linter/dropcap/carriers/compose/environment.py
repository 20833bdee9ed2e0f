"""The variables that a Compose project is resolved with, each with the place that sets it, and the files that do.

Which sets there are, and which of them wins, is said in compose-go's `cli/options.go`.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING

from dropcap.lang.yaml import UnknownText
from dropcap.namedtuple import NamedTuple
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping


_SECRET_WORDS = frozenset(
    {"apikey", "cred", "credentials", "creds", "key", "keys", "pass", "passwd", "password", "pw", "pwd"}
    | {"secret", "secrets", "token", "tokens"}
)
_SECRET_ENDINGS = ("apikey", "passphrase", "passwd", "password", "secret", "token")


class Variable(NamedTuple):
    """The value of a variable that is set.

    Attributes:
        value: the value; a reference in it that nobody answers stands there as it is written.
        source: the text it stands in.
        span: where it stands there, without quotation marks.
        unknown: what hides a part of the value; None where all is known.

    """

    value: str
    source: Source
    span: Span
    unknown: UnknownText | None = None


_NUMBERS = count()
_NUMBERED: deque[tuple[int, Environment]] = deque(maxlen=8)


class Environment:
    """An immutable set of variables.

    Attributes:
        values: the variables by name.
        is_complete: whether a name that is not in it is certainly not set, as for `docker compose` run in exactly
            this environment. Otherwise whoever runs Compose may have set it.
        hides_secrets: whether a value counts as unknown whose name is that of a secret: messages quote values.
        is_lazy: whether the text behind an operator is replaced only where it is used.

    """

    __slots__ = ("hides_secrets", "is_complete", "is_lazy", "values")

    def __init__(
        self,
        values: Mapping[str, Variable],
        is_complete: bool,  # noqa: FBT001  # two things make an environment, and no default suits either
        *,
        hides_secrets: bool = False,
        is_lazy: bool = True,
    ) -> None:
        """Take the variables by name."""
        self.is_lazy = is_lazy
        hidden = {name: _hidden(name, one) for name, one in values.items() if hides_secrets and is_secret(name)}
        self.values: Mapping[str, Variable] = {**values, **hidden}
        self.is_complete = is_complete
        self.hides_secrets = hides_secrets

    @property
    def number(self) -> int:
        """A number that equal ones have, as long as few others are asked for theirs."""
        what = (self.is_complete, self.hides_secrets, self.is_lazy)
        for number, known in _NUMBERED:
            if (known.is_complete, known.hides_secrets, known.is_lazy) == what and known.values == self.values:
                return number
        number = next(_NUMBERS)
        _NUMBERED.append((number, self))
        return number

    def lookup(self, name: str) -> Variable | None:
        """Give a variable; None where it is not set here."""
        return self.values.get(name)

    def over(self, weaker: Environment) -> Environment:
        """Lay this environment over another one: what both set is as it is here.

        The two are complete together as soon as one of them says that nothing else sets a variable, and hide secrets
        as soon as one of them does.
        """
        return Environment(
            {**weaker.values, **self.values},
            self.is_complete or weaker.is_complete,
            hides_secrets=self.hides_secrets or weaker.hides_secrets,
            is_lazy=self.is_lazy and weaker.is_lazy,
        )


def is_secret(name: str) -> bool:
    """Whether a variable's name is that of a secret: `DB_PASSWORD`, `PGPASSWORD`, but not `KEYCLOAK_VERSION`."""
    words = name.lower().split("_")
    return not _SECRET_WORDS.isdisjoint(words) or any(word.endswith(_SECRET_ENDINGS) for word in words)


def _hidden(name: str, variable: Variable) -> Variable:
    if not variable.value:
        return variable
    written = f"${{{name}}}"
    return variable._replace(value=written, unknown=UnknownText(written, f"{name} is the name of a secret"))


def from_mapping(
    name: str, values: Mapping[str, str], *, is_complete: bool, hides_secrets: bool = False, is_lazy: bool = True
) -> Environment:
    """Make an environment of variables that stand in no file.

    Args:
        name: what stands in the place of a file's path, such as "the environment". The values themselves are
            kept out of that source: they may be secrets.
        values: the variables.
        is_complete: whether all others are certainly not set.
        hides_secrets: see :class:`Environment`.
        is_lazy: see there too.

    """
    source = Source(name, "")
    variables = {key: Variable(value, source, Span(0, 0)) for key, value in values.items()}
    return Environment(variables, is_complete, hides_secrets=hides_secrets, is_lazy=is_lazy)
