"""What lies in a folder of the image decides what a loop over it does: `for file in /docker-entrypoint.d/*`."""

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

    from dropcap.needs.model import Needs

RUNS = 'for f in /start.d/*; do case "$f" in *.sh) "$f" ;; esac; done'
READS = 'for f in /start.d/*.sh; do [ -e "$f" ] || continue; . "$f"; done'
FINDS = 'find /start.d -follow -type f -print | sort -V | while read -r f; do "$f"; done'
ASKS = f"if find /start.d/ -mindepth 1 -maxdepth 1 -type f -print -quit 2>/dev/null | read v; then {FINDS}; fi"
BARE = "shopt -s nullglob; for f in /start.d/*; do echo $f; /unread $f; done"
LOOPS = (RUNS, READS, FINDS, ASKS, BARE)


def needs(folder: Path, loop: str, steps: str, mounts: str = "[]") -> Needs:
    """Return what a container needs that goes over `/start.d`."""
    (folder / "Dockerfile").write_text(
        f"FROM debian:12\nRUN mkdir /start.d\n{steps}COPY entry.sh /\nRUN chmod +x /entry.sh\nCMD /entry.sh\n",
        encoding="utf-8",
    )
    (folder / "entry.sh").write_text(f"#!/bin/bash\n{loop}\n", encoding="utf-8")
    (folder / "own.sh").write_text("#!/bin/sh\nchown www-data /srv\n", encoding="utf-8")
    (folder / "compose.yaml").write_text(f"services:\n  a:\n    build: .\n    volumes: {mounts}\n", encoding="utf-8")
    targets = [one for one in discover([str(folder)]).targets if one.path.endswith("compose.yaml")]
    (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace(str(folder)))


@pytest.mark.parametrize("loop", LOOPS)
def test_of_an_empty_folder_nothing_is_started(tmp_path: Path, loop: str) -> None:
    found = needs(tmp_path, loop, "")
    assert found.is_complete, found.unknown
    assert not found.needs


@pytest.mark.parametrize("loop", LOOPS[:-1])
def test_what_the_image_has_there_is_followed(tmp_path: Path, loop: str) -> None:
    found = needs(tmp_path, loop, "COPY own.sh /start.d/10-own.sh\nRUN chmod +x /start.d/10-own.sh\n")
    assert found.is_complete, found.unknown
    assert {one.capability for one in found.needs} == {"CHOWN"}
    places = [place.where for one in found.needs for place in one.evidence]
    assert any(place is not None and place.source.path.endswith("own.sh") for place in places)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    ("steps", "mounts"),
    [
        ("", "['./started:/start.d']"),
        ("", "['./one.sh:/start.d/one.sh']"),
        ("RUN curl http://x > /start.d/1.sh\n", "[]"),
        ("RUN tar -xf /x.tar -C /start.d\n", "[]"),
        ("RUN chmod 777 /start.d\n", "[]"),  # its next start finds what somebody has put there
        ("RUN chown www-data /start.d\n", "[]"),
        ("RUN ./unread.sh\n", "[]"),
        ("COPY --from=other / /start.d\n", "[]"),
    ],
)
def test_what_may_lie_there_is_no_empty_folder(tmp_path: Path, loop: str, steps: str, mounts: str) -> None:
    assert not needs(tmp_path, loop, steps, mounts).is_complete


def test_a_find_that_joins_tests_is_not_judged(tmp_path: Path) -> None:
    loop = "find /start.d -type f -o -type d | while read -r f; do /unread $f; done"
    assert not needs(tmp_path, loop, "").is_complete


@pytest.mark.parametrize("lister", ["ls /start.d", "{ ls /start.d; }", "cd /; ls start.d", "ls -A /start.d | sort"])
def test_what_a_list_of_a_folder_runs_is_not_known(tmp_path: Path, lister: str) -> None:
    loop = f"({lister}) | while read -r f; do sh /start.d/$f; done"
    assert not needs(tmp_path, loop, "RUN chown www-data /start.d\n").is_complete


def test_a_list_that_is_looked_at_is_known(tmp_path: Path) -> None:
    assert needs(tmp_path, '[ -z "$(ls -A /start.d)" ] || /unread', "RUN chown www-data /start.d\n").is_complete


def test_a_link_to_a_folder_is_listed_as_the_folder(tmp_path: Path) -> None:
    steps = "RUN ln -s /start.d /link && touch /start.d/one\n"
    assert needs(tmp_path, '[ "$(ls /link)" = one ] || /unread', steps).is_complete
    assert not needs(tmp_path, '[ "$(ls /link)" != one ] || /unread', steps).is_complete


@pytest.mark.parametrize(("owner", "expected"), [("www-data", {"DAC_OVERRIDE"}), ("root", set())])
def test_a_server_keeps_its_files_in_what_is_mounted(tmp_path: Path, owner: str, expected: set[str]) -> None:
    found = needs(tmp_path, "exec prometheus", f"RUN install -d -o {owner} /kept\n", '["/kept"]')
    assert {one.capability for one in found.needs} == expected
