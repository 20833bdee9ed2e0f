"""What each container holds and needs, with the places that show it, to be opened one by one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dropcap.hidden import shown_of
from dropcap.printable import counted, place, title
from dropcap.writers.markup import escaped, tag
from dropcap.writers.page.words import code, marked
from dropcap.writers.summary import describe_user, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dropcap.model import Located
    from dropcap.needs.model import Evidence, Need, Needs
    from dropcap.writers.page.rows import Drawn

_MOST = 25
"""How many entries a list has; of more the rest is counted."""


def evidence(rows: Sequence[Drawn]) -> Iterator[str]:
    """Yield the section: an entry for each container."""
    if not rows:
        return
    yield '<section id="containers">\n<h2>Containers</h2>\n'
    yield "<p>What each one holds, what it needs, and what shows that.</p>\n"
    for one in rows:
        container = one.row.container
        at = place(container.source.region(container.span))
        yield f"<{tag('details', class_='container', id=one.id)}><summary>"
        yield f"<strong>{escaped(title(container))}</strong> {marked(summarise(container))}"
        yield f' <span class="at">{escaped(at)}</span></summary>\n<div class="body">\n'
        yield from _body(one)
        yield "</div></details>\n"
    yield "</section>\n"


def _body(one: Drawn) -> Iterator[str]:
    container, sets, needs = one.row
    engine = container.engine.value if container.engine else "docker"
    yield f"<p>{escaped(engine)}, {marked(describe_user(container))}</p>\n"
    if sets.errors:
        yield from _listed("The engine refuses it", (marked(error.message) for error in sets.errors))
        return

    def said(text: str) -> str:
        return marked(shown_of(container, text))

    def line(shows: Evidence) -> str:
        return f"{said(shows.reason)}{_at(shows.where)}"

    yield f"<p>Write: {_advised(needs)}</p>\n"
    yield from _listed("Needs", (_need(need, said, line) for need in _once(needs)))
    yield from _listed("Does as well", (code(" ".join(names)) for names in needs.alternatives))
    yield from _listed("Fails already, whatever is added", map(line, needs.today))
    yield from _listed("Not known", (_unknown(unknown, said) for unknown in needs.unknown))
    yield from _listed(
        "To need less",
        (f"{said(less.change)}, saves {code(' '.join(less.saves))}{_at(less.where)}" for less in needs.smaller),
    )
    yield from _listed("Besides", map(line, needs.remarks))


def _advised(needs: Needs) -> str:
    added = f", cap_add: [{', '.join(needs.cap_add)}]" if needs.cap_add else ""
    if needs.is_complete:
        return f"{code(f'cap_drop: [ALL]{added}')}{'' if added else '; it needs no capability'}"
    if added:
        return f"at least {code(', '.join(needs.cap_add))}; whether it needs more is not known"
    return "what it needs is not known"


def _once(needs: Needs) -> list[tuple[Need, list[str]]]:
    """Return each need once, with the phases that it is of."""
    from dropcap.needs.model import Phase

    together: dict[Need, list[str]] = {}
    for need in needs.needs:
        together.setdefault(need._replace(phase=Phase.FIRST_START), []).append(need.phase.value)
    return list(together.items())


def _need(entry: tuple[Need, list[str]], said: Callable[[str], str], line: Callable[[Evidence], str]) -> str:
    need, phases = entry
    instead = f", or {' or '.join(need.instead)}" if need.instead else ""
    condition = f", if {said(need.condition)}" if need.condition else ""
    loss = f"<br>without it: {said(need.loss)}" if need.loss else ""
    head = (
        f"<strong>{need.capability}</strong>{instead}: {need.certainty.label}, {' and '.join(phases)}{condition}{loss}"
    )
    return f"{head}{''.join(_listed('', map(line, need.evidence)))}"


def _unknown(unknown: Any, said: Callable[[str], str]) -> str:  # noqa: ANN401  # one of two records, alike in this
    resolve = f"; {said(unknown.resolve)}" if unknown.resolve else ""
    return f"{said(unknown.reason)}{resolve}{_at(unknown.where)}"


def _listed(heading: str, items: Iterable[str]) -> Iterator[str]:
    """Yield a list under a heading, cut where it is long; nothing where it is empty."""
    rest = iter(items)
    first = list(islice(rest, _MOST))
    if not first:
        return
    more = sum(1 for _ in rest)
    if heading:
        yield f"<h4>{heading}</h4>\n"
    yield f"<ul>{''.join(f'<li>{item}</li>' for item in first)}"
    yield f"<li>and {counted(more, 'more entry').replace('entrys', 'entries')}</li></ul>\n" if more else "</ul>\n"


def _at(where: Located[Any] | None) -> str:
    if where is None:
        return ""
    return f' <span class="at">{escaped(place(where.source.region(where.span)))}</span>'
