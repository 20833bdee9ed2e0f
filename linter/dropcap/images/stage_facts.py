"""The files, accounts and configuration of a Dockerfile's stages, each built upon others, nothing being run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.build_context import BuildContext
from dropcap.images.facts import ImageConfig, UnknownFact
from dropcap.images.stage_steps import StageSteps
from dropcap.images.stage_variables import Variables
from dropcap.images.tree import FileTree

if TYPE_CHECKING:
    from dropcap.images.known_images import Images
    from dropcap.model import Stage

__all__ = ["stage_facts"]


def stage_facts(stage: Stage, images: Images, context: str) -> FileTree:
    """Return what a stage's image holds.

    Args:
        stage: the stage.
        images: where its base is looked for; their workspace is the door to the files of the build's context.
        context: the folder that is the context; empty where it is not known.

    """
    return _Build(images, context).facts(stage)


class _Build:
    """Builds the stages of one Dockerfile, each once."""

    def __init__(self, images: Images, context: str) -> None:
        self.images = images
        self.context = context
        self._built: dict[tuple[str, int], tuple[FileTree, Variables]] = {}
        self._contexts: dict[str, BuildContext] = {}
        self._depth = 0

    def facts(self, stage: Stage) -> FileTree:
        """Return what a stage's image holds, as a tree of its own."""
        return self.built(stage)[0].copy()

    def built(self, stage: Stage) -> tuple[FileTree, Variables]:
        """Return what a stage's image holds, and its variables at its end."""
        key = (stage.instructions[0].value.source.path if stage.instructions else "", stage.number)
        if key not in self._built:
            if self._depth >= _DEEPEST_STAGES:
                unknown = UnknownFact("more stages build on each other than dropcap follows")
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
            self._contexts[path] = BuildContext(self.images.workspace, self.context, path)
        return self._contexts[path]


_DEEPEST_STAGES = 40
