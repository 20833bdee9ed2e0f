"""What a container starts where only a part of its command is written in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.images.catalogue import catalogue_tree
from dropcap.needs.container import needs_of
from dropcap.needs.launch import launch
from dropcap.needs.model import Certainty
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.model import Container

REST = object()


def container(folder: Path, lines: str) -> Container:
    (folder / "compose.yaml").write_text(f"services:\n  a:\n    image: redis:7-alpine\n{lines}", encoding="utf-8")
    (found,) = (one for target in discover([str(folder)]).targets for one in check_file(target, (), Setup()).containers)
    return found


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("    command: redis-server --requirepass $PASS --port 9\n", ["redis-server", "--requirepass", REST]),
        ("    command: 'redis-server --requirepass $PASS'\n", ["redis-server", "--requirepass", REST]),
        ('    command: "redis-server --requirepass $PASS"\n', ["redis-server", "--requirepass", REST]),
        ('    command: ["redis-server", "--requirepass", "$PASS", "x"]\n', ["redis-server", "--requirepass", REST]),
        ('    command: ["redis-server --x $PASS", "x"]\n', [REST]),
        ("    command: redis-server --pass=$PASS x\n", ["redis-server", REST]),
        ("    command: >\n      redis-server $PASS\n", [REST]),
        ('    command: "redis-\\x73erver $PASS"\n', [REST]),
        ("    command: sh -c 'redis-server $PASS'\n", ["sh", "-c", REST]),
        ("    command: $PASS redis-server\n", [REST]),
    ],
)
def test_a_command_is_known_up_to_what_a_variable_hides(tmp_path: Path, lines: str, words: list[object]) -> None:
    tree = catalogue_tree("redis:7-alpine")
    assert tree is not None
    found = launch(container(tmp_path, lines), tree.config)
    assert found.words is not None
    assert [REST if one.unknown else one.value for one in found.words] == ["docker-entrypoint.sh", *words]
    assert [one.splits for one in found.words if one.unknown] == [True]
    for word in found.words[1:]:
        assert word.source.text[word.span.start : word.span.end].strip("\"'").endswith(word.value) or word.unknown
    assert [one.reason for one in found.unknown] == ["a part of its entrypoint or command is not in its file"]


def test_nothing_is_started_by_an_entrypoint_that_is_not_written(tmp_path: Path) -> None:
    tree = catalogue_tree("redis:7-alpine")
    assert tree is not None
    assert launch(container(tmp_path, "    entrypoint: sh $SCRIPT\n"), tree.config).words is None


def test_what_the_known_words_ask_for_counts(tmp_path: Path) -> None:
    found = needs_of(
        container(tmp_path, "    command: redis-server --requirepass $PASS\n"), Workspace(str(tmp_path), None, ())
    )
    assert {one.capability for one in found.needs if one.certainty is Certainty.REQUIRED} == {"SETGID", "SETUID"}
    assert not found.is_complete


def test_a_file_that_may_be_there_is_not_called_given_away(tmp_path: Path) -> None:
    text = "    command: redis-server $MORE\n    volumes: [/srv/data:/data]\n"
    found = needs_of(container(tmp_path, text), Workspace(str(tmp_path), None, ()))
    assert {one.certainty for one in found.needs if one.capability == "CHOWN"} <= {Certainty.POSSIBLE}
    assert "CHOWN" in found.cap_add
