"""The name of a project, which its own files may use as `COMPOSE_PROJECT_NAME`.

Sources: compose-go 2.9.1, `loader/loader.go` (`projectName`) and `cli/options.go` (`withNamePrecedenceLoad`).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.environment import Environment, Variable
from dropcap.carriers.compose.nodes import child
from dropcap.carriers.compose.substitute import RequiredError, substitute
from dropcap.carriers.compose.variables import InvalidTemplateError
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.model import UnreadableError
from dropcap.source import Source, Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.carriers.compose.files import Files

VARIABLE = "COMPOSE_PROJECT_NAME"
_FOLDER = "the folder's name"


def with_name(paths: Sequence[str], directory: str, environment: Environment, files: Files) -> Environment:
    """Add the project's name to its variables, unless they set it.

    The name of the folder counts where the environment is complete only: a checkout may lie in any folder.
    """
    given = environment.lookup(VARIABLE)
    if given is not None and given.value:
        return environment
    written = _written(paths, files)
    if written is not None:
        variable = _replaced(written, environment)
    elif environment.is_complete:
        variable = Variable(folder_name(directory), Source(_FOLDER, ""), Span(0, 0))
    else:
        variable = None
    if variable is None:
        return environment
    return Environment({VARIABLE: variable}, is_complete=False).over(environment)


def folder_name(directory: str) -> str:
    """Give the name that a project has by its folder."""
    return _normalised(os.path.basename(os.path.abspath(directory or os.curdir)))


def _written(paths: Sequence[str], files: Files) -> Scalar | None:
    """Give the last `name` at the top of a project's files, as it is written."""
    found = None
    for path in paths:
        try:
            documents = files.stream(path).documents
        except (NotReadError, UnreadableError):
            continue  # whoever loads the file says so
        for root in documents:
            value = child(root, "name") if isinstance(root, Mapping) else None
            if isinstance(value, Scalar) and value.text and scalar_type(value) == "text":
                found = value
    return found


def _replaced(written: Scalar, environment: Environment) -> Variable | None:
    """Give the name with its variables replaced; None where one of them is not known."""
    try:
        result = substitute(written.text, environment)
    except (InvalidTemplateError, RequiredError):
        return None
    if result.unknown:
        return None
    return Variable(_normalised(result.text), written.source, written.span)


def _normalised(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")
