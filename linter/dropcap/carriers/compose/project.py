"""A Compose project: files laid over one another, with all that they extend and include.

The order of the steps is that of compose-go, `loader/loader.go`: each document of each file has its variables
replaced, then its includes joined, then its services extended, and is then laid over what is there. Docker Compose 2
extends the services before it joins the includes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.load_documents import another_kind, documents
from dropcap.carriers.compose.nodes import child, entries
from dropcap.carriers.compose.schema import problems
from dropcap.model import Level, UnreadableError
from dropcap.source import Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Mapping, Value
    from dropcap.source import Source


TOP_LEVEL = frozenset(
    {"configs", "include", "jobs", "models", "name", "networks", "secrets", "services", "version", "volumes"}
)


def load(paths: Sequence[str], scope: LoadContext, included: tuple[str, ...] = ()) -> Mapping:
    """Load a project.

    Args:
        paths: its files, each laid over those before it.
        scope: where to look, and what to tell.
        included: the real paths of the files whose `include` led here.

    Returns:
        The model, variables replaced and nothing else turned into another form.

    Raises:
        NotReadError: none of the files can be had.
        UnreadableError: none of them is YAML of this kind.

    """
    model: Mapping | None = None
    refused: NotReadError | UnreadableError | None = None
    for path in paths:
        try:
            model = _with_file(model, path, scope, included)
        except (NotReadError, UnreadableError) as error:  # noqa: PERF203  # one that is refused does not end it
            if len(paths) == 1:
                raise
            refused = error
            if isinstance(error, UnreadableError):
                scope.log.add(error.failure._replace(level=Level.ERROR))
            else:
                scope.log.add_about(path, f"{error.reason}; dropcap checks the other files without it", Level.ERROR)
    if model is None:
        raise refused or another_kind(scope.files.source(paths[0]), Span(0, 0), "it is empty")
    return model


def _with_file(model: Mapping | None, path: str, scope: LoadContext, included: tuple[str, ...]) -> Mapping | None:
    """Lay the documents of a file over a model; raises as :func:`load` where the file is to be left out."""
    for document in documents(path, scope):
        own = _with_others(document, path, scope, included)
        source = scope.files.source(path)
        is_alone = model is None and own is document
        model = own if model is None else _laid_over(model, own, scope)
        if not is_alone or "-" in source.text or "[" in source.text:
            from dropcap.carriers.compose.dedupe import unique_lists  # it reads the table of fields

            model = unique_lists(model)
        _refuse_another_kind(model, source)
        if not is_version_1(model):
            for wrong in problems(model, version=scope.version):
                scope.log.error(wrong.where, wrong.message)
    return model


def _with_others(document: Mapping, path: str, scope: LoadContext, included: tuple[str, ...]) -> Mapping:
    """Draw in what a document extends and includes; few do, and the rest need not wait for the code."""
    if scope.version.includes_first:
        document = _with_included(document, path, scope, included)
    if any(child(entry.value, "extends") for entry in entries(child(document, "services")).values()):
        from dropcap.carriers.compose.extends import apply_extends

        document = apply_extends(document, path, scope)
    return document if scope.version.includes_first else _with_included(document, path, scope, included)


def _with_included(document: Mapping, path: str, scope: LoadContext, included: tuple[str, ...]) -> Mapping:
    if child(document, "include"):
        from dropcap.carriers.compose.include import apply_include

        document = apply_include(document, scope, (*included, scope.files.real(path)), load)
    return document


def _laid_over(model: Mapping, over: Mapping, scope: LoadContext) -> Mapping:
    from dropcap.carriers.compose.merge import merge

    return merge(model, over, scope.log)


def is_version_1(model: Mapping) -> bool:
    """Whether the top level of a file holds nothing but services, as in files of version 1."""
    top = entries(model)
    return bool(top) and "services" not in top and all(_is_service(entry.value) for entry in top.values())


def _refuse_another_kind(model: Mapping, source: Source) -> None:
    """Refuse a file that has no services and is no part of a project either, such as one with networks alone.

    Raises:
        UnreadableError: it is YAML of another kind.

    """
    top = entries(model)
    is_part = all(name in TOP_LEVEL or name.startswith("x-") for name in top)
    if "services" in top or (top and is_part) or is_version_1(model):
        return
    raise another_kind(source, (model.pairs[0].key if model.pairs else model).span, "it has no services key")


def _is_service(value: Value) -> bool:
    return not entries(value).keys().isdisjoint(("image", "build", "extends"))
