"""Hears the commands of a RUN instruction and does to the files what they do.

A script that the build has copied is followed as if its commands stood in the Dockerfile; of one that nobody can read,
and of a program that nobody has described, anything may have come that its user may do.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.account_files import ACCOUNT_FILES, add_lines
from dropcap.images.apt_words import note_sources
from dropcap.images.build_effects import Build, do_in_build
from dropcap.images.build_programs import build_programs
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import File, UnknownFact
from dropcap.images.file_commands import effects_of, given_to_any
from dropcap.images.package_installs import install
from dropcap.images.path_patterns import has_wildcard, may_be_meant
from dropcap.images.patterns import expanded, fitting
from dropcap.images.printed_text import passed_on, printed
from dropcap.images.stage_users import process_user
from dropcap.lang.shell.call import Answer, Executed
from dropcap.lang.shell.launchers import launch
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.lang.shell.subcommands import SHELLS, script_at
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.images.text_writer import TextWriter
    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["RunSteps"]

_PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_MAKES = frozenset({EffectKind.MAKE_FILE, EffectKind.MAKE_FOLDER, EffectKind.APPEND, EffectKind.TOUCH})
_CHANGES = frozenset({*_MAKES, EffectKind.COPY, EffectKind.MOVE, EffectKind.GIVE, EffectKind.MODE, EffectKind.LINK})
_USUAL_UMASKS = frozenset({"22", "022", "0022", "u=rwx,g=rx,o=rx"})


class RunSteps:
    """The commands of one RUN, as the shell's evaluator tells them.

    Attributes:
        tree: the files.

    """

    def __init__(self, tree: FileTree, writer: TextWriter, folder: str | None, path: Sequence[str] = ()) -> None:
        """Take what they change.

        Args:
            tree: the files.
            writer: keeps what is printed into them.
            folder: the folder that they start in; None where it is not known.
            path: the folders of programs that a variable names.

        """
        self.tree = tree
        self._writer = writer
        self._path = path
        self._folders: dict[tuple[int, ...], str | None] = {(): folder}
        self._has_usual_umask = True
        self._has_read = False
        self._written = writer.count

    @property
    def is_told_by_others(self) -> bool:
        """Whether a script was read, or something written: what the commands do is not all that their text says."""
        return self._has_read or self._writer.count != self._written

    # What the evaluator asks.

    def hear(self, call: Call) -> None:
        """Do what a command does."""
        tree = self.tree
        word = call.words[0]
        name = word.value.rpartition("/")[2]
        for one in call.redirections:
            self._open(call, one.operator, one.target)
        if call.is_builtin:
            self._do_builtin(call, name)
            return
        build = self._build(call)
        if word.unknown is not None:
            build.do_anything("a program of a build step is not known", _place(word))
            return
        if self.executed(call) is not None:
            return
        call = call._replace(words=expanded(call.words, lambda pattern: fitting(pattern, tree, build.folder)))
        build = self._build(call)
        note_sources(tree, call.words)
        effects = effects_of(call.words, build.folder)
        if effects is None:
            tree.carried += tuple(given_to_any(call.words))
            self._run(call, name, build)
            return
        if call.launchers and call.launchers[-1] == "find":
            return  # what it is run for is known of `find` itself
        edited = [one.path for one in effects if name == "sed" and one.path is not None and one.target == one.path]
        texts = {path: tree.text(path) for path in edited}
        for effect in effects:
            self._do(call, effect, build)
        if name == "tee":
            self._tee(call, build)
        self._writer.edit(call, texts)

    def _run(self, call: Call, name: str, build: Build) -> None:
        """Run a program of which not each effect is known."""
        if _hands_on(call.words):
            return  # what it starts is heard by itself
        if name in build_programs().installers:
            self._install(call)
        elif self._is_script_of_build(call, name) or not do_in_build(call.words, build):
            self._run_other(call, name, build)

    def answer(self, call: Call) -> Answer | None:
        """Take a command to succeed that is none to ask something with: else there would be no image."""
        word = call.words[0]
        name = word.value.rpartition("/")[2]
        known = build_programs()
        if word.unknown is not None or name in known.asks:
            return None
        is_known = name in known.installers or name in known.harmless or name in known.writers
        is_known = is_known or name in known.runners or name in known.unpackers
        does = is_known or effects_of(call.words, self._folder(call)) is not None
        return Answer(holds=True) if does else None

    def read(self, call: Call) -> Source | None:
        """Return the script that `.` reads; where nobody has it, anything may come of it."""
        word = call.words[1] if len(call.words) > 1 else call.words[0]
        path = self._absolute(call, word.value) if word.unknown is None else None
        text = self.tree.text(path) if path is not None else None
        self._has_read = True
        if text is None:
            self._build(call).do_anything("a build step reads a script that dropcap does not have", _place(word))
        return text

    def executed(self, call: Call) -> Executed | None:
        """Return the script that a command executes, where the build has copied or written it."""
        word, at = call.words[0], 1
        if word.unknown is not None:
            return None
        is_shell = word.value.rpartition("/")[2] in SHELLS
        if is_shell:
            found = script_at(call.words)
            if not found or call.words[found].unknown is not None:
                return None
            word, at = call.words[found], found + 1
        text = self._text(call, word.value, in_path=not is_shell)
        if text is None or (not is_shell and not is_shell_script(text.text[:256].encode("utf-8", "replace"))):
            return None
        self._has_read = True
        return Executed(text, word, at)

    # What follows from a command.

    def paths(self, _: str) -> Sequence[str] | None:
        """Take no pattern for known: steps of a build leave more behind than is followed."""
        return None

    def _text(self, call: Call, name: str, *, in_path: bool) -> Source | None:
        if "/" in name or not in_path:
            path = self._absolute(call, name)
            return self.tree.text(path) if path is not None else None
        for folder in self._path or _PROGRAM_FOLDERS:
            found = self.tree.look(self.tree.end(posixpath.join(folder, name)))
            if isinstance(found, File):
                return found.text
            if isinstance(found, UnknownFact):
                return None
        return None

    def _folder(self, call: Call) -> str | None:
        """Return the folder that a command runs in: the one that its shell, or one around it, went to last."""
        shells = call.shells
        while shells not in self._folders:
            shells = shells[:-1]
        return self._folders[shells]

    def _absolute(self, call: Call, text: str) -> str | None:
        folder = self._folder(call)
        if not text or text.startswith("~") or (folder is None and not text.startswith("/")):
            return None
        return "/" + posixpath.normpath(posixpath.join(folder or "/", text)).lstrip("/")

    def _build(self, call: Call) -> Build:
        user, group = process_user(call.user.name, self.tree)
        return Build(self.tree, self._folder(call), user, group, self._path)

    def _do_builtin(self, call: Call, name: str) -> None:
        word = call.words[1] if len(call.words) > 1 else None
        if name in {"cd", "pushd", "popd"}:
            is_sure = word is not None and word.unknown is None and name != "popd"
            is_sure = is_sure and not any(guard.taken for guard in call.guards)
            path = self._absolute(call, word.value) if is_sure and word is not None else None
            self._folders[call.shells] = path
        elif name == "umask" and word is not None and word.value not in _USUAL_UMASKS:
            self._has_usual_umask = False

    def _do(self, call: Call, effect: Effect, build: Build) -> None:
        """Do an effect; where a pattern of the shell names the path, to all that it may mean."""
        if not self._has_usual_umask and effect.kind in _MAKES and not effect.mode:
            effect = effect._replace(mode="?")
        for one in self._meant(call, effect, build):
            if any(guard.taken for guard in call.guards):
                unknown = UnknownFact("a build step depends on a condition", where=_place(call.words[0]))
                self.tree.doubt(one, build.user, unknown, build.group)
            else:
                self.tree.apply(one, build.user, build.group)

    def _meant(self, call: Call, effect: Effect, build: Build) -> Sequence[Effect]:
        """Return an effect for each path that it means; what a path that is not known hides is forgotten."""
        if effect.kind not in _CHANGES or (effect.path is not None and effect.target is not None):
            return (effect,)
        written = str(effect.where.value)
        folder = self._known_folder(call, written)
        unknown = build.unknown("a path that a build step changes is not known", effect.where)
        if effect.kind in _MAKES:
            self._make_somewhere(effect, folder, unknown)
            return ()
        if folder is None or effect.kind not in _OF_ONE:
            build.do_anything(unknown.reason, effect.where)
            return ()
        inner = [one for one, _ in self.tree.below(folder)]
        if set("$`{") & set(written) or has_wildcard(posixpath.dirname(written)):
            self.tree.open_below(folder, unknown._replace(roots=False))
            for one in inner:
                self.tree.doubt(effect._replace(path=one), build.user, unknown, build.group)
            return ()
        if self.tree.areas_below(folder)[0][1] is not None:
            self.tree.open_folder(folder, unknown._replace(roots=False))
        start = len(folder.rstrip("/")) + 1
        pattern = posixpath.basename(written)
        inner = [one for one in inner if "/" not in one[start:] and may_be_meant(pattern, one[start:])]
        return [effect._replace(path=one) for one in inner]

    def _known_folder(self, call: Call, written: str) -> str | None:
        """Return the folder that a path leads into, as far as it is written out; None where that is not known."""
        known = re.split(r"[*?\[$`{~]", written, maxsplit=1)[0]
        folder = known.rpartition("/")[0] or ("/" if known.startswith("/") else "")
        if not folder and not has_wildcard(written[:1]):
            return self._folder(call) if known else None
        return self._absolute(call, folder or ".")

    def _make_somewhere(self, effect: Effect, folder: str | None, unknown: UnknownFact) -> None:
        """Note that a file or a folder is made somewhere in a folder; what is there already keeps its owner."""
        self.tree.open_below(folder or "/", unknown)
        if effect.kind in {EffectKind.MAKE_FILE, EffectKind.APPEND}:
            self.tree.forget_texts(folder or "/")
            if folder in {None, "/", "/etc"}:
                self.tree.forget_accounts(unknown, keeps=False)

    def _tee(self, call: Call, build: Build) -> None:
        """Keep the text that `tee` writes."""
        for word in call.words[1:]:
            path = build.absolute(word.value) if word.unknown is None and not word.value.startswith("-") else None
            if path is not None:
                is_added = any(one.value in {"-a", "--append"} for one in call.words[1:])
                where = _place(word)
                self._writer.write(call, ">>" if is_added else ">", where, path, is_last=self._writer.is_last(path))

    def _open(self, call: Call, operator: str, target: Word) -> None:
        """Make the file that the shell opens for writing."""
        if operator.startswith("<") or target.value.startswith(("/dev/", "/proc/")):
            return
        build = self._build(call)
        path = self._absolute(call, target.value) if target.unknown is None else None
        where = _place(target)
        if path is None:
            self._do(call, Effect(EffectKind.APPEND, where, path=None), build)
            return
        if path in ACCOUNT_FILES and operator == ">>" and not any(guard.taken for guard in call.guards):
            text = printed(call.words) or passed_on(call)
            unknown = UnknownFact(f"what a build step writes into {path} is not known", where=where)
            add_lines(self.tree, path, None if text is None else text.to_source(), unknown)
            return
        is_last = self._writer.is_last(path)
        kind = EffectKind.APPEND if operator in {">>", "&>>"} else EffectKind.MAKE_FILE
        self._do(call, Effect(kind, where, path=path), build)
        self._writer.write(call, operator, where, path, is_last=is_last)

    def _install(self, call: Call) -> None:
        if any(guard.taken for guard in call.guards):
            self._build(call).do_anything("a condition decides whether packages are installed", _place(call.words[0]))
        else:
            install(self.tree, call.words)

    def _is_script_of_build(self, call: Call, name: str) -> bool:
        """Return whether a program is a file of the build's own that has the name of a known one."""
        path = self._absolute(call, call.words[0].value) if "/" in call.words[0].value else None
        found = self.tree.look(path) if path is not None else None
        return isinstance(found, File) and found.text is not None and name not in {"configure", "gradlew", "mvnw"}

    def _run_other(self, call: Call, name: str, build: Build) -> None:
        """Run what is neither described nor an installer; all that its user may change may be otherwise behind it."""
        where = _place(call.words[0])
        if name in SHELLS:
            if script_at(call.words) is not None:
                build.do_anything("dropcap cannot read a script that a build step runs", where)
            return
        build.do_anything(f"dropcap does not know what {name} does in a build", where)


_OF_ONE = frozenset({EffectKind.GIVE, EffectKind.MODE})


def _hands_on(words: Sequence[Word]) -> bool:
    """Return whether a program does no more than start a command that its words give."""
    started = launch(words)
    if started is not None and started.start is not None:
        return True
    is_script = any(word.value in {"-c", "--command"} for word in words[1:-1]) and words[-1].unknown is None
    return words[0].value.rpartition("/")[2] in {"runuser", "su"} and is_script


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)
