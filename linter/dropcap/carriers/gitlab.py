"""GitLab CI: the scripts of jobs. What `!reference` and `extends` bring in is not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, read_all
from dropcap.carriers.yaml_scripts import documents, environment, get, pairs, script_source, strings, variables
from dropcap.lang.budget import Budget

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
    return read_all(source, "gitlab", _scripts(source))


def _scripts(source: Source) -> Iterator[Script]:
    """Give the scripts of all jobs; how often anchors may repeat their lines, the reader of YAML limits."""
    seen: set[int] = set()
    budget = Budget(source.text)
    for root in documents(source):
        common = variables(get(root, "variables"))
        for job in (root, *(value for _, value in pairs(root))):
            given = variables(get(job, "variables"), common)
            for names in _PARTS:
                lines = [line for name in names for line in strings(get(job, name))]
                yield from _script(source, lines, given, seen, budget)


def _script(
    source: Source, lines: list[Scalar], given: dict[str, Scalar], seen: set[int], budget: Budget
) -> Iterator[Script]:
    """Give the script of some lines; one that an anchor gives to several jobs comes once."""
    places = {line.span.start for line in lines}
    if places and not places <= seen:
        seen |= places
        builder = Builder(source)
        for line in lines:
            builder.add_piece(script_source(line))
            builder.add("\n", line.span.end - 1 if line.span.end else 0)
        yield builder.build(environment(given, "\n".join(line.text for line in lines), budget))
