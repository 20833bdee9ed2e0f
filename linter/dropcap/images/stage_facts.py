"""The files, accounts and configuration of a Dockerfile's stages, each built upon others, nothing being run."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from dropcap.images.build_context import BuildContext
from dropcap.images.build_files import BuildFiles
from dropcap.images.facts import ImageConfig, UnknownFact
from dropcap.images.stage_steps import StageSteps
from dropcap.images.stage_variables import Variables
from dropcap.images.tree import FileTree

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from dropcap.images.known_images import Images
    from dropcap.model import Stage
    from dropcap.source import Source

__all__ = ["SharedBuild", "kept_build", "stage_facts"]

_MOST_KEPT = 24
_MOST_STAGES = 100
_KEPT: dict[tuple[int, str], SharedBuild] = {}
"""The builds that were followed last, by the number of their Dockerfile's source, which each keeps, and their context.

Services of one project, and its Compose files, build the same few stages. What a build makes is decided by its stages,
whose objects are the same as long as the text and the arguments are, by dropcap's own tables, and by what is read of
the context: that is asked again each time.
"""


def stage_facts(stage: Stage, images: Images, context: str) -> FileTree:
    """Return what a stage's image holds.

    Args:
        stage: the stage.
        images: where its base is looked for; their workspace is the door to the files of the build's context.
        context: the folder that is the context; empty where it is not known.

    """
    home = _home(stage, images)
    if home is None:
        return _Build(images, context).facts(stage)
    kept = kept_build(stage, images, context)
    build = kept or SharedBuild(images, context, home)
    _KEPT.pop((id(home), context), None)  # it is kept again if all goes well
    tree = build.facts(stage)
    if build.files.is_open:  # what could not be read, or not in the steps that are left, has its own answer each time
        return tree if kept is None else _Build(images, context).facts(stage)
    if len(_KEPT) >= _MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]
    _KEPT[id(home), context] = build
    return tree


def kept_build(stage: Stage, images: Images, context: str) -> SharedBuild | None:
    """Return the kept build of a stage's Dockerfile, in the workspace of these images; None where there is none."""
    home = _home(stage, images)
    kept = None if home is None else _KEPT.get((id(home), context))
    return kept if kept is not None and kept.enter(images) else None


def _home(stage: Stage, images: Images) -> Source | None:
    """Return the file of a stage that may be built for several; None where a project has its own word of images."""
    first = stage.instructions[0].value if stage.instructions else None
    if first is None or images.read or images.workspace.has_lock or stage.number >= _DEEPEST_STAGES:
        return None
    return first.source.to_root(first.span)[0]


class _Build:
    """Builds the stages of one Dockerfile, each once."""

    def __init__(self, images: Images, context: str) -> None:
        self.images = images
        self.context = context
        self.files = BuildFiles(images.workspace)
        self._built: dict[Hashable, tuple[FileTree, Variables]] = {}
        self._contexts: dict[str, BuildContext] = {}
        self._depth = 0

    def facts(self, stage: Stage) -> FileTree:
        """Return what a stage's image holds, as a tree of its own."""
        self.files.open()
        tree = self.built(stage)[0].copy()
        self.files.close()
        return tree

    def built(self, stage: Stage) -> tuple[FileTree, Variables]:
        """Return what a stage's image holds, and its variables at its end."""
        key = self.key(stage)
        if key not in self._built:
            if self._depth >= _DEEPEST_STAGES:
                unknown = UnknownFact("more stages build on each other than dropcap follows")
                return FileTree(unknown, ImageConfig(unknowns=(unknown,))), Variables()
            self._depth += 1
            self._built[key] = self._build(stage)
            self._depth -= 1
        return self._built[key]

    def key(self, stage: Stage) -> Hashable:
        """Return what tells a stage from the others that are built here."""
        return stage.instructions[0].value.source.path if stage.instructions else "", stage.number

    def _build(self, stage: Stage) -> tuple[FileTree, Variables]:
        parent = stage.parent
        if parent is not None:
            below, variables = self.built(parent)
            tree, variables = below.copy(), variables.copy()
        else:
            tree, variables = self.images.tree(stage.base.value if stage.base is not None else None), Variables()
        builder = StageSteps(stage, tree, variables, self._context_of(stage), lambda one: self.built(one)[0])
        # What ONBUILD keeps is done in the builds upon the image, and nothing in its own.
        kept = [one.trigger for one in parent.instructions if one.trigger is not None] if parent is not None else []
        for step in (*kept, *(one for one in stage.instructions if one.trigger is None)):
            builder.take(step)
        builder.finish()
        return tree, variables

    def _context_of(self, stage: Stage) -> BuildContext:
        """Return the files of the build, without what is left out beside the stage's Dockerfile."""
        place = stage.instructions[0].value if stage.instructions else None
        path = place.source.to_root(place.span)[0].path if place is not None else ""
        if path not in self._contexts:
            self._contexts[path] = BuildContext(self.files, self.context, path)
        return self._contexts[path]


class SharedBuild(_Build):
    """Builds the stages of one Dockerfile for several who ask, each with its own arguments and contexts.

    Attributes:
        number: which build it is, of all that there were.

    """

    def __init__(self, images: Images, context: str, home: Source) -> None:
        """Begin with no stage of a file."""
        super().__init__(images, context)
        self.number = next(_NUMBERS)
        self._home = home  # it is kept, so that no other source has its number
        self._numbers: dict[Hashable, int] = {}
        self._stages: dict[int, tuple[int, Stage]] = {}

    def enter(self, images: Images) -> bool:
        """Go on in another workspace; gives whether what was built is the same there."""
        self.images = images
        return len(self._stages) <= _MOST_STAGES and self.files.enter(images.workspace)

    def sources(self) -> Iterator[Source]:
        """Give the texts that what is built may come from, each the same object as long as it is the same."""
        yield self._home
        yield from self.files.sources()

    def key(self, stage: Stage) -> int:
        """Return a number for a stage, the same for each that has the same steps and is built of the same stages.

        Steps that were read once are the same object; read with other arguments, they are another one.
        """
        if id(stage) not in self._stages:
            parent = None if stage.parent is None else self.key(stage.parent)
            of = tuple((name, self.key(one)) for name, one in stage.sources)
            number = self._numbers.setdefault((id(stage.instructions), parent, of), len(self._numbers))
            self._stages[id(stage)] = number, stage
        return self._stages[id(stage)][0]


_NUMBERS = count()
_DEEPEST_STAGES = 40
