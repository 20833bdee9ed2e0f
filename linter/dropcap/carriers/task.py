"""Taskfiles: the commands of tasks, which a shell written in Go reads by bash's rules.

A variable is known where the task sets it, or the file does and no task is called with another value for it.
"""

from __future__ import annotations

import re
from collections import ChainMap
from functools import partial
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, add_filled_in, read_all
from dropcap.carriers.yaml_scripts import documents, get, pairs, script_source
from dropcap.lang.yaml import Scalar, Sequence, target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dropcap.carriers.request import Request
    from dropcap.carriers.script_builder import Script
    from dropcap.lang.yaml import Value
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]

_TEMPLATE = r"\{\{(?:[^}]|\}(?!\})){0,1000}\}\}"
_VARIABLE = r"\{\{-?\s*\.(\w+)\s*-?\}\}"
_REASON = "task fills it in"


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a Taskfile.

    Raises:
        UnreadableError: it is not YAML.

    """
    scripts: list[Script] = []
    for root in documents(source):
        called = {name for _, task in pairs(get(root, "tasks")) for name in _given_to_others(task)}
        common = {name: value for name, value in _variables(root).items() if name not in called}
        for _, task in pairs(get(root, "tasks")):
            known = partial(_known, ChainMap(_variables(task), common))
            for command in (task, get(task, "cmds"), get(task, "cmd")):
                scripts += _scripts(command, known)
    return read_all(source, "task", scripts)


def _variables(node: Value) -> dict[str, Value]:
    return {key.text: value for key, value in pairs(get(node, "vars"))}


def _given_to_others(task: Value) -> Iterator[str]:
    """Give the names of the variables that a task calls others with."""
    for name in ("cmds", "deps"):
        called = get(task, name)
        for item in called.items if isinstance(called, Sequence) else ():
            yield from _variables(target(item))


def _known(given: Mapping[str, Value], template: str) -> Source | None:
    """Give what `{{.NAME}}` stands for, where it is a text without templates."""
    match = re.fullmatch(_VARIABLE, template)
    value = given.get(match[1]) if match else None
    return script_source(value) if isinstance(value, Scalar) and "{{" not in value.text else None


def _scripts(node: Value | None, known: Callable[[str], Source | None]) -> Iterator[Script]:
    """Give the script of a command, or those of a list of them, which may be `cmd:` or `defer:` with more."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        command = None if item is None else target(item)
        for one in (command, get(command, "cmd"), get(command, "defer")) if item is not node else (command,):
            if isinstance(one, Scalar):
                builder = Builder(one.source)
                add_filled_in(builder, script_source(one), re.compile(_TEMPLATE), _REASON, known)
                yield builder.build()
