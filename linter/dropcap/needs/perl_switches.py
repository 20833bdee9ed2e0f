"""A Perl script that becomes another user and then starts what it is given, where each of its statements is read.

One that has any other statement is not followed. Source: perlvar(1) of `$<`, `$>`, `$(` and `$)`, perlfunc(1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Switch", "switch_in"]

_LONGEST = 5_000
_STATEMENT = re.compile(r"""\s*((?:'[^']*'|"(?:[^"\\@]|\\[nt])*"|\$(?:[();]|[^\s();'"])|[^;'"$#])+?)\s*(?:;|\Z)""")
_STRING = r'"[^"@{\[]*"'  # without code in it
_LOOKED_UP = re.compile(
    r"my \(([\s$\w,]+)\) = \(getpwnam[ (]'([a-z_][\w-]*)'\)?\)\[([\d,\s]+)\]"
    r"|my \$(\w+) = getpwnam\('([a-z_][\w-]*)'\)"
)
_UID = 2
_SET = re.compile(r"\$(<|>|UID|EUID|REAL_USER_ID|EFFECTIVE_USER_ID) = \$(\w+)|\(\$<, \$>\) = \(\$(\w+), \$(\w+)\)")
_REAL = frozenset({"<", "UID", "REAL_USER_ID"})
_DIES = rf"die {_STRING}"
_PLAIN = re.compile(
    r"use (?:strict|warnings|utf8|English(?: qw\(-no_match_vars\))?)"
    r"|my \(?[\s$\w,]+\)? = get(?:pw|gr)nam[ (]'[\w-]+'\)?"
    r"|my \$\w+ = getgrnam\('[\w-]+'\)"
    r"|\$ENV\{'?(?:HOME|USER|LOGNAME)'?\} = (?:\$\w+|'[^']*')"
    r"|\$[()] = (?:\$\w+|\"\$\w+ \$\w+\")"
    rf"|{_DIES} (?:if|unless)(?: |\$(?:\w+|[<>()]|!\{{\w+\}})|\b\d+\b|[!=]=|!|&&|\|\||\b(?:or|and|not|eq|ne)\b)+"
)
_OF_FILES = re.compile(rf"open my \$\w+, '[<>+]{{1,3}}', '[^']+'(?: or {_DIES})?|print \$\w+ {_STRING}|close \$\w+")
"""What is left to the files' own permissions once it is another user."""
_START = re.compile(rf"exec(?: \{{ \$ARGV\[0\] \}})? @ARGV(?: or {_DIES})?")


class Switch(NamedTuple):
    """Whom a script becomes, and where it starts what it is given.

    Attributes:
        user: the account.
        at: where the start begins and ends in its text.

    """

    user: str
    at: tuple[int, int]


def switch_in(text: str) -> Switch | None:
    """Return what a script does, where all that it does is to become another user and to start its arguments.

    Args:
        text: the script, its comments blank.

    """
    accounts: dict[str, str] = {}
    real = effective = ""
    at = 0
    text = text[: _LONGEST + 1].rstrip()
    while at < len(text) <= _LONGEST:
        found = _STATEMENT.match(text, at)
        if found is None:
            return None
        at = found.end()
        statement = " ".join(found[1].split())
        if looked := _LOOKED_UP.fullmatch(statement):
            accounts |= _of_account(looked)
        elif told := _SET.fullmatch(statement):
            users = _set(told, accounts)
            real, effective = users.get("real", real), users.get("effective", effective)
        elif _START.fullmatch(statement):
            is_other = real != "" and real == effective
            return Switch(real, found.span(1)) if is_other and at == len(text) else None
        elif not _PLAIN.fullmatch(statement) and not (_OF_FILES.fullmatch(statement) and real and real == effective):
            return None
    return None


def _of_account(looked: re.Match[str]) -> Mapping[str, str]:
    """Return the variable that holds the number of an account's user."""
    if looked[4]:
        return {looked[4]: looked[5]}
    names = [one.strip().lstrip("$") for one in looked[1].split(",")]
    fields = [int(one) for one in looked[3].split(",") if one.strip()]
    return {name: looked[2] for name, field in zip(names, fields, strict=False) if field == _UID}


def _set(told: re.Match[str], accounts: Mapping[str, str]) -> Mapping[str, str]:
    """Return whose numbers the process gets; nobody's where that is not read."""
    if told[3]:
        return {"real": accounts.get(told[3], ""), "effective": accounts.get(told[4], "")}
    return {"real" if told[1] in _REAL else "effective": accounts.get(told[2], "")}
