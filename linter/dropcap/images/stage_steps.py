"""The steps of a Dockerfile's stage, done one after another to a picture of its files, nothing being run.

Sources: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`: as whom RUN runs, whom the folders belong to that
WORKDIR makes (`dispatchWorkdir`: whom USER names; the builder before BuildKit gave them to root); `VOLUME` changes no
file, and what is done to one later stays.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.copy_request import read_request
from dropcap.images.facts import ABSENT, File, FileKind, ImageConfig, UnknownFact
from dropcap.images.run_mounts import Mounts
from dropcap.images.run_steps import RunSteps
from dropcap.images.stage_copies import Copies
from dropcap.images.stage_users import owner_of
from dropcap.images.step_memo import done_once
from dropcap.images.text_writer import TextWriter
from dropcap.lang.shell.call import User
from dropcap.lang.shell.program import Setting, follow_command, follow_script
from dropcap.lang.shell.subcommands import SHELLS
from dropcap.lang.words import Word
from dropcap.model import Located, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dropcap.images.build_context import BuildContext
    from dropcap.images.stage_variables import Variables
    from dropcap.images.tree import FileTree
    from dropcap.model import Instruction, Stage

__all__ = ["StageSteps"]


class StageSteps:
    """Takes the steps of one stage."""

    def __init__(
        self,
        stage: Stage,
        tree: FileTree,
        variables: Variables,
        context: BuildContext,
        built: Callable[[Stage], FileTree],
    ) -> None:
        """Begin a stage.

        Args:
            stage: it.
            tree: the files of what it is built upon, which its steps change.
            variables: the variables of that.
            context: the files of the build.
            built: gives the files of another stage.

        """
        self.stage = stage
        self.tree = tree
        self.writer = TextWriter(tree)
        self.variables = variables
        self.context = context
        self.built = built
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
            # A new entrypoint forgets the command of the base. Source: BuildKit convert.go, dispatchEntrypoint().
            command=stage.command if stage.command is not None or stage.entrypoint is not None else outer.command,
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
        owner, group = owner_of(self.user, self.tree)
        folder, missing = self.folder, list[str]()
        while self.tree.look(folder) is ABSENT:
            missing.append(folder)
            folder = posixpath.dirname(folder)
        for one in reversed(missing):
            self.tree.put(one, File(FileKind.FOLDER, owner, group, 0o755, where=step.value), is_new=True)
        found = self.tree.look(self.folder)
        if isinstance(found, UnknownFact):
            known = "0" if found.roots and owner == "0" else None
            self.tree.put(self.folder, File(FileKind.FOLDER, known, known, None, where=step.value))

    def run(self, step: Instruction) -> None:
        """Follow a RUN, over what its mounts lay on the files meanwhile."""
        if not self.has_usual_shell and step.words is None:
            self.spoil("dropcap does not follow the shell of a build step", step.value)
            return
        mounts = Mounts(step, self.variables, self.folder, self.tree, self.context, self.origin)
        mounts.mount()
        if not self._follow(step):
            self.spoil("a build step is too large for dropcap to follow", step.value)
        mounts.unmount()

    def _follow(self, step: Instruction) -> bool:
        """Follow what a RUN runs; gives whether all of it was followed."""
        path = tuple(filter(None, (self.variables.expanded("$PATH") or "").split(":")))
        listener = RunSteps(self.tree, self.writer, self.folder, path)
        setting = Setting(User(self.user, "" if self.user else "its USER is not known"), self.variables.words())
        try:
            if step.words is not None:
                words = [Word(one.value, one.source, one.span) for one in step.words]
                return follow_command(words, listener, setting)
            body = step.body
            if body is None or step.flags:
                return body is not None and follow_script(body, listener, setting)
            decides = self.user, self.folder, path
            return done_once(listener, body.text, decides, lambda: follow_script(body, listener, setting))
        except UnreadableError:
            return False

    def spoil(self, reason: str, where: Located[str]) -> None:
        """Forget everything: nobody knows what a step has changed."""
        unknown = UnknownFact(reason, "use the built image by name, and run `dropcap images lock`", where)
        self.tree.spoil("/", unknown)
        self.tree.forget_accounts(unknown, keeps=False)

    def origin(self, name: str) -> FileTree | None:
        """Return the files of the stage that a `from` names; None where it names none that is known."""
        found = next((one for word, one in self.stage.sources if word == name), None)
        return None if found is None else self.built(found)

    def copy(self, step: Instruction) -> None:
        """Put what COPY or ADD brings."""
        request = read_request(step, self.variables, self.folder, self.tree)
        if not request.place:
            self.spoil("where a file is copied to is not known", step.value)
            return
        Copies(request, self.tree, self.context, self.origin(request.origin) if request.origin else None).put_all()


_DOES: Mapping[str, Callable[[StageSteps, Instruction], None]] = {
    "ADD": StageSteps.copy,
    "ARG": StageSteps.set_argument,
    "COPY": StageSteps.copy,
    "ENV": StageSteps.set_variable,
    "HEALTHCHECK": StageSteps.set_health_check,
    "RUN": StageSteps.run,
    "SHELL": StageSteps.set_shell,
    "STOPSIGNAL": StageSteps.set_stop_signal,
    "USER": StageSteps.set_user,
    "VOLUME": StageSteps.add_volumes,
    "WORKDIR": StageSteps.change_folder,
}


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
