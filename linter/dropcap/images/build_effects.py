"""What programs change in a build that nobody has described word by word, from `build_programs.toml`.

Where a program runs the code of others, it may do all that its user may: root anything, another user what the
permission bits let it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from dropcap.images.account_files import ACCOUNT_FILES
from dropcap.images.build_programs import build_programs
from dropcap.images.facts import UnknownFact
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.images.build_programs import Runner
    from dropcap.images.tree import FileTree
    from dropcap.lang.words import Word

__all__ = ["Build", "do_in_build"]

_NUMBER = re.compile(r"\d+|\$\(nproc\b.*|\$\(\(.*|`nproc\b.*")
_PATHS_FOLLOW = frozenset({"-C", "--cwd", "--dir", "--directory", "--manifest-path", "--prefix", "--root"})
_VERSIONED = re.compile(r"((?:clang|g?cc|gcc|g\+\+|php|pip|python|ruby|perl)?)-?[\d.]+")


class Build:
    """Where a program runs in a build, and as whom.

    Attributes:
        tree: the files.
        folder: the folder that it runs in; None where that is not known.
        user: its user, a number or a name; None where nobody knows.
        group: its group, likewise.
        path: the folders that programs are looked for in, as far as a variable says so.

    """

    def __init__(
        self, tree: FileTree, folder: str | None, user: str | None, group: str | None, path: Sequence[str] = ()
    ) -> None:
        """Take them."""
        self.tree = tree
        self.folder = folder
        self.user = user
        self.group = group
        self.path = path

    def unknown(self, reason: str, where: Located[str]) -> UnknownFact:
        """Return why something that this user makes is not known."""
        return UnknownFact(reason, roots=self.user == "0", where=where)

    def do_anything(self, reason: str, where: Located[Any] | None) -> None:
        """Forget what this user may have changed."""
        unknown = UnknownFact(reason, "use the built image by name, and run `dropcap images lock`", where)
        if self.user in {None, "0"}:
            self.tree.spoil("/", unknown)
            self.tree.forget_accounts(unknown, keeps=False)
        else:
            self.tree.spoil_of(self.user, unknown)

    def absolute(self, text: str) -> str | None:
        """Return a path from the root on; None where it is not known."""
        if not text or (self.folder is None and not text.startswith("/")):
            return None
        return "/" + posixpath.normpath(posixpath.join(self.folder or "/", text)).lstrip("/")


def do_in_build(words: Sequence[Word], build: Build) -> bool:
    """Do to the files what a program may do; gives whether it is one that is known.

    Args:
        words: the command.
        build: where it runs.

    """
    known = build_programs()
    name = words[0].value.rpartition("/")[2]
    if name not in known.writers and name not in known.runners and name not in known.harmless:
        name = _VERSIONED.sub(r"\1", name) or name
    if name in known.writers:
        _write(name, words, build)
    elif name in known.unpackers:
        _unpack(name, words, build)
    elif name in known.runners:
        _run(name, known.runners[name], words, build)
    else:
        return name in known.harmless
    return True


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)


def _write(name: str, words: Sequence[Word], build: Build) -> None:
    """Let a program write files of its user."""
    known = build_programs()
    options = known.only_with.get(name)
    if options is not None and not _has_option(words, options):
        return
    unknown = build.unknown(f"what {name} writes is not known", _place(words[0]))
    is_here = _write_paths(words, build, unknown) or name in known.rewriters
    if build.folder is None:
        if is_here:
            build.do_anything(f"where {name} writes is not known", _place(words[0]))
        return
    if is_here:
        build.tree.open_folder(build.folder, unknown)
    if name in known.rewriters:
        build.tree.forget_texts(build.folder)


def _write_paths(words: Sequence[Word], build: Build, unknown: UnknownFact) -> bool:
    """Note the paths among the words as written; gives whether a word is a name without a folder."""
    is_name = False
    for word in words[1:]:
        text = word.value
        if text.startswith("-"):
            text = text.partition("=")[2] or (text[2:] if not text.startswith("--") and "/" in text else "")
        if word.unknown is not None:
            text = text[: max(word.value.find(word.unknown), 0)] if "/" in text else ""
            text = text.rpartition("/")[0]
        if not text or "://" in text:
            continue
        path = build.absolute(text) if "/" in text else None
        if path is None:
            is_name = True
            continue
        build.tree.may_be_written(path, unknown)
        build.tree.open_folder(posixpath.dirname(path), unknown)
        if path in ACCOUNT_FILES:
            build.tree.forget_accounts(unknown, keeps=False)
    return is_name


def _has_option(words: Sequence[Word], options: frozenset[str]) -> bool:
    for word in words[1:]:
        text = word.value
        if text.startswith("--") or (text.startswith("-") and text[1:] in options):
            if text.lstrip("-").partition("=")[0] in options:
                return True
        elif text.startswith("-") and any(letter in options for letter in text[1:]):
            return True
    return False


def _unpack(name: str, words: Sequence[Word], build: Build) -> None:
    """Let a program unpack an archive, whose files belong to whom it says."""
    where = _place(words[0])
    reason = f"what {name} unpacks is not known"
    kind = _kind_of_archive(words) if name in {"bsdtar", "tar"} else "unpacks"
    if kind == "makes":
        _write_paths(words, build, build.unknown(f"what {name} writes is not known", where))
    if kind == "anything":
        build.do_anything(reason, where)
    if kind != "unpacks":
        return
    folders = list(_targets(name, words))
    if not folders and name == "rsync":
        folders = [words[-1]]
    paths = [build.absolute(word.value) if word.unknown is None else None for word in folders] or [build.folder]
    for path in paths:
        _unpack_into(path, build, UnknownFact(reason, where=where))


def _kind_of_archive(words: Sequence[Word]) -> str:
    """Return what `tar` does: it unpacks, makes or lists an archive, or nobody knows."""
    values = [word.value for word in words[1:]]
    letters = set("".join(one.lstrip("-") for one in values if re.match(r"-[^-]", one)))
    if values and not values[0].startswith("-"):
        letters |= set(values[0])
    longs = {one.partition("=")[0] for one in values if one.startswith("--")}
    unpacks = "x" in letters or bool({"--extract", "--get"} & longs)
    if unpacks:
        return "anything" if "P" in letters or "--absolute-names" in longs else "unpacks"
    if "c" in letters or "--create" in longs:
        return "makes"
    return "lists" if "t" in letters or "--list" in longs else "anything"


def _unpack_into(path: str | None, build: Build, unknown: UnknownFact) -> None:
    if path is None:
        build.do_anything(unknown.reason, unknown.where)
    elif build.user in {None, "0"}:
        build.tree.overwrite(path, unknown)
        if path in {"/", "/etc"}:
            build.tree.forget_accounts(unknown, keeps=False)
    else:
        build.tree.open_below(path, unknown)
        build.tree.forget_texts(path)


def _targets(name: str, words: Sequence[Word]) -> Iterator[Word]:
    """Give the folders that options name."""
    options = build_programs().unpackers[name]
    for at, word in enumerate(words[1:], 1):
        text = word.value
        key, equals, value = text.lstrip("-").partition("=")
        if not text.startswith("-"):
            continue
        if text.startswith("--") and equals and key in options:
            yield word._replace(value=value)
        elif (key in options or (not text.startswith("--") and text[-1:] in options)) and at + 1 < len(words):
            yield words[at + 1]
        elif not text.startswith("--") and text[1:2] in options:
            yield word._replace(value=text[2:])


def _run(name: str, runner: Runner, words: Sequence[Word], build: Build) -> None:
    """Let a program run the code of others, with the words that are known or as it likes."""
    where = _place(words[0])
    kind = _kind(runner, words)
    if kind == "nothing":
        return
    if kind == "anything" or build.user is None:
        build.do_anything(f"what {name} runs is not known", where)
        return
    if build.user != "0" or build.folder is None:
        build.do_anything(f"what {name} writes is not known", where)
        return
    unknown = build.unknown(f"what {name} puts there is not known", where)
    _write_paths(words, build, unknown)
    build.tree.open_folder(build.folder, unknown)
    if build.folder != "/":
        build.tree.open_below(build.folder, unknown)
    if kind == "packages":
        for path in (*build_programs().places, *_prefixes(words[0], build)):
            build.tree.may_be_written(path, unknown)


def _prefixes(word: Word, build: Build) -> Iterator[str]:
    """Give the folders of environments of their own that a program belongs to, or may be told to use."""
    paths = [posixpath.dirname(word.value)] if "/" in word.value else list(build.path)
    for path in paths:
        absolute = build.absolute(path)
        if absolute is not None and posixpath.basename(absolute) == "bin" and absolute.count("/") > 1:
            yield posixpath.dirname(absolute)


def _kind(runner: Runner, words: Sequence[Word]) -> str:
    """Return how far a program goes with these words."""
    raw = [word.value for word in words[1:]]
    if any(word in runner.unless for word in raw):
        return "anything"
    operands = list(_operands(raw))
    for kind in ("nothing", "packages", "here"):
        for key in getattr(runner, kind):
            named = key.split()
            if (
                key == "*"
                or (not named and not operands)
                or (named and named in (raw[: len(named)], operands[: len(named)]))
            ):
                return kind
    if runner.goals and all(one in runner.goals for one in operands or [""]):
        return "here"
    return "anything"


def _operands(raw: Sequence[str]) -> Iterator[str]:
    """Give the words that are no options, no settings and no numbers."""
    is_value = False
    for text in raw:
        if is_value:
            is_value = False
        elif text in _PATHS_FOLLOW:
            is_value = True
        elif not text.startswith("-") and not _NUMBER.fullmatch(text) and not re.match(r"[A-Za-z_]\w*=", text):
            yield text
