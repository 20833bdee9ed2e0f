"""The capabilities of a Compose project as a picture that stands in the README: `python scripts/matrix_picture.py`.

It draws what `dropcap caps` prints of `fixtures/projects/harbour`, with the same signs, as SVG: nothing in it is set
by hand but sizes and colours. A test keeps it true; `pytest tests/test_readme.py --accept` makes it anew.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.check import Setup, check_file
from dropcap.commands.finder import Finder
from dropcap.report import to_report
from dropcap.targets import Target
from dropcap.writers import Context
from dropcap.writers.caps_table import MEANINGS, Sign
from dropcap.writers.markup import escaped
from dropcap.writers.page.matrix import columns
from dropcap.writers.page.rows import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.writers.page.rows import Drawn

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "matrix.svg"
PROJECT = "fixtures/projects/harbour/compose.yaml"

FIELD = 30
"""The side of a field, in pixels; all else is measured by it."""
LEFT, TOP, RIGHT = 284, 156, 556
MARK = 22
STYLE = """
  .paper { fill: #fbfaf7 } text { fill: #1c1e24; font: 14px system-ui, "Segoe UI", "Liberation Sans", sans-serif }
  .soft { fill: #5b606c } .names, .mark { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
  .names { font-size: 12px } .mark { font-weight: 700; text-anchor: middle } line { stroke: #e2dfd6 }
  .needed rect { fill: #1b6e47 } .needed text { fill: #fff }
  .missing rect { fill: #a3123a } .missing text { fill: #fff }
  .unneeded rect { fill: #f4d58a } .unneeded text { fill: #4a3500 }
  .helpful rect { fill: none; stroke: #0d6c74; stroke-width: 1.5 } .helpful text { fill: #0d6c74 }
  .unknown rect { fill: none; stroke: #4f5563; stroke-dasharray: 3 2 } .unknown text { fill: #4f5563 }
  .none text { fill: #9a9da6 } .none rect { fill: none }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #15171c } text { fill: #e7e6e1 } .soft { fill: #a2a7b3 } line { stroke: #31353f }
    .needed rect { fill: #2a8a5c } .missing rect { fill: #c2274f }
    .unneeded rect { fill: #6b5212 } .unneeded text { fill: #ffe3a1 }
    .unknown rect { stroke: #b4b9c5 } .unknown text { fill: #b4b9c5 }
    .helpful rect { stroke: #6fd3db } .helpful text { fill: #6fd3db } .none text { fill: #5b606c }
  }
"""
SHOWN = {Sign.UNNEEDED: "\N{MINUS SIGN}", Sign.NONE: "\N{MIDDLE DOT}"}


def picture() -> str:
    """Return the picture's text."""
    before = Path.cwd()
    os.chdir(ROOT)  # the paths that are shown are those of the tree
    try:
        result = check_file(Target(PROJECT, "compose", named=True), (), Setup())
        rows, _ = drawn(to_report([result]), (), Context((), needs=Finder(None).needs))
    finally:
        os.chdir(before)
    shown, folded = columns(rows)
    return "\n".join(_svg(rows, shown, folded))


def _svg(rows: Sequence[Drawn], shown: Sequence[str], folded: Sequence[str]) -> Iterator[str]:
    across = len(shown) + (2 if folded else 0)
    width, height = LEFT + FIELD * across + RIGHT, TOP + FIELD * len(rows) + 3 * FIELD
    label = f"What each service of {PROJECT} holds and needs; dropcap caps prints the same as text"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    yield f'<style>{STYLE}</style>\n<rect class="paper" width="{width}" height="{height}" rx="12"/>'
    for number, name in enumerate(shown):
        yield f'<text class="names" transform="translate({_middle(number) + 4} {TOP - 10}) rotate(-60)">{name}</text>'
    if folded:
        at = _middle(len(shown)) + 10
        yield f'<text class="names soft" transform="translate({at} {TOP - 10}) rotate(-60)">{len(folded)} others</text>'
    yield f'<text class="soft" x="{LEFT + FIELD * across + 16}" y="{TOP - 12}">what to write</text>'
    for number, row in enumerate(rows):
        yield from _row(row, TOP + FIELD * number, shown, folded, LEFT + FIELD * across + 16)
    yield from _legend({sign for row in rows for sign in row.signs.values()}, TOP + FIELD * len(rows) + 44)
    yield "</svg>\n"


def _row(one: Drawn, top: int, shown: Sequence[str], folded: Sequence[str], end: int) -> Iterator[str]:
    container = one.row.container
    image = container.image.value if container.image else ""
    base = top + 20
    yield f'<line x1="16" x2="{end + RIGHT - 32}" y1="{top}" y2="{top}"/>'
    yield f'<text x="20" y="{base}">{escaped(container.name)} <tspan class="soft">{escaped(image)}</tspan></text>'
    for number, name in enumerate(shown):
        yield from _mark(one.signs[name], _middle(number), top)
    signs = {one.signs[name] for name in folded}
    if len(signs) == 1:
        yield from _mark(signs.pop(), _middle(len(shown)) + FIELD // 2, top)
    yield f'<text class="soft" x="{end}" y="{base}">{escaped(_advice(one))}</text>'


def _advice(one: Drawn) -> str:
    """Say in few words what to write, as the table of `dropcap caps` does."""
    needs = one.row.needs
    if not needs.is_complete:
        return f"not known yet: {needs.unknown[0].reason}"
    held = [name for name in NAMES if one.signs[name] in {Sign.NEEDED, Sign.MISSING}]
    if {one.signs[name] for name in NAMES} <= {Sign.NEEDED, Sign.HELPFUL, Sign.NONE}:
        return "nothing: it holds what it needs"
    lists = f"cap_drop: [ALL], cap_add: [{', '.join(held)}]" if held else "cap_drop: [ALL]"
    return f"{lists}, and no privileged" if one.row.container.privileged else lists


def _legend(met: set[Sign], base: int) -> Iterator[str]:
    left = 20
    for sign, meaning in MEANINGS.items():
        if sign in met:
            yield from _mark(sign, left + MARK // 2, base - 20)
            yield f'<text class="soft" x="{left + MARK + 8}" y="{base}">{meaning}</text>'
            left += MARK + 22 + 8 * len(meaning)


def _mark(sign: Sign, middle: int, top: int) -> Iterator[str]:
    x, y = middle - MARK // 2, top + (FIELD - MARK) // 2
    yield f'<g class="{sign.name.lower()}"><rect x="{x}" y="{y}" width="{MARK}" height="{MARK}" rx="5"/>'
    yield f'<text class="mark" x="{middle}" y="{y + 16}">{SHOWN.get(sign, sign.value)}</text></g>'


def _middle(number: int) -> int:
    return LEFT + FIELD * number + FIELD // 2


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(picture(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
