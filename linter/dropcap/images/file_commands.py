"""What the usual commands do to files, by their words: the same in a build and at a start.

Sources: the manual pages of GNU coreutils and findutils, and of busybox; where the two differ, GNU's.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from dropcap.images.account_commands import ACCOUNT_COMMANDS
from dropcap.images.alternatives import turned_by
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import FileKind
from dropcap.images.file_capabilities import written_by_command
from dropcap.images.packed_files import compress, unzip
from dropcap.images.synced_folders import synced
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.images.file_capabilities import FileCapabilities
    from dropcap.lang.words import Word

__all__ = ["effects_of", "given_to_any"]


class _Given(NamedTuple):
    """The words of a command: its options by letter or name, and its operands."""

    options: dict[str, Word | None]
    operands: list[Word]
    folder: str | None

    def has(self, *names: str) -> bool:
        return any(name in self.options for name in names)

    def value(self, *names: str) -> Word | None:
        return next((self.options[name] for name in names if name in self.options), None)

    def path(self, word: Word) -> str | None:
        """Return an absolute path; None where it is not known, as of a pattern of the shell."""
        return _absolute(word, self.folder)


def effects_of(words: Sequence[Word], folder: str | None) -> Sequence[Effect] | None:
    """Return what a command does to files and accounts, in its order; None where it is none that is known.

    Args:
        words: the command, as its program gets it.
        folder: the folder that it runs in; None where that is not known.

    """
    word = words[0]
    name = word.value.rpartition("/")[2] if word.unknown is None else ""
    if name == "find":  # its tests look like options
        return list(_find(words[1:], folder))
    if name in {"setcap", "filecap"}:
        return _file_capabilities(words, folder)
    if name in {"rsync", "update-alternatives"}:
        return synced(words, folder) if name == "rsync" else turned_by(words)
    if name in ACCOUNT_COMMANDS:
        return list(ACCOUNT_COMMANDS[name](words))
    found = _COMMANDS.get(name)
    if found is None:
        return [] if name in _CHANGE_NOTHING else None
    letters, names, read = found
    given = _take_apart(words, letters, names, folder)
    return list(read(word, given))


def _absolute(word: Word, folder: str | None) -> str | None:
    value = word.value
    if word.unknown == "$$" and value.startswith("/proc/$$/"):
        return "/proc/self/" + posixpath.normpath(value).removeprefix("/proc/$$/")
    if word.unknown is not None or value.startswith("~") or not value:
        return None
    if not value.startswith("/"):
        if folder is None:
            return None
        value = posixpath.join(folder, value)
    return "/" + posixpath.normpath(value).lstrip("/")


def _take_apart(words: Sequence[Word], letters: str, names: Sequence[str], folder: str | None) -> _Given:
    """Tell options from operands; `letters` and `names` are the options that take a value."""
    options: dict[str, Word | None] = {}
    operands: list[Word] = []
    at, is_over = 1, False
    while at < len(words):
        word, at = words[at], at + 1
        value = word.value
        if is_over or word.unknown == value or not value.startswith("-") or value == "-":
            operands.append(word)
        elif value == "--":
            is_over = True
        elif value.startswith("--"):
            name, equals, text = value[2:].partition("=")
            if equals:
                options[name] = word._replace(value=text)
            elif name in names and at < len(words):
                options[name], at = words[at], at + 1
            else:
                options[name] = None
        else:
            at = _take_letters(words, value, letters, options, at)
    return _Given(options, operands, folder)


def _take_letters(words: Sequence[Word], value: str, letters: str, options: dict[str, Word | None], at: int) -> int:
    for index, letter in enumerate(value[1:], 2):
        if letter not in letters:
            options[letter] = None
            continue
        if index < len(value):
            options[letter] = words[at - 1]._replace(value=value[index:])
        elif at < len(words):
            options[letter], at = words[at], at + 1
        break
    return at


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)


def _text(word: Word | None) -> str:
    """Return a word's text; empty where it is not known."""
    return word.value if word is not None and word.unknown is None else ""


def _owner(word: Word) -> tuple[str | None, str | None]:
    """Return the user and the group of `user:group`, `user`, `:group`, `user.group`; empty where it is not known."""
    if word.unknown is not None:
        before, colon, _ = word.value.partition(":")
        is_user_known = colon and len(before) < word.known_length
        return (before or None) if is_user_known else "", "" if colon else None
    user, colon, group = word.value.partition(":")
    if colon and user and not group:
        return user, user  # the user's own group, which mostly has the name
    return user or None, group or None if colon else None


def _chown(_: Word, given: _Given) -> Iterator[Effect]:
    operands = given.operands
    reference = given.has("reference")
    if len(operands) < (1 if reference else 2):
        return
    owner, group = ("", "") if reference else _owner(operands[0])
    only = _text(given.value("from")).partition(":")[0]
    for word in operands if reference else operands[1:]:
        yield Effect(
            EffectKind.GIVE,
            _place(word),
            path=given.path(word),
            owner=owner,
            group=group,
            is_deep=given.has("R", "recursive"),
            only_from=only,
            ignores_link=given.has("h", "no-dereference"),
        )


def _chgrp(word: Word, given: _Given) -> Iterator[Effect]:
    for effect in _chown(word, given):
        yield effect._replace(owner=None, group=effect.owner)


def _chmod(_: Word, given: _Given) -> Iterator[Effect]:
    letters = [name for name in given.options if name in {"r", "w", "x", "X", "s", "t"}]
    operands = given.operands
    if letters:  # `chmod -x file`
        mode = f"-{''.join(letters)}"
    elif given.has("reference"):
        mode = "?"
    elif operands:
        mode, operands = _text(operands[0]) or "?", operands[1:]
    else:
        return
    for word in operands:
        path = given.path(word)
        yield Effect(EffectKind.MODE, _place(word), path=path, mode=mode, is_deep=given.has("R", "recursive"))


def _mkdir(_: Word, given: _Given) -> Iterator[Effect]:
    is_gentle = given.has("p", "parents")
    for word in given.operands:
        yield Effect(
            EffectKind.MAKE_FOLDER,
            _place(word),
            path=given.path(word),
            mode=_text(given.value("m", "mode")),
            with_parents=is_gentle,
            is_gentle=is_gentle,
        )


def _install(_: Word, given: _Given) -> Iterator[Effect]:
    # The mode is set last: chown(2) would clear set-user-ID.
    owner, group = given.value("o", "owner"), given.value("g", "group")
    users = _text(owner) if owner is not None else None
    groups = _text(group) if group is not None else None
    mode = _text(given.value("m", "mode")) or "00755"  # by itself it sets all twelve bits
    if given.has("d", "directory"):
        for word in given.operands:
            path = given.path(word)
            yield Effect(EffectKind.MAKE_FOLDER, _place(word), path=path, with_parents=True, is_gentle=True)
            if users is not None or groups is not None:
                yield Effect(EffectKind.GIVE, _place(word), path=path, owner=users, group=groups)
            yield Effect(EffectKind.MODE, _place(word), path=path, mode=mode)
        return
    for effect in _into(given, EffectKind.COPY):
        if given.has("D") and effect.target is not None:
            above = posixpath.dirname(effect.target)
            yield Effect(EffectKind.MAKE_FOLDER, effect.where, path=above, with_parents=True, is_gentle=True)
        yield effect._replace(replaces=True)
        if effect.kind is EffectKind.FILL:
            continue
        at = effect._replace(path=effect.target, target=effect.path)  # that source, where the target is a folder
        if users is not None or groups is not None:
            yield at._replace(kind=EffectKind.GIVE, owner=users, group=groups)
        yield at._replace(kind=EffectKind.MODE, mode=mode)


def _into(given: _Given, kind: EffectKind) -> Iterator[Effect]:
    """Give the sources and targets of `cp`, `mv`, `ln` and `install`."""
    operands = list(given.operands)
    folder_word = given.value("t", "target-directory")
    if folder_word is None:
        if len(operands) < 2:  # noqa: PLR2004  # a source and a target
            return
        folder_word = operands.pop()
    target = given.path(folder_word)
    is_folder = len(operands) > 1 or folder_word.value.endswith(("/", "/.")) or given.has("t", "target-directory")
    is_folder = is_folder and not given.has("T", "no-target-directory")
    for word in operands:
        path = given.path(word)
        end = target
        if end is not None and path is None:  # a pattern may mean several, for which the target is a folder
            yield Effect(EffectKind.FILL, _place(word), path=end)
            continue
        is_content = word.value.endswith(("/.", "/./")) or word.value in {".", "./"}  # `cp -r folder/. target`
        if end is not None and is_folder and path is not None and not is_content:
            end = posixpath.join(end, posixpath.basename(path))
        into = not is_folder and not is_content and not given.has("T", "no-target-directory", "no-dereference")
        yield Effect(kind, _place(word), path=path, target=end, goes_into=into)


def _cp(_: Word, given: _Given) -> Iterator[Effect]:
    is_kept = given.has("a", "p", "archive", "preserve")
    for effect in _into(given, EffectKind.COPY):
        yield effect._replace(
            is_deep=given.has("r", "R", "a", "recursive", "archive"),
            is_kept=is_kept,
            is_kept_over=is_kept,
            is_gentle=given.has("n", "no-clobber"),
        )


def _mv(_: Word, given: _Given) -> Iterator[Effect]:
    yield from _into(given, EffectKind.MOVE)


def _ln(_: Word, given: _Given) -> Iterator[Effect]:
    is_soft = given.has("s", "symbolic")
    for effect, word in zip(_into(given, EffectKind.LINK), given.operands, strict=False):
        if effect.kind is EffectKind.FILL:
            yield effect
            continue
        text = word.value if is_soft and word.unknown is None else effect.path
        yield effect._replace(path=text, is_hard=not is_soft, is_gentle=given.has("f", "force"))


def _rm(_: Word, given: _Given) -> Iterator[Effect]:
    for word in given.operands:
        is_deep = given.has("r", "R", "recursive")
        path = _absolute(word._replace(unknown=None), given.folder) if _is_pattern(word) else given.path(word)
        yield Effect(EffectKind.REMOVE, _place(word), path=path, is_deep=is_deep)


def _touch(_: Word, given: _Given) -> Iterator[Effect]:
    """Read `touch`: with times of its own, a file that is there is not opened, or goes without."""
    for word in given.operands:
        is_kept = given.has("d", "r", "t", "date", "reference")
        yield Effect(EffectKind.TOUCH, _place(word), path=given.path(word), is_kept=is_kept)


def _shred(_: Word, given: _Given) -> Iterator[Effect]:
    """Read `shred`, which writes over a file, and with `-u` takes its name away."""
    for word in given.operands:
        yield Effect(EffectKind.APPEND, _place(word), path=given.path(word))
        if given.has("u", "remove"):
            yield Effect(EffectKind.REMOVE, _place(word), path=given.path(word))


def _patch(name: Word, given: _Given) -> Iterator[Effect]:
    """Read `patch`, which puts new files into the place of those that a text names."""
    told = given.value("d", "directory")
    folder = _absolute(told, given.folder) if told is not None else given.folder
    if given.operands:
        path = _absolute(given.operands[0], folder)
        folder = None if path is None else posixpath.dirname(path)
    if given.has("dry-run"):
        return
    yield Effect(EffectKind.UNKNOWN, _place(name), path=folder)


def _is_pattern(word: Word) -> bool:
    """Return whether a word is a pattern of the shell whose last part alone has signs of one."""
    folder, _, last = word.value.rpartition("/")
    return word.unknown == word.value and re.search(r"[*?\[]", last) is not None and not re.search(r"[*?\[$`{]", folder)


def _each(kind: EffectKind) -> Callable[[Word, _Given], Iterator[Effect]]:
    def read(_: Word, given: _Given) -> Iterator[Effect]:
        for word in given.operands:
            yield Effect(kind, _place(word), path=given.path(word))

    return read


def _apache(kind: str, suffix: str, *, is_on: bool) -> Callable[[Word, _Given], Iterator[Effect]]:
    """Read Debian's `a2enmod` and its kin, which link what lies in one folder from another, or take the link away."""

    def read(_: Word, given: _Given) -> Iterator[Effect]:
        for word in given.operands:
            name = f"{word.value.removesuffix(suffix)}{suffix}"
            target = f"/etc/apache2/{kind}-enabled/{name}" if word.unknown is None else None
            if is_on:
                yield Effect(EffectKind.LINK, _place(word), f"../{kind}-available/{name}", target, is_gentle=True)
            else:
                yield Effect(EffectKind.REMOVE, _place(word), path=target)

    return read


def _postconf(word: Word, given: _Given) -> Iterator[Effect]:
    kind = EffectKind.APPEND if given.has("e", "F", "M", "P", "X", "#") or given.operands else EffectKind.READ
    for path in ("/etc/postfix/main.cf", "/etc/postfix/master.cf"):
        yield Effect(kind, _place(word), path=path)


def _tee(_: Word, given: _Given) -> Iterator[Effect]:
    kind = EffectKind.APPEND if given.has("a", "append") else EffectKind.MAKE_FILE
    for word in given.operands:
        yield Effect(kind, _place(word), path=given.path(word))


def _mknod(_: Word, given: _Given) -> Iterator[Effect]:
    if given.operands:
        word = given.operands[0]
        kind = given.operands[1].value if len(given.operands) > 1 else ""
        made = EffectKind.MAKE_FILE if kind == "p" else EffectKind.MAKE_DEVICE
        yield Effect(made, _place(word), path=given.path(word), mode=_text(given.value("m", "mode")))


def _dd(_: Word, given: _Given) -> Iterator[Effect]:
    for word in given.operands:
        name, _equals, value = word.value.partition("=")
        if name in {"if", "of"}:
            file = word._replace(value=value)
            yield Effect(EffectKind.READ if name == "if" else EffectKind.APPEND, _place(file), path=given.path(file))


def _sed(_: Word, given: _Given) -> Iterator[Effect]:
    """`sed -i` writes a new file beside the old one, gives it the old one's owner and mode, and renames it."""
    is_in_place = given.has("i", "in-place")
    operands = given.operands if given.has("e", "f", "expression", "file") else given.operands[1:]
    for word in operands:
        path = given.path(word)
        if is_in_place:
            yield Effect(EffectKind.COPY, _place(word), path=path, target=path, is_kept=True)
        else:
            yield Effect(EffectKind.READ, _place(word), path=path)


def _crudini(_: Word, given: _Given) -> Iterator[Effect]:
    """Read `crudini --set FILE …`, which does as `sed -i`. Source: crudini.py file_replace()."""
    for word in given.operands[:1]:
        path = given.path(word)
        if given.has("set", "del", "merge"):
            yield Effect(EffectKind.COPY, _place(word), path=path, target=path, is_kept=True)
        else:
            yield Effect(EffectKind.READ, _place(word), path=path)


_SHALLOW = (["-maxdepth", "0"], ["-maxdepth", "1"])
_FOLDERS_CHANGE = frozenset({EffectKind.COPY, EffectKind.MOVE, EffectKind.REMOVE})
_FIND_OWNERS = frozenset({"-user", "-uid"})


def _find(words: Sequence[Word], folder: str | None) -> Iterator[Effect]:
    """Read `find PATH … -exec chown OWNER {} +`; what else it runs is heard as a command of its own."""
    paths = []
    for one in words:
        if one.value.startswith(("-", "(", "!", "\\")):
            break
        paths.append(one)
    values = [one.value for one in words]
    only = ""
    for at, value in enumerate(values[:-1]):
        if value in _FIND_OWNERS:
            is_negated = at > 0 and values[at - 1] in {"!", "-not"}
            only = ("!" if is_negated else "") + values[at + 1]
    starts = [at for at, value in enumerate(values) if value in {"-exec", "-execdir", "-ok"}]
    is_deep = not any(values[at : at + 2] in _SHALLOW for at in range(len(values)))
    is_alone = any(values[at : at + 2] == _SHALLOW[0] for at in range(len(values)))
    for path in paths:
        yield Effect(EffectKind.READ, _place(path), path=_absolute(path, folder), is_deep=is_deep)
        for start in starts:
            end = next((at for at in range(start, len(values)) if values[at] in {";", "+"}), len(values))
            inner = words[start + 1 : end]
            filled = [path._replace(span=one.span, source=one.source) if one.value == "{}" else one for one in inner]
            for effect in effects_of(filled, folder) or () if filled else ():
                of_modes = _limits(values) if effect.kind is EffectKind.MODE else {}
                yield effect._replace(
                    is_deep=effect.is_deep or not is_alone, only_from=only or effect.only_from, **of_modes
                )
                if effect.kind in _FOLDERS_CHANGE:
                    reason = f"find changes some of it by {filled[0].value}"
                    yield Effect(EffectKind.UNKNOWN, _place(path), path=_absolute(path, folder), reason=reason)
        if "-delete" in values:
            yield Effect(
                EffectKind.UNKNOWN,
                _place(path),
                path=_absolute(path, folder),
                reason="find deletes some of it",
                is_deep=True,
                is_gentle="-mindepth" in values or ("-type" in values and "d" not in values),
            )


def _limits(values: Sequence[str]) -> dict[str, Any]:
    """Return to which files `find` limits what it runs, by kind and mode, where it says so in the plainest way."""
    tests = [value for value in values if value in {"-perm", "-type", "-o", "-or", "("}]
    if tests.count("-perm") > 1 or tests.count("-type") > 1 or not {"-o", "-or", "("}.isdisjoint(tests):
        return {}
    found: dict[str, Any] = {}
    for at, value in enumerate(values[:-1]):
        is_negated = at > 0 and values[at - 1] in {"!", "-not"}
        if value == "-type" and not is_negated:
            found["only_kind"] = _KINDS.get(values[at + 1])
        elif value == "-perm" and is_negated and values[at + 1].isdecimal():
            found["but_mode"] = values[at + 1]
    return found


_KINDS = {"d": FileKind.FOLDER, "f": FileKind.FILE}


def _file_capabilities(words: Sequence[Word], folder: str | None) -> Sequence[Effect] | None:
    """Read `setcap` and `filecap`; None where one of their files is not known."""
    known = [_place(word) if word.unknown is None else None for word in words]
    made: list[Effect] = []
    for written in written_by_command(known):
        path = _absolute(words[0]._replace(value=written.file), folder)
        if path is None:
            return None
        made.append(
            Effect(
                EffectKind.CAPABILITIES,
                written.where,
                path=path,
                capabilities=written.permitted,
                is_effective=written.effective,
            )
        )
    return made


def given_to_any(words: Sequence[Word]) -> Iterator[FileCapabilities]:
    """Give what `setcap` and `filecap` write into files that are not known, as `$(which node)` is."""
    known = [_place(word) if word.unknown is None else None for word in words]
    yield from (one for one in written_by_command(known) if not one.file and one.permitted and one.effective)


_CHANGE_NOTHING = frozenset({"chage", "chpasswd", "du", "passwd", "stat", "tree"})
"""Those of the shadow suite give the new files the owner and the mode of the old ones: lib/commonio.c."""
_COMMANDS: dict[str, tuple[str, Sequence[str], Callable[[Word, _Given], Iterator[Effect]]]] = {
    **{
        f"a2{sign}{one}": ("", (), _apache(kind, suffix, is_on=sign == "en"))
        for one, kind, suffix in (("mod", "mods", ".load"), ("conf", "conf", ".conf"), ("site", "sites", ".conf"))
        for sign in ("en", "dis")
    },
    "chgrp": ("", ("reference",), _chgrp),
    "chmod": ("", ("reference",), _chmod),
    "chown": ("", ("from", "reference"), _chown),
    "cp": ("tS", ("target-directory", "suffix"), _cp),
    "crudini": ("", ("format", "list-sep"), _crudini),
    "dd": ("", (), _dd),
    "install": ("gmotS", ("group", "mode", "owner", "target-directory", "suffix"), _install),
    "ln": ("tS", ("target-directory", "suffix"), _ln),
    "mkdir": ("m", ("mode",), _mkdir),
    "ls": ("ITw", (), _each(EffectKind.READ)),
    "mkfifo": ("m", ("mode",), _each(EffectKind.MAKE_FILE)),
    "mknod": ("m", ("mode",), _mknod),
    "mv": ("tS", ("target-directory", "suffix"), _mv),
    "postconf": ("cC", (), _postconf),
    "rm": ("", (), _rm),
    "rmdir": ("", (), _rm),
    "patch": ("BDFdgiloprYVz", ("directory", "input", "output", "strip", "reject-file", "fuzz", "suffix"), _patch),
    "sed": ("ef", ("expression", "file"), _sed),
    "shred": ("ns", ("iterations", "size", "random-source"), _shred),
    "tee": ("", (), _tee),
    "touch": ("dtr", ("date", "reference", "time"), _touch),
    "truncate": ("srx", ("size", "reference"), _each(EffectKind.APPEND)),
    "unzip": ("dx", (), unzip),
    "unlink": ("", (), _rm),
    **dict.fromkeys(("bunzip2", "bzip2", "gunzip", "gzip"), ("S", ("suffix",), compress)),
    **dict.fromkeys(("unlzma", "unxz", "lzma", "xz"), ("CFMST", ("check", "format", "suffix", "threads"), compress)),
    **dict.fromkeys(("unzstd", "zstd"), ("oTM", (), compress)),
}
"""By name: the letters and the names of the options that take a value, and who reads the rest."""
