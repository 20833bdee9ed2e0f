"""What the first line of a script says, and what follows where its shell ends at a command that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

GIVE = "chown app /data\nexec sleep 9\n"
EXECUTED = '["/entrypoint.sh"]'


def suggested(folder: Path, monkeypatch: pytest.MonkeyPatch, entrypoint: str, command: str, inner: str = "") -> str:
    (folder / "compose.yaml").write_text("services:\n  app:\n    build: .\n")
    (folder / "Dockerfile").write_text(
        "FROM debian:bookworm\nRUN useradd app && install -d -o app /data\nCOPY --chmod=755 entrypoint.sh inner.sh /\n"
        f"ENTRYPOINT {command}\n"
    )
    (folder / "entrypoint.sh").write_text(entrypoint)
    (folder / "inner.sh").write_text(inner)
    monkeypatch.chdir(folder)
    (target,), _ = discover(["compose.yaml"])[:2]
    (container,) = [one for one in check_file(target, (), Setup()).containers if one.kind is Kind.SERVICE]
    needs = needs_of(container, Workspace("."))
    assert needs.is_complete
    return " ".join(needs.cap_add)


@pytest.mark.parametrize(
    ("entrypoint", "command"),
    [
        (f"#!/bin/sh\nset -e\n{GIVE}", EXECUTED),
        (f"#!/bin/bash\nset -o errexit\n{GIVE}", EXECUTED),
        (f"#!/bin/bash\nset -o nounset -o errexit\n{GIVE}", EXECUTED),
        (f"#!/bin/bash\nset -o pipefail -e\n{GIVE}", EXECUTED),
        (f"#!/bin/bash -e\n{GIVE}", EXECUTED),
        (f"#!/bin/sh -eux\n{GIVE}", EXECUTED),
        (f"#!/usr/bin/env -S bash -e\n{GIVE}", EXECUTED),
        (GIVE, '["sh", "-e", "/entrypoint.sh"]'),
        (GIVE, '["bash", "-o", "errexit", "/entrypoint.sh"]'),
        ("", '["bash", "-ec", "chown app /data; exec sleep 9"]'),
        ('#!/bin/sh\nsh -ec "chown app /data; exec sleep 9"\n', EXECUTED),
    ],
)
def test_a_failure_ends_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entrypoint: str, command: str
) -> None:
    assert suggested(tmp_path, monkeypatch, entrypoint, command) == "CHOWN"


@pytest.mark.parametrize(
    ("entrypoint", "command"),
    [
        (f"#!/bin/sh\n{GIVE}", EXECUTED),
        (f"#!/bin/bash\nset -e +e\n{GIVE}", EXECUTED),
        (f"#!/bin/bash\nset -e\nset +o errexit\n{GIVE}", EXECUTED),
        (f"#!/bin/bash\nset -o pipefail\n{GIVE}", EXECUTED),
        (f"#!/bin/bash -e\n{GIVE}", '["bash", "/entrypoint.sh"]'),
        ("", '["bash", "-c", "chown app /data; exec sleep 9", "-e"]'),
    ],
)
def test_a_failure_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entrypoint: str, command: str) -> None:
    assert suggested(tmp_path, monkeypatch, entrypoint, command) == ""


def test_a_script_that_another_runs_fails_for_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = "#!/bin/sh -e\n/inner.sh\nexec sleep 9\n"
    assert suggested(tmp_path, monkeypatch, outer, EXECUTED, "#!/bin/sh\nchown app /data\n") == "CHOWN"
    outer = "#!/bin/sh\n/inner.sh\nexec sleep 9\n"
    assert suggested(tmp_path, monkeypatch, outer, EXECUTED, "#!/bin/sh\nchown app /data\n") == ""
    assert suggested(tmp_path, monkeypatch, outer, EXECUTED, "#!/bin/sh -e\nchown app /data\n") == "CHOWN"


@pytest.mark.parametrize(
    "first",
    [
        "#!/usr/bin/dumb-init /bin/sh",
        "#!/usr/bin/tini /bin/bash",
        "#!/usr/bin/env -S dumb-init bash",
        "#!/usr/bin/with-contenv bash",
        "#!/command/with-contenv bash",
        "#!/usr/bin/dumb-init -- /bin/sh",
    ],
)
def test_a_first_line_may_name_the_shell_behind_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    assert suggested(tmp_path, monkeypatch, f"{first}\nset -e\n{GIVE}", EXECUTED) == "CHOWN"


def test_what_a_first_line_says_behind_its_program_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "#!/usr/bin/dumb-init /usr/bin/python3\nimport os\nos.chown('/etc', 5, 5)\n"
    assert suggested(tmp_path, monkeypatch, script, EXECUTED) == "CHOWN"


@pytest.mark.parametrize(
    ("find", "expected"),
    [
        ("find /data -exec chown app {} +", "CHOWN"),
        ("find /data -exec chown app {} \\;", ""),
        ("find /data -exec chown -R app {} ';'", ""),
        ("find /data -exec chmod 755 {} \\;", "FOWNER"),
        ("find /data -exec chmod 755 {} +", "FOWNER"),
    ],
)
def test_find_succeeds_whatever_becomes_of_what_it_runs_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, find: str, expected: str
) -> None:
    assert suggested(tmp_path, monkeypatch, f"#!/bin/sh -e\n{find}\nexec sleep 9\n", EXECUTED) == expected


def test_find_reads_no_folder_below_where_it_may_not_go_deeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = "#!/bin/sh -e\nmkdir -p -m 700 /srv/a/b\nchown app /srv/a/b\n"
    deep = suggested(tmp_path, monkeypatch, f"{begin}find /srv/a -name x\nexec sleep 9\n", EXECUTED)
    assert deep == "CHOWN DAC_OVERRIDE"
    shallow = suggested(tmp_path, monkeypatch, f"{begin}find /srv/a -maxdepth 1 -name x\nexec sleep 9\n", EXECUTED)
    assert shallow == "CHOWN"


@pytest.mark.parametrize(
    ("depth", "expected"), [("", "CHOWN FOWNER"), ("-maxdepth 1 ", "CHOWN FOWNER"), ("-maxdepth 0 ", "CHOWN")]
)
def test_find_changes_nothing_below_where_it_goes_no_deeper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: str, expected: str
) -> None:
    begin = "#!/bin/sh -e\nmkdir -p /srv/a/b\nchown app /srv/a/b\n"
    script = f"{begin}find /srv/a {depth}-exec chmod 755 {{}} +\nexec sleep 9\n"
    assert suggested(tmp_path, monkeypatch, script, EXECUTED) == expected


def test_giving_away_ones_own_output_is_no_need_where_its_failure_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = '#!/bin/sh -e\nchown --dereference app "/proc/$$/fd/1" "/proc/$$/fd/2" || :\nexec sleep 9\n'
    assert suggested(tmp_path, monkeypatch, script, EXECUTED) == ""


@pytest.mark.parametrize(
    ("find", "expected"),
    [
        ("find /data -type d ! -perm 0755 -exec chmod 0755 {} +", ""),
        ("find /data -type d -not -perm 755 -exec chmod 755 {} +", ""),
        ("find /data ! -perm 0700 -exec chmod 0700 {} +", "DAC_OVERRIDE FOWNER"),
        ("find /data -perm 0755 -exec chmod 0755 {} +", "FOWNER"),
        ("find /data ! -perm -755 -exec chmod 755 {} +", "FOWNER"),
        ("find /data -type d ! -perm 755 -o -type f -exec chmod 755 {} +", "FOWNER"),
        ("mkdir -p -m 711 /data/a && find /data -type d ! -perm 755 -exec chmod 755 {} +", "DAC_OVERRIDE FOWNER"),
    ],
)
def test_find_changes_no_mode_that_it_leaves_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, find: str, expected: str
) -> None:
    assert suggested(tmp_path, monkeypatch, f"#!/bin/sh -e\n{find}\nexec sleep 9\n", EXECUTED) == expected


def test_find_opens_no_files_where_it_changes_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = "#!/bin/sh -e\nmkdir -p /srv/a\necho x > /srv/a/b\nchmod 600 /srv/a/b\nchown app /srv/a/b\n"
    script = f"{begin}find /srv/a -type d -exec chmod 755 {{}} +\ncat /srv/a/b\nexec sleep 9\n"
    assert "DAC_OVERRIDE" in suggested(tmp_path, monkeypatch, script, EXECUTED)
