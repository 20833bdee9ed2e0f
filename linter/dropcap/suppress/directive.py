"""What a comment says to dropcap: `dropcap: ignore[net-raw] -- it pings`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES, bare_name, suggest
from dropcap.dates import is_date
from dropcap.model.ignores import Accepted
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NAMES = 100
"""How many names one comment may have."""
LONGEST_REASON = 500
"""How much of a reason is kept."""

_SIGNS = r"`?\s*(?:#+|//+|/\*+|;+|<!--+)\s*"
_ENDS = ("*/", "-->", "`")
# Behind another comment on the same line too: `# unrelated  # dropcap: …`.
_START = r"(?:\A|(?<=\s)(?:#|//|;)\s*)dropcap:"
_NEAR = r"dropcap:\s*(?:ignore|disable|allow|accept|skip)\b|dropcap:\s*[\w-]+\s*\["
_WHOLE = (
    r"\s*(?P<word>ignore(?:-file)?)\s*\[(?P<names>[^\]]*)\]"
    r"(?:\s+until\s+(?P<until>[^\s]+))?(?P<rest>.*)"
)
_REASON = r"\s*--(?=\s|\Z)(?P<reason>.*?)(?:\s+(?:#|//)\s.*)?\Z"
_NOTHING = r"\s*(?:(?:#|//)\s.*)?\Z"
_HOW = "write `dropcap: ignore[rule] -- reason`"


class Directive(NamedTuple):
    """What a comment accepts.

    Attributes:
        accepts: rules, each perhaps for one capability.
        reason: why.
        expires: the last day on which it counts.
        is_of_file: whether it speaks of the whole file.
        wrong: why it cannot be understood.

    """

    accepts: tuple[Accepted, ...] = ()
    reason: str = ""
    expires: str = ""
    is_of_file: bool = False
    wrong: str = ""


def directive(comment: str) -> Directive | None:
    """Read a comment with its signs; None where it does not speak to dropcap."""
    text = _without_signs(comment) if len(comment) < _LONGEST else comment[:_LONGEST]
    start = re.search(_START, text)
    if start is None:
        found = re.search(_NEAR, text)
        return None if found is None else Directive(wrong=f"a comment to dropcap begins with `dropcap:`; {_HOW}")
    if len(comment) >= _LONGEST:
        return Directive(wrong=f"this comment has more than {_LONGEST:,} characters; {_HOW}")
    match = re.compile(_WHOLE, re.DOTALL).match(text, start.end())
    if match is None:
        return Directive(wrong=_why(text[start.end() :].strip()))
    names = [name.strip() for name in match["names"].split(",")]
    wrong = _wrong(names, match["until"], match["rest"])
    if wrong:
        return Directive(wrong=wrong)
    reason = re.compile(_REASON, re.DOTALL).match(match["rest"])
    return Directive(
        tuple(dict.fromkeys(map(_accepted, names))),
        " ".join(reason["reason"].split())[:LONGEST_REASON] if reason else "",
        match["until"] or "",
        is_of_file=match["word"] == "ignore-file",
    )


_LONGEST = 4000
"""A longer comment says nothing to dropcap."""


def _without_signs(comment: str) -> str:
    """Take off what makes a text a comment."""
    text = comment.strip()
    end = next((end for end in _ENDS if text.endswith(end)), "")
    text = text[: len(text) - len(end)].rstrip()
    signs = re.match(_SIGNS, text)
    return text[signs.end() :] if signs else text


def _accepted(name: str) -> Accepted:
    rule, _, capability = name.partition(":")
    return Accepted(rule.strip(), bare_name(capability.strip()) if capability.strip() else "")


def _wrong(names: list[str], until: str | None, rest: str) -> str:
    """Say what is wrong with the parts of a comment; nothing where all is right."""
    if not all(names):
        return f"it names no rule between the brackets; {_HOW}"
    if len(names) > MOST_NAMES:
        return f"it names more than {MOST_NAMES} rules; turn rules off in the configuration instead"
    wrong = next(_wrong_names(names), "")
    if wrong:
        return wrong
    if until is not None and not is_date(until):
        return "`until` needs the last day on which it counts, as in `until 2027-01-31`"
    if not re.match(_NOTHING, rest, re.DOTALL) and not re.match(_REASON, rest, re.DOTALL):
        return "what follows the brackets is no reason; write `--` and a blank before it"
    return ""


def _wrong_names(names: list[str]) -> Iterator[str]:
    for name in names:
        _, colon, capability = name.partition(":")
        bare = bare_name(capability.strip())
        if colon and bare not in NAMES:
            close = suggest(bare)
            hint = f" (did you mean {close}?)" if close else ""
            yield f"behind a rule and a colon stands a capability, and `{capability.strip()[:40]}` is none{hint}"


def _why(text: str) -> str:
    """Say what is wrong with what follows `dropcap:`."""
    word = re.match(r"[\w-]*", text)
    first = word[0][:40] if word else ""
    if first in {"ignore", "ignore-file"}:
        return f"it names no rule; {_HOW}"
    return f"it does not say what to accept{f' (`{first}`)' if first else ''}; {_HOW}"
