"""What the commands for users and groups do, by their words.

Sources: the manual pages of shadow (useradd, groupadd, usermod), of Debian's adduser, and of busybox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import Account, Group
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.lang.words import Word

__all__ = ["ACCOUNT_COMMANDS"]

_VALUED = {
    "useradd": ("bcdefgGkKpsuZ", ("base-dir", "comment", "home-dir", "expiredate", "gid", "groups", "shell", "uid")),
    "usermod": ("cdefgGlpsu", ("comment", "home", "gid", "groups", "login", "shell", "uid")),
    "groupadd": ("gKpR", ("gid",)),
    "groupmod": ("gnp", ("gid", "new-name")),
    "adduser": ("hgsGuk", ("home", "shell", "uid", "gid", "ingroup", "gecos", "firstuid", "lastuid", "conf")),
    "addgroup": ("g", ("gid",)),
}


def _given(words: Sequence[Word], name: str) -> tuple[dict[str, Word], list[Word]]:
    """Return the options by name and the operands."""
    letters, names = _VALUED.get(name, ("", ()))
    options: dict[str, Word] = {}
    operands: list[Word] = []
    rest = iter(words[1:])
    for word in rest:
        value = word.value
        if value.startswith("--"):
            key, equals, text = value[2:].partition("=")
            options[key] = word._replace(value=text) if equals else word
            if not equals and key in names:
                options[key] = next(rest, word)
        elif value.startswith("-") and len(value) > 1 and word.unknown != value:
            for index, letter in enumerate(value[1:], 2):
                options[letter] = word
                if letter in letters:
                    options[letter] = word._replace(value=value[index:]) if index < len(value) else next(rest, word)
                    break
        else:
            operands.append(word)
    return options, operands


def _value(options: dict[str, Word], *names: str) -> str | None:
    """Return an option's value; None where it is not given, empty where it is not known."""
    word = next((options[name] for name in names if name in options), None)
    return None if word is None else word.value if word.unknown is None else ""


def _add_user(words: Sequence[Word]) -> Iterator[Effect]:
    command = words[0].value.rpartition("/")[2]
    options, operands = _given(words, command)
    if not operands:
        return
    if len(operands) > 1 and command == "adduser":  # it adds a user to a group
        yield from ()
        return
    word = operands[0]
    where = Located(word.value, word.source, word.span)
    if word.unknown is not None:
        yield Effect(EffectKind.ADD_ACCOUNT, where)
        return
    uid = _value(options, "u", "uid")
    group = _value(options, "g", "gid", "ingroup") if command == "useradd" else _value(options, "ingroup", "G", "gid")
    home = _value(options, "d", "home-dir") if command == "useradd" else _value(options, "h", "home")
    shell = _value(options, "s", "shell")
    account = Account(word.value, uid or None, group or word.value, home or f"/home/{word.value}", shell or "", where)
    yield Effect(EffectKind.ADD_ACCOUNT, where, account=account)
    makes = "m" in options or "create-home" in options if command == "useradd" else not _has_no_home(options)
    if makes and account.home:
        owner, own = account.uid or account.name, account.group
        yield Effect(
            EffectKind.MAKE_FOLDER, where, path=account.home, owner=owner, group=own, with_parents=True, is_gentle=True
        )


def _has_no_home(options: dict[str, Word]) -> bool:
    return "H" in options or "no-create-home" in options


def _change_user(words: Sequence[Word]) -> Iterator[Effect]:
    options, operands = _given(words, "usermod")
    if not operands:
        return
    word = operands[-1]
    where = Located(word.value, word.source, word.span)
    uid, group = _value(options, "u", "uid"), _value(options, "g", "gid")
    if word.unknown is not None or uid == "" or group == "":
        yield Effect(EffectKind.CHANGE_ACCOUNT, where)
        return
    home = _value(options, "d", "home") or ""
    account = Account(word.value, uid, group or "", home, _value(options, "s", "shell") or "", where)
    yield Effect(EffectKind.CHANGE_ACCOUNT, where, account=account)


def _add_group(words: Sequence[Word]) -> Iterator[Effect]:
    options, operands = _given(words, words[0].value.rpartition("/")[2])
    if not operands:
        return
    word = operands[-1]
    where = Located(word.value, word.source, word.span)
    if word.unknown is not None:
        yield Effect(EffectKind.ADD_GROUP, where)
        return
    gid = _value(options, "g", "gid")
    yield Effect(EffectKind.ADD_GROUP, where, to_group=Group(word.value, gid or None, where=where))


def _remove_user(words: Sequence[Word]) -> Iterator[Effect]:
    for word in words[1:]:
        if not word.value.startswith("-"):
            where = Located(word.value, word.source, word.span)
            account = None if word.unknown is not None else Account(word.value, None, "")
            yield Effect(EffectKind.REMOVE_ACCOUNT, where, account=account)


ACCOUNT_COMMANDS: dict[str, Callable[[Sequence[Word]], Iterator[Effect]]] = {
    **dict.fromkeys(("adduser", "useradd"), _add_user),
    **dict.fromkeys(("addgroup", "groupadd", "groupmod"), _add_group),
    **dict.fromkeys(("deluser", "userdel"), _remove_user),
    "usermod": _change_user,
}
"""The programs by name, and who reads their words."""
