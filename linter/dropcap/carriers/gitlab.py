"""GitLab CI: the scripts of jobs. What `!reference` and `extends` bring in is not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, read_all
from dropcap.carriers.yaml_scripts import add_variables, documents, get, pairs, script_source, strings, variables
from dropcap.lang.budget import Budget
from dropcap.model import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.carriers.script_builder import Script
    from dropcap.lang.yaml import Scalar
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]

_PARTS = (("before_script", "script"), ("after_script",))
"""What runs in one shell, one after the other."""


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a pipeline.

    Raises:
        UnreadableError: it is not YAML.

    """
    failures: list[Failure] = []
    document = read_all(source, "gitlab", _scripts(source, failures))
    return document._replace(failures=(*document.failures, *failures))


def _scripts(source: Source, failures: list[Failure]) -> Iterator[Script]:
    """Give the scripts of all jobs, until anchors have multiplied their lines beyond measure."""
    seen: set[int] = set()
    budget, lines_left = Budget(source.text), Budget(source.text)
    for root in documents(source):
        common = variables(get(root, "variables"))
        for job in (root, *(value for _, value in pairs(root))):
            given = variables(get(job, "variables"), common)
            for names in _PARTS:
                lines = [line for name in names for line in strings(get(job, name))]
                if not lines_left.take(len(lines)):
                    message = "anchors give its jobs too many lines: from this one on the rest is not checked; split it"
                    failures.append(Failure(source.path, message, source=source, span=lines[0].span))
                    return
                yield from _script(source, lines, given, seen, budget)


def _script(
    source: Source, lines: list[Scalar], given: dict[str, Scalar], seen: set[int], budget: Budget
) -> Iterator[Script]:
    """Give the script of some lines; one that an anchor gives to several jobs comes once."""
    places = {line.span.start for line in lines}
    if places and not places <= seen:
        seen |= places
        builder = Builder(source)
        add_variables(builder, given, "\n".join(line.text for line in lines), budget)
        for line in lines:
            builder.add_piece(script_source(line))
            builder.add("\n", line.span.end - 1 if line.span.end else 0)
        yield builder.build()
