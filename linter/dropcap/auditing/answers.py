"""What an engine says of a container as a text: line by line as its client prints it, so that a place is found there.

`docker inspect NAME` prints a list of one object, indented by four spaces, and `podman inspect NAME` by five. What the
kernel says of the container's processes follows at the end, where the lines of all else stay what they are.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dropcap.carriers.inspect.live import NOT_READ, PROCESSES
from dropcap.engine_client import EngineError
from dropcap.source import Answer

if TYPE_CHECKING:
    from dropcap.auditing.processes import KernelView

__all__ = ["path_of", "to_source"]

_DOCKERS = 4
_PODMANS = 5
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,200}", re.ASCII)
_SHORT = 12


def path_of(name: str, container: str, *, is_podman: bool) -> str:
    """Return the name of a container's text: `docker:web`; by its id where its name is none that engines give."""
    engine = "podman" if is_podman else "docker"
    return f"{engine}:{name if _NAME.fullmatch(name) else container[:_SHORT]}"


def to_source(path: str, data: bytes, view: KernelView | None, *, is_podman: bool) -> Answer:
    """Return the text of what an engine says, and what the kernel says.

    Raises:
        EngineError: it is no JSON object.

    """
    try:
        found = json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EngineError("what it says of this container is no JSON as engines write it")
    for name in (PROCESSES, NOT_READ):  # no engine says so
        found.pop(name, None)
    if view is not None and view.entries:
        found[PROCESSES] = view.entries
    if view is not None and view.not_read and (view.entries or _is_running(found)):
        found[NOT_READ] = view.not_read
    indent = _PODMANS if is_podman else _DOCKERS
    text = json.dumps([found], indent=indent, ensure_ascii=False)
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:  # half of a pair
            text = json.dumps([found], indent=indent)
    return Answer(path, text)


def _is_running(found: dict[str, Any]) -> bool:
    """Whether an engine says that a container runs: of another one nobody misses the processes."""
    state = found.get("State")
    return isinstance(state, dict) and state.get("Running") is True
