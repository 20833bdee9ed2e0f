"""The session of an editor without an editor: which files are checked again, and what is known then."""

from __future__ import annotations

import gc
import os
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from dropcap.check import Setup, check_file
from dropcap.config import Config
from dropcap.configured import Configurations
from dropcap.discover import discover
from dropcap.lsp.diagnostics import Client
from dropcap.lsp.publisher import Publisher
from dropcap.lsp.session import Session
from dropcap.report import Accepting, to_report
from dropcap.rule import load_rules

RULES = load_rules()
FIXTURES = Path(__file__).parent.parent / "fixtures"
PRIVILEGED = "services:\n  web:\n    image: nginx\n    privileged: true\n"
MORE = "services:\n  more:\n    image: nginx\n"
HARMLESS = "services:\n  web:\n    image: nginx\n"


class Desk:
    """A session with a publisher, as the server has them."""

    def __init__(self, *folders: Path, client: Client | None = None) -> None:
        self.session = Session(RULES, map(str, folders))
        self.publisher = Publisher(client or Client(takes_related=True), {})
        self.version = 0

    def open(self, path: Path, text: str | None = None, language: str = "") -> str:
        self.version += 1
        key = self.session.open(str(path), path.read_text(encoding="utf-8") if text is None else text, language)
        self.publisher.opened(key, path.as_uri(), self.version)
        return key

    def items(self, key: str) -> list[dict[str, Any]]:
        self.session.bring_up(key)
        return self.publisher.said(self.session, key).items

    def rules(self, key: str) -> set[str]:
        return {str(one["code"]) for one in self.items(key)}

    def checks(self) -> list[str]:
        """Do all the work; gives what was checked."""
        found = []
        check = self.session._check  # noqa: SLF001  # to count

        def counted(name: str, target: Any) -> None:  # noqa: ANN401  # a target
            found.append(Path(name).name)
            check(name, target)

        self.session._check = counted  # type: ignore[method-assign]  # noqa: SLF001
        try:
            self.session.finish()
        finally:
            del self.session._check  # noqa: SLF001
        return found


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_change_checks_what_read_the_file_and_nothing_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    text = "services:\n  app:\n    extends: {file: base.yaml, service: web}\n"
    first, second = desk.open(tmp_path / "a" / "compose.yaml", text), desk.open(tmp_path / "b" / "compose.yaml", text)
    base = desk.open(tmp_path / "a" / "base.yaml", HARMLESS)
    desk.session.finish()
    desk.open(tmp_path / "a" / "base.yaml", PRIVILEGED)
    assert sorted(desk.checks()) == ["base.yaml", "compose.yaml"]
    assert "privileged" in desk.rules(base)
    assert "privileged" not in desk.rules(first)
    assert "not-checked" in desk.rules(second)
    assert desk.checks() == []


def test_the_newest_change_is_looked_at_first(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    keys = []
    for name in "abc":
        (tmp_path / name).mkdir()
        keys.append(desk.open(tmp_path / name / "compose.yaml", HARMLESS))
    desk.session.finish()
    for name in "cab":
        desk.open(tmp_path / name / "compose.yaml", PRIVILEGED)
    desk.session.work()
    assert [desk.session.is_current(key) for key in keys] == [False, False, False]
    desk.session.work()
    assert [key for key in keys if desk.session.is_current(key)] == [keys[1]]
    desk.session.bring_up(keys[0])
    assert [key for key in keys if desk.session.is_current(key)] == keys[:2]


def test_an_override_that_is_only_open_is_a_part_of_the_project(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    main = desk.open(tmp_path / "compose.yaml", HARMLESS)
    assert "privileged" not in desk.rules(main)
    override = desk.open(tmp_path / "compose.override.yaml", "services:\n  web:\n    privileged: true\n")
    desk.session.finish()
    assert "privileged" in desk.rules(override)
    assert [one.target.over for one in desk.session.checked_of(main)] == [("compose.override.yaml",)]
    assert desk.session.checked_of(main) == desk.session.checked_of(override)
    desk.publisher.closed(override, "")
    desk.session.close(override)
    desk.session.finish()
    assert [one.target.over for one in desk.session.checked_of(main)] == [()]
    assert "new-privileges" in desk.rules(main)


@pytest.mark.parametrize("name", ["Dockerfile", "start.sh", ".env", "settings.env"])
def test_a_file_that_a_project_reads_counts_as_it_is_open(name: str, tmp_path: Path) -> None:
    texts = {
        "Dockerfile": ("FROM debian:12\nUSER 1000\n", "FROM debian:12\nRUN useradd x\nUSER root\n"),
        "start.sh": ("true\n", "chown 1000 /etc/passwd\n"),
        ".env": ("WHO=1000\n", "WHO=0\n"),
        "settings.env": ("A=b\n", "PASSWORD=hunter2\n"),
    }
    (tmp_path / "Dockerfile").write_text(texts["Dockerfile"][0], encoding="utf-8")
    project = (
        "services:\n  web:\n    build: .\n    user: ${WHO-}\n    cap_drop: [ALL]\n    env_file: [settings.env]\n"
        "    volumes: ['./start.sh:/start.sh']\n    entrypoint: [sh, /start.sh]\n"
    )
    for other, (before, _) in texts.items():
        (tmp_path / other).write_text(before, encoding="utf-8")
    desk = Desk(tmp_path)
    key = desk.open(tmp_path / "compose.yaml", project)
    desk.session.finish()
    first = desk.session.checked_of(key)[0].result
    desk.open(tmp_path / name, texts[name][1])
    assert "compose.yaml" in desk.checks()
    second = desk.session.checked_of(key)[0].result
    assert second is not first
    (tmp_path / name).write_text(texts[name][0] + "\n", encoding="utf-8")
    desk.session.close(str(tmp_path / name))
    assert "compose.yaml" in desk.checks()
    desk.session.changed_on_disk([str(tmp_path / name)])
    assert "compose.yaml" in desk.checks()


def test_a_file_that_comes_or_goes_is_noticed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    key = desk.open(tmp_path / "compose.yaml", f"include: [other.yaml]\n{MORE}")
    assert "not-checked" in desk.rules(key)
    other = tmp_path / "other.yaml"
    other.write_text(HARMLESS, encoding="utf-8")
    desk.session.changed_on_disk([], [str(other)])
    assert "not-checked" not in desk.rules(key)
    other.unlink()
    desk.session.changed_on_disk([], [str(other)])
    assert "not-checked" in desk.rules(key)


def test_what_fails_in_a_file_that_is_not_open_is_said_in_one_that_is(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("services: [", encoding="utf-8")
    desk = Desk(tmp_path)
    key = desk.open(tmp_path / "compose.yaml", f"include: [other.yaml]\n{MORE}")
    (found,) = [one for one in desk.items(key) if one["code"] == "not-checked"]
    assert found["message"].startswith("other.yaml: not checked: ")
    (place,) = found["relatedInformation"]
    assert place["location"]["uri"] == (tmp_path / "other.yaml").as_uri()
    other = desk.open(tmp_path / "other.yaml")
    desk.session.finish()
    assert [one["range"]["start"]["line"] for one in desk.items(other)] == [0]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    (inner / ".git").mkdir()
    (outer / "x.yaml").write_text(PRIVILEGED, encoding="utf-8")
    (inner / "compose.yaml").symlink_to(outer / "x.yaml")
    desk = Desk(inner)
    (found,) = desk.items(desk.open(inner / "compose.yaml"))
    assert "link out of the folder" in found["message"]


def test_nothing_outside_the_folder_of_a_file_is_read(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "two" / "base.yaml").write_text(PRIVILEGED, encoding="utf-8")
    text = "services:\n  app:\n    extends: {file: ../two/base.yaml, service: web}\n"
    desk = Desk(tmp_path / "one")
    items = desk.items(desk.open(tmp_path / "one" / "compose.yaml", text))
    assert any("outside" in one["message"] for one in items)
    desk = Desk(tmp_path)
    assert "not-checked" not in desk.rules(desk.open(tmp_path / "one" / "compose.yaml", text))


def test_what_a_configuration_accepts_or_knows_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    config = tmp_path / ".dropcap.toml"
    desk = Desk(tmp_path)
    key = desk.open(path, PRIVILEGED)
    assert "privileged" in desk.rules(key)
    config.write_text('[[allow]]\nrules = ["privileged"]\nreason = "known"\n', encoding="utf-8")
    desk.session.changed_on_disk([str(config)])
    assert "privileged" not in desk.rules(key)
    config.write_text('[[per-path]]\npaths = ["*.yaml"]\nselect = ["new-privileges"]\n', encoding="utf-8")
    desk.session.changed_on_disk([str(config)])
    assert desk.rules(key) == {"new-privileges"}
    config.write_text('baseline = "known.json"\n', encoding="utf-8")
    (tmp_path / "known.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    desk.session.changed_on_disk([str(config)])
    assert "privileged" in desk.rules(key)
    (tmp_path / "known.json").write_text("{", encoding="utf-8")
    desk.session.changed_on_disk([str(tmp_path / "known.json")])
    assert desk.rules(key) == {"not-checked"}
    assert any("known.json" in one for one in desk.session.unusable())
    config.unlink()
    desk.session.changed_on_disk([], [str(config)])
    assert "privileged" in desk.rules(key)
    assert not desk.session.unusable()


def test_markdown_is_checked_where_a_configuration_wants_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    text = "```sh\ndocker run --privileged nginx\n```\n"
    key = desk.open(tmp_path / "README.md", text)
    assert not desk.rules(key)
    (tmp_path / ".dropcap.toml").write_text("markdown = true\n", encoding="utf-8")
    desk.session.changed_on_disk([], [str(tmp_path / ".dropcap.toml")])
    assert "privileged" in desk.rules(key)


@pytest.mark.parametrize("folder", ["ok", "marked/privileged", "marked/net-raw", "marked/carriers", "projects"])
def test_what_is_found_is_what_check_finds(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES / folder)
    paths = sorted(str(one) for one in Path().rglob("*") if one.is_file() and one.stat().st_size < 20_000)
    random.Random(3).shuffle(paths)  # noqa: S311  # the same each time
    for path in paths[:25]:
        configurations = Configurations(Config(), {})
        found = discover([path], as_discovered=True, configurations=configurations)
        targets = configurations.with_policies(found.targets)
        rules = [rule for rule in RULES if rule.on_by_default]
        results = [check_file(target, rules, Setup()) for target in targets]
        report = to_report(results, found.failures, rules, Accepting([rule.id for rule in RULES]))
        expected = {
            (finding.rule, region.line - 1, region.column - 1)
            for finding in report.findings
            for region in [finding.problem.where.source.region(finding.problem.where.span)]
            if os.path.realpath(region.path) == os.path.realpath(path)
        }
        desk = Desk(Path.cwd(), client=Client("utf-32"))
        try:
            key = desk.open(Path(path).absolute())
        except UnicodeDecodeError:
            continue
        own = {
            (one["code"], one["range"]["start"]["line"], one["range"]["start"]["character"])
            for one in desk.items(key)
            if one["code"] not in {"note", "not-checked", "partly-known", "configuration"}
        }
        assert own == expected, path


@pytest.mark.parametrize(
    "where", ["dropcap.lsp.session.to_report", "dropcap.lsp.session.place", "dropcap.lsp.publisher.by_file"]
)
def test_a_defect_is_told_where_the_findings_would_be(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("hunter2")

    desk = Desk(tmp_path)
    monkeypatch.setattr(where, broken)
    (found,) = desk.items(desk.open(tmp_path / "compose.yaml", PRIVILEGED))
    assert found["code"] == "not-checked"
    assert "KeyError" in found["message"]
    assert "defect of dropcap" in found["message"]
    assert "hunter2" not in found["message"]


def test_memory_does_not_grow_with_edits(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311  # the same each time
    desk = Desk(tmp_path)
    (tmp_path / "base.yaml").write_text(HARMLESS, encoding="utf-8")
    whole = "".join(
        f"  s{n}:\n    image: redis:7\n    cap_drop: [ALL]\n    command: [redis-server, --port, '{n}']\n"
        for n in range(9)
    )
    text = whole = f"include: [base.yaml]\nservices:\n{whole}"

    def edit() -> None:
        nonlocal text
        at = chance.randrange(len(text) + 1)
        text = whole if chance.random() < 0.1 else text[:at] + chance.choice("\n a:-[]'#") + text[at + 1 :]
        desk.open(tmp_path / "compose.yaml", text)
        if chance.random() < 0.2:
            key = desk.open(tmp_path / "base.yaml", HARMLESS + "#" * chance.randrange(9))
            desk.items(key)
        desk.session.finish()
        desk.publisher.news(desk.session)

    for _ in range(100):
        edit()
    sizes = []
    tracemalloc.start()
    try:
        for _ in range(3):
            for _ in range(70):
                edit()
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[2] - sizes[1] < 500_000, sizes
