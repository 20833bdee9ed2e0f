"""The capabilities of containers as a picture: containers down, capabilities across, a sign in each field.

The signs are those of `dropcap caps`; colour only repeats what they say. Capabilities that matter to no container but
those that hold nearly everything are folded into one column, which a switch opens.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from dropcap.capabilities.facts import fact
from dropcap.capabilities.names import NAMES
from dropcap.model import Severity
from dropcap.printable import counted, shortened, title
from dropcap.writers.caps_table import MEANINGS, Sign
from dropcap.writers.markup import escaped, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.writers.page.rows import Drawn

_WIDE = 20
"""A container that holds more than this says little by each of them."""
_GRAVE = frozenset({"critical", "high"})
_WANTED = frozenset({Sign.NEEDED, Sign.MISSING, Sign.HELPFUL})
_CLASSES = {sign: sign.name.lower() for sign in Sign}
_MAY_BE_HELD = "not known whether held"
_REFUSAL_SIZE = 160


def matrix(rows: Sequence[Drawn], left_out: int) -> Iterator[str]:
    """Yield the section: the table of the containers, with a row for each, and what the signs mean."""
    if not rows:
        return
    shown, folded = columns(rows)
    yield '<section id="capabilities">\n<h2>Capabilities</h2>\n'
    if folded:
        yield '<input type="checkbox" id="wide">'
        yield f'<label for="wide">Show all {len(shown) + len(folded)} capabilities</label>\n'
    yield from _legend(rows)
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Containers by capabilities">\n<table>\n'
    yield from _head(shown, folded)
    span = len(shown) + len(folded) + 2
    for path, of_file in groupby(rows, lambda one: one.row.container.source.region(one.row.container.span).path):
        yield f'<tbody>\n<tr class="file"><th colspan="{span + 1}" scope="rowgroup">{escaped(path)}</th></tr>\n'
        for one in of_file:
            yield _row(one, shown, folded)
        yield "</tbody>\n"
    yield "</table>\n</div>\n"
    if left_out:
        yield f"<p>{counted(left_out, 'more container')} with no graver findings than these: not drawn.</p>\n"
    yield "</section>\n"


def columns(rows: Sequence[Drawn]) -> tuple[list[str], list[str]]:
    """Return the capabilities that stand across, and those that are folded, both in the kernel's order."""
    every: set[str] = set()
    telling: set[str] = set()
    are_all_wide = True
    for one in rows:
        if one.row.sets.errors:
            continue
        met = {name for name, sign in one.signs.items() if sign is not Sign.NONE}
        every |= met
        if len(met) > _WIDE:
            telling.update(name for name in met if one.signs[name] in _WANTED)
        else:
            are_all_wide = False
            telling |= met
    if are_all_wide:
        telling.update(name for name in every if fact(name).risk in _GRAVE)
    shown = [name for name in NAMES if name in telling]
    folded = [name for name in NAMES if name in every and name not in telling]
    return (shown, folded) if len(folded) > 1 else ([name for name in NAMES if name in every], [])


def _head(shown: Sequence[str], folded: Sequence[str]) -> Iterator[str]:
    yield '<thead><tr><th scope="col" class="corner">container</th>'
    for name in NAMES:
        if name in shown or name in folded:
            about = fact(name)
            more = ' class="more"' if name in folded else ""
            start = tag("span", title=f"{name}, risk {about.risk}: {about.meaning}")
            yield f'<th scope="col"{more}><{start}>{name}</span></th>'
    if folded:
        yield f'<th scope="col" class="fold"><span>{len(folded)} others</span></th>'
    yield '<th scope="col" class="known">needs known</th></tr></thead>\n'


def _row(one: Drawn, shown: Sequence[str], folded: Sequence[str]) -> str:
    container, sets, needs = one.row
    name = escaped(title(container))
    badge = ""
    if one.severity is not None:
        label = Severity(one.severity).label
        said = f"{counted(len(one.findings), 'finding')}, the gravest is {label}"
        start = tag("a", class_=f"badge {label}", href=f"#f{one.findings[0]}", title=said, aria_label=said)
        badge = f" <{start}>{len(one.findings)}</a>"
    cells = [f'<tr><th scope="row"><a href="#{one.id}">{name}</a>{badge}</th>']
    if sets.errors:
        reason = escaped(shortened(sets.errors[0].message, _REFUSAL_SIZE))
        span = len(shown) + len(folded) + (1 if folded else 0) + 1
        return f'{cells[0]}<td class="refused" colspan="{span}">the engine refuses it: {reason}</td></tr>\n'
    cells += [_field(one, name, is_more=name in folded) for name in NAMES if name in shown or name in folded]
    if folded:
        cells.append(_folded(one, folded))
    known = "all" if needs.is_complete else "in part" if needs.needs else "no"
    return f'{"".join(cells)}<td class="known">{known}</td></tr>\n'


def _field(one: Drawn, name: str, *, is_more: bool) -> str:
    sign = one.signs[name]
    more = " more" if is_more else ""
    if sign is Sign.NONE and not one.may_hold_more:
        return f'<td class="none{more}">&#183;</td>'
    if sign is Sign.NONE:
        return f'<td class="unknown{more}" title="{name}: {_MAY_BE_HELD}"><i>?</i></td>'
    return f'<td class="{_CLASSES[sign]}{more}" title="{name}: {MEANINGS[sign]}"><i>{_shown(sign)}</i></td>'


def _folded(one: Drawn, folded: Sequence[str]) -> str:
    """Count what the folded columns hold, by sign; which they are a pointer shows."""
    parts = []
    for sign in Sign:
        names = [name for name in folded if one.signs[name] is sign]
        if names and (sign is not Sign.NONE or one.may_hold_more):
            meaning = _MAY_BE_HELD if sign is Sign.NONE else MEANINGS[sign]
            drawn = Sign.UNKNOWN if sign is Sign.NONE else sign
            start = tag("b", class_=_CLASSES[drawn], title=f"{meaning}: {', '.join(names)}")
            parts.append(f"<{start}><i>{_shown(drawn)}</i>{len(names)}</b>")
    return f'<td class="fold">{" ".join(parts) or "&#183;"}</td>'


def _legend(rows: Sequence[Drawn]) -> Iterator[str]:
    met = {sign for one in rows if not one.row.sets.errors for sign in one.signs.values()}
    is_open = any(one.may_hold_more for one in rows)
    yield '<ul class="legend">\n'
    for sign, meaning in MEANINGS.items():
        if sign is Sign.UNKNOWN and is_open:
            yield f'<li class="unknown"><i>?</i> {meaning}, or {_MAY_BE_HELD}</li>\n'
        elif sign in met:
            yield f'<li class="{_CLASSES[sign]}"><i>{_shown(sign)}</i> {meaning}</li>\n'
    yield "</ul>\n"


def _shown(sign: Sign) -> str:
    """Return a sign as it is drawn: with a real minus, and a dot in the middle."""
    return {Sign.UNNEEDED: "&#8722;", Sign.NONE: "&#183;"}.get(sign, sign.value)
