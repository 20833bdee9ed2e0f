"""The scripts of a package.json, each a string that npm hands to a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Script, may_concern, read_all
from dropcap.lang.jsonc import Object, Scalar, members, parse, text_of
from dropcap.model import Level

if TYPE_CHECKING:
    from dropcap.carriers.request import Request
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a package.json.

    Raises:
        UnreadableError: it names a container's client, and is not JSON.

    """
    if not may_concern(source):
        return read_all(source, "package", ())
    text = parse(source)
    named = members(text.root).get("scripts") if isinstance(text.root, Object) else None
    scripts = members(named.value).values() if named and isinstance(named.value, Object) else ()
    values = (script.value for script in scripts)
    found = (Script(text_of(one)) for one in values if isinstance(one, Scalar) and isinstance(one.value, str))
    document = read_all(source, "package", found)
    # A key that stands there twice is how people write comments into it.
    problems = (problem for problem in text.problems if problem.level is Level.ERROR)
    return document._replace(failures=(*problems, *document.failures))
