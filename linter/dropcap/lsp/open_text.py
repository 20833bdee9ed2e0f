"""An open text as a file that stands in for the one on the disk, from one change to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.yaml.edited import Edited
from dropcap.workspace import OpenText, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.source import Source

__all__ = ["as_files", "with_text"]


def with_text(overlay: Mapping[str, bytes], real: str, text: str) -> dict[str, bytes]:
    """Return the open texts with another one, or with a newer version of it.

    Args:
        overlay: the open texts by real path.
        real: the real path of the text's file.
        text: the text; what of it is the same as before is not parsed again.

    """
    data, before = _Text(text.encode("utf-8", "surrogatepass")), overlay.get(real)
    data.before = before.newest if isinstance(before, _Text) else {}
    return {**overlay, real: data}


def as_files(overlay: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the open texts as any other files, for whoever wants the nodes of a text in one source."""
    return {real: bytes(data) for real, data in overlay.items()}


class _Text(OpenText):
    """A version of an open text, as a source for each path by which it is asked for."""

    before: Mapping[str, Edited] = {}
    now: Mapping[str, Edited] = {}

    @property
    def newest(self) -> Mapping[str, Edited]:
        """The newest sources that were asked for."""
        return {**self.before, **self.now}

    def source(self, path: str) -> Source:
        """Return it as a source, and raise as :class:`OpenText` does."""
        found = self.now.get(path)
        if found is None:
            source = decoded(path, self)
            found = Edited(path, source.text, encoding=source.encoding, before=self.before.get(path))
            self.now = {**self.now, path: found}
        return found
