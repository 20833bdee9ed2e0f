"""The page for people, looked at in a real browser: it filters, opens, prints, and loads and runs nothing of others."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.model import Located, Severity
from dropcap.needs.certainty import Certainty
from dropcap.needs.model import Evidence, Need, Needs, Phase, UnknownNeed
from dropcap.source import Source
from dropcap.writers import Context, writer
from dropcap.writers.page.found import MOST_FINDINGS
from dropcap.writers.page.matrix import columns
from dropcap.writers.page.rows import MOST_ROWS, drawn
from handmade import finding, place, report, rule, service
from oracles.chromium import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Container, Report

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
HOSTILE = "</style></script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\" onclick=\"x()"


def page(one: Report, **context: object) -> str:
    return "".join(writer("html")(one, Context(**context)))  # type: ignore[arg-type]  # what a test chooses


def many(count: int) -> list[Container]:
    source = Source("compose.yaml", "services:\n" + "".join(f"  s{number}:\n    image: x\n" for number in range(count)))
    return [service(source, f"s{number}") for number in range(count)]


def some_needs(_: Container) -> Needs:
    shows = (Evidence("switches to <redis>"),)
    return Needs((Need("SETUID", Certainty.REQUIRED, Phase.RESTART, "", shows),), unknown=(UnknownNeed("so"),))


class Tags(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Check projects, one of which has names that would be markup."""
    folder = tmp_path_factory.mktemp("page")
    for path in (path for path in PROJECTS.rglob("*") if path.is_file()):
        copy = folder / path.relative_to(PROJECTS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (folder / "all.sh").write_text(f"docker run --privileged --name {quote(HOSTILE)} x\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        main(["check", "--format", "html", "--output", "page.html", "."])
    return folder / "page.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    started = Browser(tmp_path_factory.mktemp("browser"))
    yield started
    started.close()


def shown(browser: Browser) -> int:
    return int(browser.ask("[...document.querySelectorAll('.finding')].filter((one) => one.offsetParent).length"))


def test_a_page_loads_nothing_runs_nothing_of_others_and_says_no_error(browser: Browser, shop: Path) -> None:
    browser.open(shop)
    assert browser.ask("[window.hacked, document.images.length, document.scripts.length]") == [None, 0, 1]
    assert browser.ask("document.querySelectorAll('[onclick], [onerror], iframe, object, link').length") == 0
    assert HOSTILE[:40] in browser.ask("document.getElementById('findings').textContent")
    assert browser.requests == [shop.as_uri()]
    assert browser.console == []
    # Whatever got in could send nothing: the page's own policy says so.
    refused = "fetch('http://127.0.0.1:9/').then(() => 'went', () => 'refused')"
    assert browser.ask(refused) == "refused"
    assert "Content Security Policy" in "".join(browser.console)


def test_findings_are_chosen_by_severity_rule_and_words(browser: Browser, shop: Path) -> None:
    browser.open(shop)
    every = shown(browser)
    assert every > 10
    assert browser.ask("document.getElementById('count').textContent") == f"{every} of {every} shown"
    low = int(browser.ask("document.querySelectorAll('.finding[data-severity=low]').length"))
    browser.ask("document.querySelector('input[value=low]').click()")
    assert shown(browser) == every - low
    browser.ask("rule.value = 'net-raw'; rule.dispatchEvent(new Event('input', {bubbles: true}))")
    assert 0 < shown(browser) == int(browser.ask("document.querySelectorAll('.finding[data-rule=net-raw]').length"))
    browser.press("/")
    assert browser.ask("document.activeElement.id") == "text"
    for letter in "Backup LEDGER":
        browser.press(letter)
    assert shown(browser) == 1
    browser.press("x")
    assert shown(browser) == 0
    assert browser.ask("document.getElementById('none').offsetParent !== null")
    browser.ask("document.getElementById('filters').reset(); text.dispatchEvent(new Event('input', {bubbles: true}))")
    assert shown(browser) == every


def test_evidence_opens_by_a_click_by_keys_and_by_links(browser: Browser, shop: Path) -> None:
    browser.open(shop)
    body = "document.querySelector('.finding .body')"
    assert not browser.ask(f"{body}.checkVisibility()")
    browser.ask("document.querySelector('.finding summary').click()")
    assert browser.ask(f"{body}.checkVisibility()")
    assert "^" in browser.ask(f"{body}.textContent")
    browser.ask("document.querySelector('.finding summary').focus()")
    browser.press("Enter")
    assert not browser.ask(f"{body}.checkVisibility()")
    # A container of the picture leads to what it needs and why.
    store = "[...document.querySelectorAll('th a')].find((one) => one.textContent === 'service store')"
    browser.ask(f"{store}.focus()")
    browser.press("Enter")
    opened = "document.querySelector(location.hash)"
    assert browser.becomes(f"location.hash && {opened}.open")
    assert "switches to redis" in browser.ask(f"{opened}.textContent")
    # A link to a finding shows it though it was not chosen.
    browser.ask("document.querySelectorAll('input[name=severity]').forEach((one) => one.click())")
    assert shown(browser) == 0
    browser.ask("location.hash = '#f3'")
    assert browser.becomes("document.getElementById('f3').open")
    browser.ask("document.getElementById('close').click()")
    assert browser.ask("document.querySelectorAll('.finding[open]').length") == 0


def test_the_picture_tells_by_signs_and_opens_its_folded_columns(browser: Browser, shop: Path) -> None:
    browser.open(shop)
    row = "[...document.querySelectorAll('tbody tr')].find((one) => one.textContent.includes('service store'))"
    signs = browser.ask(f"[...{row}.querySelectorAll('td')].map((one) => one.textContent).join('')")
    assert {"+", "!", "\N{MINUS SIGN}", "·"} <= set(signs)
    heads = "[...document.querySelectorAll('thead th')].filter((one) => one.offsetParent).length"
    folded = browser.ask(heads)
    assert folded < 25
    browser.ask("document.getElementById('wide').click()")
    assert browser.ask(heads) > folded
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")


def test_light_dark_and_print_can_be_read(browser: Browser, shop: Path, tmp_path: Path) -> None:
    browser.open(shop)
    papers = set()
    for scheme in ("light", "dark"):
        browser.emulate(scheme)
        papers.add(browser.ask("getComputedStyle(document.body).backgroundColor"))
        for what in ("body", ".at", "td i", *(f".severity.{one.label}" for one in Severity)):
            assert contrast(*browser.ask(COLOURS.replace("WHAT", what))) >= 4.5, (scheme, what)
    assert len(papers) == 2
    browser.emulate("dark", "print")
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.ask("getComputedStyle(document.getElementById('filters')).display") == "none"
    browser.print(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    browser.emulate()


COLOURS = """(() => {
  const one = document.querySelector('WHAT');
  let paper = one;
  while (getComputedStyle(paper).backgroundColor === 'rgba(0, 0, 0, 0)') paper = paper.parentElement;
  return [getComputedStyle(one).color, getComputedStyle(paper).backgroundColor];
})()"""


def contrast(ink: str, paper: str) -> float:
    """Return the contrast of two colours, as WCAG 2 counts it."""
    lights = sorted(light([int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]) for colour in (ink, paper))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def light(parts: list[float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_a_page_of_many_stays_bounded_and_quick(browser: Browser, tmp_path: Path) -> None:
    services = many(600)
    found = [finding(services[number % 600], message=f"m{number}") for number in range(5000)]
    found[4321] = found[4321]._replace(severity=Severity.CRITICAL)
    text = page(report(found, services), needs=some_needs)
    assert len(text) < 2_500_000
    assert text.count('class="finding"') == MOST_FINDINGS
    assert text.count('<th scope="row">') == text.count('class="container"') == MOST_ROWS
    assert "m4321<" in text
    assert f"{5000 - MOST_FINDINGS} more findings" in text
    path = tmp_path / "many.html"
    path.write_text(text, encoding="utf-8")
    browser.open(path)
    took = browser.ask(
        "(() => { const from = performance.now(); text.value = 'm4321'; "
        "text.dispatchEvent(new Event('input', {bubbles: true})); document.body.offsetHeight; "
        "return performance.now() - from; })()"
    )
    assert shown(browser) == 1
    assert took < 1000


def test_a_page_is_ascii_escaped_and_links_to_nothing_but_itself_and_pages_of_rules() -> None:
    source = Source(f"{HOSTILE}.yaml", f'services:\n  "{HOSTILE}": {{}}\n')
    container = service(Source("x.yaml", "services:\n  web: {}\n"), "web")._replace(name=HOSTILE)
    one = finding(container, place(source, "services"), f"{HOSTILE} `{HOSTILE}`", "some-rule")
    rules = (rule("some-rule")._replace(origin="rules/dropcap_rules/some.py"),)
    needs = Needs(unknown=(UnknownNeed(HOSTILE, resolve=HOSTILE),))
    text = page(report([one]), rules=rules, needs=lambda _: needs)
    assert text.isascii()
    tags = Tags(text).tags
    assert {tag for tag, _ in tags} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "script", "div"),
        *("h1", "h2", "h4", "p", "ul", "li", "b", "i", "strong", "small", "span", "code", "pre", "br", "a"),
        *("table", "thead", "tbody", "tr", "th", "td", "details", "summary", "output", "button"),
        *("form", "fieldset", "legend", "label", "input", "select", "option"),
    }
    links = {attributes["href"] or "" for _, attributes in tags if "href" in attributes}
    assert {link for link in links if link[0] != "#"} == {
        "https://github.com/dropcap/dropcap",
        "https://github.com/dropcap/dropcap/blob/main/rules/dropcap_rules/some.py",
    }
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {link[1:] for link in links if link[0] == "#"} <= ids
    assert not any("src" in attributes or name.startswith("on") for _, attributes in tags for name in attributes)


def test_a_page_without_containers_or_findings_says_so() -> None:
    text = page(report())
    assert "Nothing to check: no container in 1 file" in text
    assert "<table>" not in text


def test_wide_sets_are_folded_and_narrow_ones_are_not() -> None:
    narrow, other = many(2)
    wide = other._replace(privileged=Located(value=True, source=other.source, span=other.span))
    assert [len(part) for part in columns(drawn(report(containers=[narrow]), [], Context())[0])] == [14, 0]
    shown_names, folded = columns(drawn(report(containers=[narrow, wide]), [], Context())[0])
    assert (len(shown_names), len(folded)) == (14, 27)
    # Where all hold nearly everything, the gravest stand across.
    shown_names, folded = columns(drawn(report(containers=[wide]), [], Context())[0])
    assert "SYS_ADMIN" in shown_names
    assert "NET_BIND_SERVICE" in folded
