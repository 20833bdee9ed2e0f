"""An open text as a file that stands in for the one on the disk, from one change to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.yaml.edited import Edited
from dropcap.source import Source, UndecodableError
from dropcap.workspace import OpenText

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["with_text"]


def with_text(overlay: Mapping[str, bytes], key: str, path: str, text: str) -> dict[str, bytes]:
    """Return the open texts with another one, or with another version of it.

    Args:
        overlay: the open texts by real path.
        key: its file's real path.
        path: the path of it that is printed.
        text: the text; what is the same as before is not parsed again.

    """
    data, before = OpenText(text.encode("utf-8", "surrogatepass")), overlay.get(key)
    try:
        source = Source.decode(path, data)
    except UndecodableError:
        return {**overlay, key: bytes(data)}
    known = before.source if isinstance(before, OpenText) else None
    last = known if isinstance(known, Edited) and known.path == path else None
    data.source = Edited(path, source.text, encoding=source.encoding, before=last)
    return {**overlay, key: data}
