"""What a container holds, in one short sentence."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets, is_root, starts_nothing
from dropcap.capabilities.engines import strategy, strategy_of
from dropcap.hidden import shown_of
from dropcap.masking import without_secrets
from dropcap.model import Engine, Kind
from dropcap.printable import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.capabilities.effective import CapabilitySets
    from dropcap.model import Container, Located, Unknown

_DECISIVE = frozenset({"privileged", "cap_add", "cap_drop", "user"})
_GROWING = frozenset({"privileged", "cap_add"})
_PLURALS = {"holds": "each hold", "is": "are each", "starts": "each start", "may": "may each"}
_OTHERS = {
    Kind.STAGE: "starts no container",
    Kind.FILE: "is no container",
    Kind.POD: "starts no program of its own",
    Kind.BUILD: "starts no container of its own",
}
_TEXT_SIZE = 40
_REFUSAL_SIZE = 200
# A set up to this size is told as it is.
_FEW = 3


def summarise(container: Container) -> str:
    """Say which capabilities a container holds, as a sentence without its subject: `holds nothing`."""
    if starts_nothing(container):
        grants = any(one.value == "security.insecure" for one in container.build_grants)
        is_open = container.kind is Kind.BUILD and (grants or container.privileged is not None)
        return "may run steps that hold everything" if is_open else _OTHERS[container.kind]
    sets = capability_sets(container)
    if container.kind is Kind.EXEC and not sets.bounding:
        whole = "all that its container can hold" if is_root(container) else "what its container was started with"
        return f"holds {whole}"
    if sets.errors:
        more = f" (and {len(sets.errors) - 1} more)" if len(sets.errors) > 1 else ""
        return f"is refused by the engine: {shortened(sets.errors[0].message, _REFUSAL_SIZE)}{more}"
    return _with_unknown(container, sets, _sentence(container, sets))


@lru_cache(maxsize=256)  # many containers hold the same
def describe_set(names: tuple[str, ...], engine: Engine, version: str = "") -> str:
    """Name a set of capabilities in the shortest way: by itself, or by its difference from a known set."""
    ways = strategy(engine, version)
    held, default = frozenset(names), frozenset(ways.default)
    if not held:
        return "nothing"
    less, more, missing = default - held, held - default, frozenset(ways.known) - held
    listed = f"{len(held)}: {_joined(held)}"
    changes = [f" {word} {_joined(some)}" for word, some in (("less", less), ("with", more)) if some]
    changed = f"the {ways.title} default set{','.join(changes)} ({len(held)})"
    nearly_all = f"all but {_joined(missing)} ({len(held)})" if missing else f"all {len(ways.known)}"
    forms = (
        (len(less) + len(more), changed),
        (len(missing), nearly_all),
        (len(held) if len(held) > _FEW else 1, listed),
    )
    return min(forms, key=itemgetter(0))[1]


def describe_user(container: Container) -> str:
    """Name the user that a container's first process runs as, as far as its file says so."""
    user = _user(container)
    if container.may_be_set("user"):
        return "user not known"
    if is_root(container):
        return "root"
    return f"user {shortened(user, _TEXT_SIZE)}" if user else "the image's user"


def as_written(container: Container, value: Located[str]) -> str:
    """Return a container's value as its file has it: what a variable of the environment sets is nobody's to print."""
    root, span = value.source.to_root(value.span)
    text = root.text[span.start : span.end]
    return shown_of(container, text if "$" in text else value.value)


def plural(sentence: str) -> str:
    """Turn the sentence of :func:`summarise` to a subject of several."""
    verb, _, rest = sentence.partition(" ")
    return f"{_PLURALS[verb]} {rest}"


def _sentence(container: Container, sets: CapabilitySets) -> str:
    engine = container.engine or Engine.DOCKER
    version = container.engine_version
    bounding = describe_set(sets.bounding, engine, version)
    origin = next(iter(sets.origins.values()), None)
    if origin is not None and origin.kind == "privileged":  # then it is that of each
        bounding = f"{bounding} (privileged)"
    if sets.effective == sets.bounding:
        return bounding
    user = _user(container)
    who = f" (user {shortened(user, _TEXT_SIZE)})" if user else ""
    return f"{describe_set(sets.effective, engine, version)}{who}; bounding set: {bounding}"


def _with_unknown(container: Container, sets: CapabilitySets, sentence: str) -> str:
    """Say what may change a set: an addition that is not known makes it larger, anything else can do more."""
    unknown = [one for one in container.unknowns if not one.fields or _DECISIVE.intersection(one.fields)]
    if not sets.bounding:  # whoever it runs as
        unknown = [one for one in unknown if one.fields != ("user",)]
    only_more = all(one.fields and _GROWING.issuperset(one.fields) for one in unknown)
    if only_more and (not unknown or len(sets.effective) == len(strategy_of(container).known)):
        return f"holds {sentence}"
    several = len(unknown) > 1
    if only_more and sets.effective and sets.effective == sets.bounding:
        return f"holds at least {sentence}; {_texts(unknown)} {'are' if several else 'is'} not known"
    return f"holds {sentence}, unless {_texts(unknown)} {'say' if several else 'says'} otherwise"


def _user(container: Container) -> str:
    """Give the user as it is written; an empty one leaves it to the image."""
    if container.user and container.user.value:
        return as_written(container, container.user)
    return as_written(container, container.stage.user) if container.stage and container.stage.user else ""


def _texts(unknown: list[Unknown]) -> str:
    first = shortened(without_secrets(unknown[0].text), _TEXT_SIZE)
    return first if len(unknown) == 1 else f"{first} and {len(unknown) - 1} more"


def _joined(names: Iterable[str]) -> str:
    return " ".join(sorted(names))
