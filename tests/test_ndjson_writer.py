"""The report line by line is that of the format `json`, and shards of a run add up to it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dropcap import __version__
from dropcap.cli import main
from dropcap.model import Compared, Failure, KnownFinding, Level, Severity, Suppression
from dropcap.source import Source
from dropcap.writers import Context, writer
from handmade import finding, report, service

if TYPE_CHECKING:
    from dropcap.model import Report

FIXTURES = Path(__file__).parent.parent / "fixtures"
_SOURCE = Source("deploy/compose.yaml", "services:\n  web:\n    cap_add: [NET_ADMIN]\n  db:\n    image: x\n")
_WEB, _DB = service(_SOURCE, "web"), service(_SOURCE, "db")


def _whole() -> Report:
    accepted = finding(_DB, rule="other-rule")._replace(suppression=Suppression("comment", "it is so"))
    known = KnownFinding("compose.yaml", "service", "old", "some-rule", (), Severity.HIGH, "0" * 32)
    failures = (
        Failure("gone.yaml", "cannot be read"),
        Failure("x.yaml", "a word", Level.NOTE),
        Failure("bad.yaml", "the reader failed", Level.DEFECT),
    )
    one = report([finding(_WEB), finding(_DB, severity=Severity.LOW)], failures=failures, files=3)
    return one._replace(suppressed=(accepted,), compared=Compared("baseline", "known.json", 4, (known,), 1))


def _lines(one: Report) -> list[dict[str, Any]]:
    return [json.loads(line) for line in "".join(writer("ndjson")(one, Context())).splitlines()]


def test_it_has_all_that_json_has() -> None:
    lines = _lines(_whole())
    assert [line["type"] for line in lines] == [
        *("finding", "finding", "suppressed", "fixed", "error", "note", "error", "summary"),
    ]
    whole = json.loads("".join(writer("json")(_whole(), Context())))
    kinds = ("findings", "suppressed", "fixed", "failures")
    assert [{**line, "type": None} for line in lines[:-1]] == [
        {**record, "type": None} for kind in kinds for record in whole[kind]
    ]
    head = {"type": "summary", "version": whole["version"], "tool": whole["tool"]}
    assert lines[-1] == {**head, **whole["summary"]}
    assert whole["tool"]["version"] == __version__


def test_a_report_without_findings_is_its_summary() -> None:
    (line,) = _lines(report(files=2))
    assert (line["type"], line["files"], line["version"]) == ("summary", 2, 1)


def test_keys_have_one_order_and_the_type_stands_first() -> None:
    orders: dict[str, set[tuple[str, ...]]] = {}
    for line in _lines(_whole()):
        orders.setdefault(line["type"], set()).add(tuple(line))
    assert {kind: len(found) for kind, found in orders.items()} == dict.fromkeys(orders, 1)
    assert all(next(iter(order)) == "type" for found in orders.values() for order in found)
    (order,) = orders["finding"]
    assert {"path", "project", "fingerprint"} <= {*order}


def test_a_line_is_ascii_and_one_line() -> None:
    source = Source("ü/\udcff\x1b\u2028\n.yaml", "services:\n  web: {}\n")
    text = "".join(writer("ndjson")(report([finding(service(source, "web"))]), Context()))
    assert text.isascii()
    assert text.count("\n") == 2
    assert text.replace("\n", "").isprintable()


@pytest.fixture
def repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Make a tree of repositories, some of which have the same files."""
    sources = [path for path in sorted((FIXTURES / "projects").iterdir()) if path.is_dir()]
    marked = [path for path in sorted((FIXTURES / "marked").iterdir()) if path.is_dir()][:6]
    folders = [*sources, *marked, *sources[:3]]
    for number, source in enumerate(folders):
        folder = tmp_path / "repos" / f"{number:02}-{source.name}"
        shutil.copytree(source, folder)
        (folder / ".git").mkdir()
    (tmp_path / "repos" / "00-broken").mkdir()
    (tmp_path / "repos" / "00-broken" / "compose.yaml").write_text("services: [\n")
    (tmp_path / "repos" / "00-broken" / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return sorted((tmp_path / "repos").iterdir())


@pytest.mark.parametrize("shards", [1, 2, 7])
def test_shards_by_repository_add_up_to_one_run(
    repositories: list[Path], shards: int, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, code = _run(capsys, repositories)
    parts = [_run(capsys, repositories[number::shards]) for number in range(shards)]
    records = [_record(line) for lines, _ in parts for line in lines[:-1]]
    assert sorted(records) == sorted(map(_record, whole[:-1]))
    assert len(set(records)) == len(records) > 50
    assert max(own for _, own in parts) == code
    assert _summed([lines[-1] for lines, _ in parts]) == _summed([whole[-1]])
    findings = [line for line in whole if line["type"] == "finding"]
    identities = Counter((one["project"], one["fingerprint"]) for one in findings)
    assert max(identities.values()) == 1
    assert max(Counter(one["fingerprint"] for one in findings).values()) > 1, "some repositories are equal"


def test_a_list_of_all_files_adds_up_to_the_folders(
    repositories: list[Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    whole, code = _run(capsys, repositories)
    names = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "repos").rglob("*") if path.is_file())
    (tmp_path / "list").write_bytes(b"\0".join(map(str.encode, names)))
    listed, listed_code = _checked(capsys, "--as-discovered", "--files-from", "list")
    assert sorted(map(_record, listed[:-1])) == sorted(map(_record, whole[:-1]))
    assert (listed[-1], listed_code) == (whole[-1], code)


def _run(capsys: pytest.CaptureFixture[str], folders: list[Path]) -> tuple[list[dict[str, Any]], int]:
    return _checked(capsys, *(f"repos/{folder.name}" for folder in folders))


def _checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[list[dict[str, Any]], int]:
    code = main(["check", "--format", "ndjson", *words])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], code


def _record(line: dict[str, Any]) -> str:
    return json.dumps(line)


def _summed(summaries: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up summaries as a reader of shards does."""
    counts: Counter[str] = Counter()
    because: Counter[tuple[str, str]] = Counter()
    for one in summaries:
        assert (one["type"], one["version"]) == ("summary", 1)
        for key in ("files", "containers", "stages", "suppressed", "failures"):
            counts[key] += one[key]
        counts.update({f"severity {key}": number for key, number in one["findings"].items()})
        for rule, numbers in one["rules"].items():
            counts.update({f"{rule} {key}": number for key, number in numbers.items()})
        counts["partly known"] += one["partly_known"]["containers"]
        because.update({(why["text"], why["reason"]): why["containers"] for why in one["partly_known"]["because"]})
    return {"counts": counts, "because": because}
