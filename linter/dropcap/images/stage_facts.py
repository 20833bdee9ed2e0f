"""The files, accounts and configuration of a Dockerfile's stage, step by step, nothing being run.

Source: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`: whom files belong to that COPY and ADD bring, what
WORKDIR makes, as whom RUN runs.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.apt_words import note_sources
from dropcap.images.bases import base_tree
from dropcap.images.build_programs import build_programs
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import File, FileKind, ImageConfig, UnknownFact
from dropcap.images.file_commands import effects_of
from dropcap.images.package_installs import install, note_programs
from dropcap.images.stage_copies import copy_between
from dropcap.images.stage_variables import Variables
from dropcap.images.text_writer import TextWriter
from dropcap.images.tree import FileTree
from dropcap.lang.shell.call import Answer, User
from dropcap.lang.shell.program import Setting, follow_command, follow_script
from dropcap.lang.shell.subcommands import SHELLS, script_at
from dropcap.lang.words import Word
from dropcap.model import Located, UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dropcap.lang.shell.call import Call, Executed
    from dropcap.model import Instruction, Stage
    from dropcap.source import Source
    from dropcap.workspace import Workspace

__all__ = ["stage_facts"]


def stage_facts(stage: Stage, workspace: Workspace, context: str) -> FileTree:
    """Return what a stage's image holds.

    Args:
        stage: the stage.
        workspace: the door to the files of the build's context.
        context: the folder that is the context; empty where it is not known.

    """
    return _Build(workspace, context).facts(stage)


class _Build:
    """Builds the stages of one Dockerfile, each once."""

    def __init__(self, workspace: Workspace, context: str) -> None:
        self.workspace = workspace
        self.context = context
        self._built: dict[tuple[str, int], tuple[FileTree, Variables]] = {}
        self._depth = 0

    def facts(self, stage: Stage) -> FileTree:
        """Return what a stage's image holds, as a tree of its own."""
        return self.built(stage)[0].copy()

    def built(self, stage: Stage) -> tuple[FileTree, Variables]:
        """Return what a stage's image holds, and its variables at its end."""
        key = (stage.instructions[0].value.source.path if stage.instructions else "", stage.number)
        if key not in self._built:
            if self._depth >= _DEEPEST_STAGES:
                unknown = UnknownFact("more stages build upon each other than are followed")
                return FileTree(unknown, ImageConfig(unknowns=(unknown,))), Variables()
            self._depth += 1
            self._built[key] = self._build(stage)
            self._depth -= 1
        return self._built[key]

    def _build(self, stage: Stage) -> tuple[FileTree, Variables]:
        parent = stage.parent
        if parent is not None:
            below, variables = self.built(parent)
            tree, variables = below.copy(), variables.copy()
        else:
            tree, variables = base_tree(stage.base.value if stage.base is not None else None), Variables()
        builder = _Builder(stage, tree, self, variables)
        # What ONBUILD keeps is done in the builds upon the image, and nothing in its own.
        kept = [one.trigger for one in parent.instructions if one.trigger is not None] if parent is not None else []
        for step in (*kept, *(one for one in stage.instructions if one.trigger is None)):
            builder.take(step)
        builder.finish()
        return tree, variables


_DEEPEST_STAGES = 40


class _Builder:
    """Takes the steps of one stage."""

    def __init__(self, stage: Stage, tree: FileTree, build: _Build, variables: Variables) -> None:
        self.stage = stage
        self.tree = tree
        self.writer = TextWriter(tree)
        self.build = build
        self.variables = variables
        self.user: str | None = tree.config.user.value if tree.config.user is not None else "0"
        self.has_usual_shell = True
        self.folder: str | None = tree.config.working_folder
        self.volumes = list(tree.config.volumes)
        self.health_check = tree.config.health_check
        self.stop_signal = tree.config.stop_signal

    def take(self, step: Instruction) -> None:
        """Do what an instruction does."""
        does = _DOES.get(step.keyword)
        if does is not None:
            does(self, step)

    def set_argument(self, step: Instruction) -> None:
        """Set what ARG sets."""
        self.variables.set(step, self.stage.arguments)

    def set_variable(self, step: Instruction) -> None:
        """Set what ENV sets."""
        self.variables.set(step, self.stage.environment)

    def set_shell(self, step: Instruction) -> None:
        """Take another shell for what follows."""
        first = step.words[0].value if step.words else ""
        self.has_usual_shell = first.rpartition("/")[2] in SHELLS

    def set_user(self, step: Instruction) -> None:
        """Become another user."""
        self.user = self.variables.expanded(step.value.value.strip())

    def add_volumes(self, step: Instruction) -> None:
        """Note volumes."""
        place = step.value
        for word in step.words or tuple(Located(one, place.source, place.span) for one in place.value.split()):
            path = self.variables.expanded(word.value)
            if path is not None:
                self.volumes.append(Located(path, word.source, word.span))

    def set_health_check(self, step: Instruction) -> None:
        """Note how health is checked."""
        self.health_check = _health_check(step)

    def set_stop_signal(self, step: Instruction) -> None:
        """Note how it is stopped."""
        self.stop_signal = step.value.value.strip()

    def finish(self) -> None:
        """Put the configuration into the tree."""
        stage = self.stage
        outer = self.tree.config
        environment = dict(outer.environment)
        for one in stage.environment:
            name, _, text = one.value.partition("=")
            environment[name] = Located(text, one.source, one.span)
        for path in self.volumes:
            target = "/" + posixpath.normpath(path.value).lstrip("/")
            if "$" not in target:
                self.tree.make_volume(target, path)
        self.tree.config = ImageConfig(
            user=stage.user if stage.user is not None else outer.user,
            entrypoint=stage.entrypoint if stage.entrypoint is not None else outer.entrypoint,
            command=stage.command if stage.command is not None else outer.command,
            environment=environment,
            working_folder=self.folder or "/",
            volumes=tuple(self.volumes),
            ports=(*outer.ports, *stage.exposed),
            health_check=self.health_check,
            stop_signal=self.stop_signal,
            unknowns=outer.unknowns if stage.entrypoint is None else (),
        )

    def change_folder(self, step: Instruction) -> None:
        """Go into a folder, which is made."""
        path = self.variables.expanded(step.value.value.strip())
        if path is None or self.folder is None:
            self.folder = None
            return
        self.folder = "/" + posixpath.normpath(posixpath.join(self.folder, path)).lstrip("/")
        if not isinstance(self.tree.look(self.folder), File):
            self.tree.put(self.folder, File(FileKind.FOLDER, "0", "0", 0o755, where=step.value), is_new=True)

    def run(self, step: Instruction) -> None:
        """Follow a RUN."""
        listener = _Steps(self)
        anchor = step.value
        if not self.has_usual_shell and step.words is None:
            self.spoil("the shell of a build step is none that is followed", anchor)
            return
        setting = Setting(User(self.user, "" if self.user else "its USER is not known"), self.variables.words())
        try:
            if step.words is not None:
                words = [Word(one.value, one.source, one.span) for one in step.words]
                is_whole = follow_command(words, listener, setting)
            elif step.body is not None:
                is_whole = follow_script(step.body, listener, setting)
            else:
                is_whole = False
        except UnreadableError:
            is_whole = False
        if not is_whole:
            self.spoil("a build step is too large to follow", anchor)

    def spoil(self, reason: str, where: Located[str]) -> None:
        """Forget everything: nobody knows what a step has changed."""
        unknown = UnknownFact(reason, "name the program's effect, or read the image itself", where)
        self.tree.spoil("/", unknown)
        self.tree.forget_accounts(unknown)

    def copy(self, step: Instruction) -> None:
        """Put what COPY or ADD brings."""
        flags = {
            name: self.variables.expanded(value)
            for name, _, value in (flag.value.partition("=") for flag in step.flags)
        }
        written = [one.value for one in step.words] if step.words is not None else step.value.value.split()
        words = [one if one.startswith("<<") else self.variables.expanded(one) for one in written]
        sources, target = words[:-1], words[-1] if words else ""
        if not sources or not target or self.folder is None:
            self.spoil("where a file is copied to is not known", step.value)
            return
        is_folder = target.endswith("/") or len(sources) > 1 or target in {".", "./"}
        place = "/" + posixpath.normpath(posixpath.join(self.folder, target)).lstrip("/")
        owner, _, group = (flags.get("--chown", "0:0") or "").partition(":")
        mode = flags.get("--chmod", "") or ""
        bits = int(mode, 8) if mode and set(mode) <= set("01234567") else None
        made = File(FileKind.FILE, owner or None, group or owner or None, bits, where=step.value)
        for source, word in zip(sources, written, strict=False):
            if source is None:
                self.tree.unlisted(place, UnknownFact(f"what {word} brings is not known", where=step.value))
            else:
                self._copy_one(source, place, made, step, flags, is_folder=is_folder)

    def _copy_one(
        self, source: str, place: str, made: File, step: Instruction, flags: dict[str, str | None], *, is_folder: bool
    ) -> None:
        if source.startswith("<<"):
            text = step.body if len(step.value.value.split()) == 2 else None  # noqa: PLR2004  # one heredoc
            name = source.lstrip("<-").strip("'\"")
            end = posixpath.join(place, name) if is_folder else place
            self.tree.put(end, made._replace(text=text, mode=made.mode or 0o644))
            return
        keeps_owner = "--from" in flags and "--chown" not in flags
        origin = next((one for name, one in self.stage.sources if name == flags.get("--from")), None)
        if origin is not None and not set(flags) - {"--from", "--chown", "--chmod", "--link"}:
            there = self.build.built(origin)[0]
            end = f"{place}/" if is_folder else place
            if copy_between(there, self.tree, source, end, made, keeps_owner=keeps_owner):
                return
        if keeps_owner:
            made = made._replace(owner=None, group=None)  # nobody knows whom it belongs to there
        name = posixpath.basename(source.rstrip("/"))
        folder = self.build.context if "--from" not in flags and self.build.context else None
        path = posixpath.join(folder, source.lstrip("/")) if folder is not None else None
        isolated = any(mark in source for mark in "*?[$") or "://" in source
        if path is None or isolated:
            end = posixpath.join(place, name) if is_folder and not isolated else place
            self.tree.put(end, made._replace(kind=FileKind.FOLDER if isolated else made.kind, text=None))
            self.tree.unlisted(
                end if not is_folder else place, UnknownFact(f"what {source} brings is not known", where=step.value)
            )
            return
        if self.build.workspace.is_folder(path):
            self.tree.put(place, made._replace(kind=FileKind.FOLDER, mode=made.mode or 0o755))
            self.tree.unlisted(place, UnknownFact(f"what {source} brings is not known", where=step.value))
            self._put_scripts(path, place, made)
            return
        try:
            text = self.build.workspace.source(path)
        except (NotReadError, UnreadableError):
            text = None
        is_there = is_folder or (isinstance(found := self.tree.look(place), File) and found.kind is FileKind.FOLDER)
        self.tree.put(posixpath.join(place, name) if is_there else place, made._replace(text=text))

    def _put_scripts(self, path: str, place: str, made: File, depth: int = 0) -> None:
        """Put the files of a folder of the context, as many as a startup may look at."""
        try:
            found = self.build.workspace.entries(path)
        except NotReadError:
            return
        for entry in found[:_MOST_FILES]:
            inner, target = posixpath.join(path, entry.name), posixpath.join(place, entry.name)
            if entry.is_folder and depth < _DEEPEST:
                self._put_scripts(inner, target, made, depth + 1)
            elif not entry.is_folder and not entry.is_link:
                try:
                    self.tree.put(target, made._replace(text=self.build.workspace.source(inner)))
                except (NotReadError, UnreadableError):
                    self.tree.put(target, made)


_DOES: Mapping[str, Callable[[_Builder, Instruction], None]] = {
    "ADD": _Builder.copy,
    "ARG": _Builder.set_argument,
    "COPY": _Builder.copy,
    "ENV": _Builder.set_variable,
    "HEALTHCHECK": _Builder.set_health_check,
    "RUN": _Builder.run,
    "SHELL": _Builder.set_shell,
    "STOPSIGNAL": _Builder.set_stop_signal,
    "USER": _Builder.set_user,
    "VOLUME": _Builder.add_volumes,
    "WORKDIR": _Builder.change_folder,
}
_MOST_FILES = 100
_DEEPEST = 4


def _health_check(step: Instruction) -> tuple[Located[str], ...] | None:
    value = step.value.value.strip()
    if value.upper() == "NONE":
        return ()
    words = step.words
    if words is not None:
        return (Located("CMD", step.value.source, step.value.span), *words)
    _, _, text = value.partition("CMD")
    place = step.value
    return tuple(Located(one, place.source, place.span) for one in ("CMD-SHELL", text.strip()))


class _Steps:
    """Hears the commands of a RUN instruction."""

    def __init__(self, builder: _Builder) -> None:
        self.builder = builder
        self.folder: str | None = builder.folder

    def hear(self, call: Call) -> None:
        """Do what a command does."""
        builder, tree = self.builder, self.builder.tree
        word = call.words[0]
        where = Located(word.value, word.source, word.span)
        name = word.value.rpartition("/")[2]
        for one in call.redirections:
            self._open(call, one.operator, one.target)
        if call.is_builtin:
            self._change_folder(call, name)
            return
        if call.launchers and call.launchers[-1] in {"find", "xargs"}:
            return
        if word.unknown is not None:
            builder.spoil("a program of a build step is not known", where)
            return
        note_sources(tree, call.words)
        note_programs(tree, call.words)
        effects = effects_of(call.words, self.folder)
        if effects is not None:
            for effect in effects:
                if any(guard.taken for guard in call.guards):
                    tree.doubt(effect, call.user.name, UnknownFact("a build step depends on a condition", where=where))
                else:
                    tree.apply(effect, call.user.name)
        elif name in build_programs().installers:
            self._install(call, where)
        else:
            self._run_other(call, name, where)

    def _run_other(self, call: Call, name: str, where: Located[str]) -> None:
        """Run what is neither described nor an installer; all may be otherwise behind it."""
        if name in SHELLS and script_at(call.words) is not None:
            self.builder.spoil("a build step runs a script that is not read", where)
        elif name not in build_programs().harmless and self.executed(call) is None:
            self.builder.spoil(f"nobody has described what {name} does in a build", where)

    def _open(self, call: Call, operator: str, target: Word) -> None:
        """Make the file that the shell opens for writing."""
        if operator.startswith("<") or target.unknown is not None or target.value.startswith(("/dev/", "/proc/")):
            return
        if not target.value.startswith("/") and self.folder is None:
            return
        path = "/" + posixpath.normpath(posixpath.join(self.folder or "/", target.value)).lstrip("/")
        where = Located(target.value, target.source, target.span)
        writer = self.builder.writer
        is_last = writer.is_last(path)
        self.builder.tree.apply(Effect(EffectKind.APPEND, where, path=path), call.user.name)
        writer.write(call, operator, where, path, is_last=is_last)

    def _change_folder(self, call: Call, name: str) -> None:
        if name not in {"cd", "pushd"}:
            return
        target = call.words[1] if len(call.words) > 1 else None
        is_known = target is not None and target.unknown is None and self.folder is not None
        self.folder = (
            "/" + posixpath.normpath(posixpath.join(self.folder or "/", target.value)).lstrip("/")
            if is_known and target is not None
            else None
        )

    def _install(self, call: Call, where: Located[str]) -> None:
        if any(guard.taken for guard in call.guards):
            self.builder.spoil("whether packages are installed depends on a condition", where)
        else:
            install(self.builder.tree, call.words)

    def answer(self, call: Call) -> Answer | None:
        """Take a command to succeed that is none to ask something with: else there would be no image."""
        word = call.words[0]
        name = word.value.rpartition("/")[2]
        known = build_programs()
        if word.unknown is not None or name in known.asks:
            return None
        does = name in known.installers or name in known.harmless or effects_of(call.words, self.folder) is not None
        return Answer(holds=True) if does else None

    def read(self, _: Call) -> Source | None:
        """Read no script."""
        return None

    def executed(self, _: Call) -> Executed | None:
        """Follow no script."""
        return None

    def paths(self, _: str) -> Sequence[str] | None:
        """Take no pattern for known."""
        return None
