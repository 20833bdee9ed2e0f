"""GitLab CI: the scripts of jobs. What `!reference` and `extends` bring in is not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, read_all
from dropcap.carriers.yaml_scripts import add_variables, documents, get, pairs, script_source, strings, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.carriers.script_builder import Script
    from dropcap.lang.yaml import Scalar, Value
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
    scripts: list[Script] = []
    seen: set[int] = set()
    for root in documents(source):
        of_all = get(root, "variables")
        for job in (root, *(value for _, value in pairs(root))):
            given = variables(of_all, get(job, "variables"))
            scripts += _scripts(source, job, given, seen)
    return read_all(source, "gitlab", scripts)


def _scripts(source: Source, job: Value, given: dict[str, Scalar], seen: set[int]) -> Iterator[Script]:
    """Give a job's scripts; one that an anchor gives to several jobs comes once."""
    for names in _PARTS:
        builder = Builder(source)
        lines = [line for name in names for line in strings(get(job, name))]
        places = {line.span.start for line in lines}
        if not places or places <= seen:
            continue
        seen |= places
        add_variables(builder, given, "\n".join(line.text for line in lines))
        for line in lines:
            builder.add_piece(script_source(line))
            builder.add("\n", line.span.end - 1 if line.span.end else 0)
        yield builder.build()
