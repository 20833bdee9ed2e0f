"""Whom an image starts as: the quick look at the catalogue's lines says what its tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dropcap.images import catalogue_table
from dropcap.images import image_user as module
from dropcap.images.catalogue import catalogue_tree
from dropcap.images.catalogue_table import find, index
from dropcap.images.image_user import image_user

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
