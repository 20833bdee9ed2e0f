"""GitHub workflows: the scripts of steps, and the containers that jobs run in and beside.

A job's `container` and its `services` are started by `docker create`, with the words of `options` in front of the
image (GitHub Docs, "Workflow syntax for GitHub Actions"; actions/runner, DockerCommandManager.DockerCreate). No shell
reads these words, but they are quoted as its words are.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, add_filled_in, filled_in, may_concern, read_all
from dropcap.carriers.yaml_scripts import (
    documents,
    environment,
    get,
    pairs,
    script_source,
    strings,
    variables,
)
from dropcap.docker_cli.command_line import read_command
from dropcap.lang.budget import Budget
from dropcap.lang.words import Word
from dropcap.lang.yaml import Mapping, Scalar, Sequence, target
from dropcap.model import MOST_CONTAINERS, Container, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.yaml import Value
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["EXPRESSION", "read", "recognise", "steps"]

EXPRESSION = r"\$\{\{(?:[^}]|\}(?!\})){0,1000}\}\}"
"""An expression; none that people write is longer."""
_VARIABLE = r"\$\{\{\s*env\.(\w+)\s*\}\}"
_REASON = "GitHub fills it in"
_JOBS_KEY = rb"(?m)^jobs[ \t]*:[ \t]*(?:#.*)?\r?$"
_ON_KEY = rb"(?m)^(?:on|'on'|\"on\")[ \t]*:"
_SHELLS = frozenset({"", "bash", "sh"})


def recognise(_path: str, data: bytes) -> bool:
    """Return whether a YAML file of any name is a workflow."""
    return re.search(_JOBS_KEY, data) is not None and re.search(_ON_KEY, data) is not None


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a workflow.

    Raises:
        UnreadableError: it is not YAML.

    """
    roots = list(documents(source))
    all_of_jobs = (one for root in roots for key, job in pairs(get(root, "jobs")) for one in _containers(key, job))
    found = list(islice(all_of_jobs, MOST_CONTAINERS + 1))
    containers = [one for one in found if isinstance(one, Container)]
    document = read_all(source, "workflow", _scripts(roots, Budget(source.text)), containers)
    failures = (one for one in found if isinstance(one, Failure))
    return document._replace(failures=(*document.failures, *failures))


def _scripts(roots: list[Value], budget: Budget) -> Iterator[Script]:
    for root in roots:
        default = _shell_of(get(root, "defaults", "run", "shell"))
        common = variables(get(root, "env"))
        for _, job in pairs(get(root, "jobs")):
            name = _shell_of(get(job, "defaults", "run", "shell")) or default
            yield from steps(get(job, "steps"), budget, name, variables(get(job, "env"), common))


def steps(
    node: Value | None, budget: Budget, default: str = "", above: dict[str, Scalar] | None = None
) -> Iterator[Script]:
    """Give the scripts of the steps that a POSIX shell runs, with the variables that are set for them.

    Args:
        node: the list of steps.
        budget: how much the file's variables may add to it.
        default: the shell of a step that names none.
        above: the variables that all of the steps have.

    """
    if not isinstance(node, Sequence):
        return
    for item in node.items:
        step = target(item)
        script = get(step, "run")
        name = _shell_of(get(step, "shell")) or default
        if isinstance(script, Scalar) and name.partition(" ")[0].rpartition("/")[2] in _SHELLS:
            piece = script_source(script)
            if not may_concern(piece):
                continue
            builder = Builder(script.source)
            given = variables(get(step, "env"), above)
            add_filled_in(builder, piece, re.compile(EXPRESSION), _REASON, partial(_known, given))
            yield builder.build(environment(given, piece.text, budget))


def _known(given: dict[str, Scalar], expression: str) -> Source | None:
    """Give what `${{ env.NAME }}` stands for, where the file sets it to a text without expressions."""
    match = re.fullmatch(_VARIABLE, expression)
    value = given.get(match[1]) if match else None
    return None if value is None or "${{" in value.text else script_source(value)


def _shell_of(node: Value | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _containers(key: Scalar, job: Value) -> Iterator[Container | Failure]:
    own = get(job, "container")
    if own is not None:
        yield from _container(key, own)
    for name, service in pairs(get(job, "services")):
        yield from _container(name, service)


def _container(name: Scalar, node: Value) -> Iterator[Container | Failure]:
    """Read one container as the words that it is created with."""
    image = node if isinstance(node, Scalar) else get(node, "image")
    if not isinstance(image, Scalar) or not image.text:
        return
    words = [Word(text, name.source, name.span) for text in ("docker", "create")]
    if isinstance(node, Mapping):
        words += _options(get(node, "options"))
        for option, field in (("-p", "ports"), ("-v", "volumes")):
            for value in strings(get(node, field)):
                words += [Word(option, value.source, value.span), _word(value)]
        for variable, text in pairs(get(node, "env")):
            if isinstance(text, Scalar):
                word = _word(text)
                words += [Word("-e", text.source, text.span), word._replace(value=f"{variable.text}={text.text}")]
    found = read_command([*words, _word(image)])
    if isinstance(found, Container):
        yield found._replace(name=name.text)
    elif found is not None:
        yield found


def _options(node: Value | None) -> Iterator[Word]:
    """Split the options into words; the expressions in them are not known."""
    if not isinstance(node, Scalar):
        return
    from dropcap.lang.shell.option_words import option_words

    options = filled_in(script_source(node), re.compile(EXPRESSION), _REASON)
    yield from option_words(options.source, options.taken)


def _word(scalar: Scalar) -> Word:
    expression = re.search(EXPRESSION, scalar.text)
    unknown = expression[0] if expression else None
    return Word(scalar.text, scalar.source, scalar.span, unknown, splits=False, reason=_REASON if expression else "")
