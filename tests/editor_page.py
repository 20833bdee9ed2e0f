"""What the page about editors shows a person to write."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "editor.md"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(editor: str, language: str) -> list[str]:
    """Give the blocks of a language in the section about an editor."""
    sections = PAGE.read_text(encoding="utf-8").split("\n### ")
    (section,) = (one for one in sections if one.startswith(f"{editor}\n"))
    return [text for named, text in _FENCE.findall(section) if named == language]
