"""What a Compose project takes is in proportion to what is written, counted in steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.carriers import compose
from dropcap.carriers.compose import canonical
from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.nodes import normalised
from dropcap.carriers.compose.version import COMPOSE_2, COMPOSE_5
from dropcap.carriers.request import Request
from dropcap.cli import main
from dropcap.exit_codes import UNCHECKED
from dropcap.lang.yaml import parse
from dropcap.model import MAX_ALIKE, Level, Located, Related, Route, SharedRoutes, UnreadableError
from dropcap.source import Source, Span
from dropcap.workspace import Workspace
from steps import assert_linear

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.carriers.compose.version import Version
    from dropcap.model import Document

SERVICE = "services:\n  a:\n    image: x\n"


def each(count: int, line: str) -> str:
    """Repeat a line, with its number where `{}` stands."""
    return "".join(line.replace("{}", str(number)) for number in range(count))


def read(folder: Path) -> Document:
    """Read the project of a folder."""
    workspace = Workspace(str(folder))
    return compose.read(workspace.source(str(folder / "compose.yaml")), Request(workspace))


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_the_ways_of_values_are_found_without_a_look_at_each(tmp_path: Path) -> None:
    def call(size: int) -> None:
        folder = tmp_path / str(size)
        services = each(size, "  s{}: {image: x, user: $V}\n")
        write(folder, {".env": "V=a\n", "compose.yaml": f"services:\n{services}"})
        for container in read(folder).containers:
            assert container.user is not None
            (step,) = container.route(container.user)
            assert step.where.value == "V"

    assert_linear(call, 50)


def test_shared_ways_are_those_whose_stretch_holds_a_place() -> None:
    source = Source("a", "x" * 100)

    def way(start: int, end: int, name: str) -> Route:
        return Route(source, Span(start, end), (Related(name, Located(name, source, Span(0, 1))),))

    routes = [way(10, 20, "inner"), way(0, 100, "all"), way(30, 40, "other"), way(5, 25, "outer"), way(0, 100, "too")]
    shared = SharedRoutes(routes)
    for start in range(100):
        for end in range(start, 100, 7):
            span = Span(start, end)
            held = [one for one in routes if one.span.start <= start and end <= one.span.end]
            # A place between two stretches, of no length, is in none of them, or in both: neither tells a thing.
            if start != end:
                assert shared.around([(source, span)]) == held
    assert shared.around([(Source("b", ""), Span(0, 0))]) == []


def config(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Print the project of a folder; return the exit code, what was printed, and what was said."""
    monkeypatch.chdir(folder)
    code = main(["config", "--format", "json"])
    return code, *capsys.readouterr()


def test_includes_are_joined_without_a_look_at_all_before(tmp_path: Path) -> None:
    def call(size: int) -> None:
        folder = tmp_path / str(size)
        parts = {f"{number}.yaml": f"services: {{s{number}: {{image: x}}}}\n" for number in range(size)}
        write(folder, {**parts, "compose.yaml": f"include: [{', '.join(parts)}]\n{SERVICE}"})
        document = read(folder)
        assert len(document.containers) == size + 1
        assert not document.failures

    assert_linear(call, 50)


def test_a_large_file_is_not_included_without_end(tmp_path: Path) -> None:
    services = each(1_000, "  s{}: {image: x, cap_add: [CHOWN]}\n")
    repeats = "i.yaml, " * 400
    write(tmp_path, {"i.yaml": f"services:\n{services}", "compose.yaml": f"include: [{repeats}]\n{SERVICE}"})
    document = read(tmp_path)
    assert [one.message for one in document.failures if one.level is Level.ERROR] == [
        "the project includes more than 1 million characters of files that it includes already: dropcap stops here"
    ]
    assert len(document.containers) == 1_001
    last = document.containers[-1]
    assert len(last.route(last.cap_add[0])) <= MAX_ALIKE


def test_a_range_of_all_ports_is_printed_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"compose.yaml": SERVICE + "    ports: ['1-65535', '80']\n"})
    code, out, err = config(tmp_path, monkeypatch, capsys)
    assert code == UNCHECKED
    assert json.loads(out)["services"]["a"]["ports"] == ["1-65535", "80"]
    assert err.startswith(
        "compose.yaml:4:13: error: dropcap does not list more than 20,000 ports of a service one by one"
    )


@pytest.mark.parametrize("repeated", ["ports: ['1-20000']", "env_file: v.env"])
def test_a_project_of_too_many_values_is_not_made(
    repeated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = 0
    complete = canonical._complete  # noqa: SLF001  # counts the services that are made

    def counted(tree: dict[str, Any]) -> None:
        nonlocal made
        made += 1
        complete(tree)

    monkeypatch.setattr(canonical, "_complete", counted)
    services = each(1_000, f"  s{{}}: {{image: x, {repeated}}}\n")
    write(tmp_path, {"v.env": each(5_000, "A{}=b\n"), "compose.yaml": f"services:\n{services}"})
    code, out, err = config(tmp_path, monkeypatch, capsys)
    assert (code, out) == (UNCHECKED, "")
    assert "compose.yaml: error: dropcap does not print this project: resolved, it has more than 250,000 values" in err
    assert made < 60


LONG = "q" * 100_000


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (f"{SERVICE}    ? {LONG}\n    : 1\n    ? {LONG}\n    : 2\n", "is already in line 4: keep one of them"),
        (f"{SERVICE}    depends_on: [{LONG}]\n", "correct the name"),
        (f"{SERVICE}    extends: {LONG}\n", "compose.yaml has no service of that name: correct the name"),
        (f"{SERVICE}    env_file: /{LONG}\n", "dropcap reads nothing there"),
        (f"include: ['${{{LONG}}}']\n{SERVICE}", "is not set in the project's files"),
        (f"services:\n  ? {LONG}\n  : {{image: x, privileged: 7}}\n", "must be true or false"),
    ],
)
def test_a_message_quotes_little_and_keeps_its_reason(text: str, end: str, tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": text})
    messages = [one.message for one in read(tmp_path).failures]
    assert any(one.endswith(end) for one in messages), [one[-100:] for one in messages]
    assert max(map(len, messages)) < 1_000


def test_an_alias_of_a_long_name_is_refused_in_short() -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(Source("compose.yaml", f"a: *{LONG}\n"))
    assert len(caught.value.failure.message) < 200
    assert caught.value.failure.message.endswith("above it")


def refusals(text: str, version: Version) -> list[str]:
    """Return what is wrong with a document for a version of Docker Compose."""
    log = Diagnostics()
    for root in parse(Source("a.yaml", text), go_version=version.go_yaml).documents:
        normalised(root, log, version)
    return [failure.message for failure in log.failures]


@pytest.mark.parametrize("count", [99_997, 99_998])
def test_a_document_may_have_so_many_values(count: int) -> None:
    """The root, the mapping below it and one value besides."""
    text = f"name: p\nx-d: {{{', '.join(f'k{number}: 1' for number in range(count))}}}\n"
    assert refusals(text, COMPOSE_2) == []
    assert ["100,000" in message for message in refusals(text, COMPOSE_5)] == [True] * (count - 99_997)


def nested(levels: int, width: int, written: int) -> str:
    """Return a text of fragments of which each repeats the one before it."""
    lists = "".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, levels))
    return f"x-0: &a0 {{k: v}}\n{lists}x-p: [{', '.join(['p'] * written)}]\n"


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (nested(10, 3, 1), True),
        (nested(5, 3, 1), False),
        (nested(3, 40, 1), False),
        (nested(3, 100, 1), True),
        ("x-0: &a0 {k: v}\n" + "".join(f"x-{n}: *a0\n" for n in range(1, 2000)), False),
        ("x-0: &a0 {k: {l: v}}\n" + "".join(f"x-{n}: {{<<: *a0}}\n" for n in range(1, 2000)), False),
    ],
)
def test_what_little_is_written_and_much_repeated_is_refused(text: str, *, is_refused: bool) -> None:
    assert refusals(text, COMPOSE_2) == []
    assert any("repeats more than" in message for message in refusals(text, COMPOSE_5)) is is_refused


def test_to_count_what_aliases_repeat_takes_no_longer_than_to_read_them() -> None:
    def call(size: int) -> None:
        lists = "".join(f"x-{n}: &a{n} [*a{n - 1}, v]\n" for n in range(1, 40))
        refusals(f"x-0: &a0 {{k: v}}\n{lists}x-all: [{', '.join(['*a39'] * size)}]\n", COMPOSE_5)

    assert_linear(call, 100)
