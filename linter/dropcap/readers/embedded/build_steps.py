"""The containers that the build steps of a Dockerfile start: `RUN docker run …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.readers.embedded.scripts import Script, read_all

if TYPE_CHECKING:
    from dropcap.model import Document

__all__ = ["added"]


def added(document: Document) -> Document:
    """Give a Dockerfile's document with the containers of its build steps, behind its stages."""
    scripts = [
        Script(instruction.body)
        for container in document.containers
        if container.stage
        for instruction in container.stage.instructions
        if instruction.keyword == "RUN" and instruction.words is None and instruction.body is not None
    ]
    found = read_all(document.source, document.syntax, scripts)
    return document._replace(
        containers=(*document.containers, *found.containers), failures=(*document.failures, *found.failures)
    )
