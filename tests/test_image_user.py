"""Whom an image starts as: the quick look at the catalogue's lines says what its tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

import about
from dropcap.images import catalogue_table
from dropcap.images import image_user as module
from dropcap.images.catalogue import catalogue_tree
from dropcap.images.catalogue_table import find, index
from dropcap.images.facts import ImageConfig
from dropcap.images.image_user import image_user
from dropcap.images.lock import HEAD, entry_lines
from dropcap.images.tree import FileTree
from dropcap.model import Located, Severity
from dropcap.source import Source, Span
from dropcap.testing import findings
from dropcap.workspace import Workspace

FOLDER = Path(catalogue_table.__file__).parent / "catalogue"


def is_of_note(entry: str) -> bool:
    text = (FOLDER / f"{entry}.toml").read_text(encoding="utf-8")
    return any(word in text for word in ("user = ", "extends = ", "[variants"))


NAMES = sorted({entry: name for name, entry in index().items() if is_of_note(entry)}.values())


def test_what_the_lines_say_is_what_the_tables_say() -> None:
    known = 0
    for name in NAMES:
        row = find(name, "latest")
        assert row is not None
        tags = [pattern.replace("*", "1").replace("?", "1") for pattern in row.table.get("tags", ())]
        for tag in [one for one in tags[:3] if "[" not in one] or ["latest"]:
            reference = f"{name}:{tag}"
            found, row = image_user(reference), find(name, tag)
            tree = catalogue_tree(reference)
            assert row is not None
            assert tree is not None
            if found is None:
                continue
            known += 1
            assert row.is_looked_at or row.table.get("variants"), reference
            assert tree.config.user is not None
            assert found == tree.config.user.value, reference
    assert known > len(NAMES)


@pytest.mark.parametrize("reference", ["web:1", "nginx:of-nobody", "nginx@sha256:" + "0" * 64, "$IMAGE", ""])
def test_of_others_nothing_is_known(reference: str) -> None:
    assert image_user(reference) is None


def test_an_image_that_names_nobody_is_roots() -> None:
    assert image_user("docker.io/library/nginx:1.27") == module.ROOT == image_user("debian:12")


def test_what_a_mount_gives_is_milder_where_the_image_names_another_user() -> None:
    text = "services:\n  web:\n    image: {}\n    volumes: ['/:/host:ro']\n"
    rules = about.rules("sensitive-host-path")
    (of_root,) = findings("compose", text.format("nginx:1.27"), rules)
    (of_nobody,) = findings("compose", text.format("prom/node-exporter:v1.8.2"), rules)
    (unknown,) = findings("compose", text.format("web:1"), rules)
    assert of_root.severity is unknown.severity is Severity.CRITICAL
    assert of_nobody.severity is Severity.HIGH


@pytest.mark.parametrize("user", ["1000", "root", None])
def test_the_lock_counts_before_the_catalogue(tmp_path: Path, user: str | None) -> None:
    tree = FileTree()
    place = Source("x", user or "")
    tree.config = ImageConfig(user=Located(user, place, Span(0, 0)) if user is not None else None)
    lines = entry_lines("nginx:1.27", ("sha256:" + "1" * 64, ()), tree, {}, ())
    (tmp_path / "dropcap.lock").write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    workspace = Workspace(str(tmp_path))
    assert image_user("nginx:1.27", workspace) == (user or module.ROOT)
    assert image_user("debian:12", workspace) == module.ROOT
    assert image_user("web:1", workspace) is None
