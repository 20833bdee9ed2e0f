"""What rsync does to files here, as effects."""

from __future__ import annotations

import pytest

from dropcap.images.file_commands import effects_of
from dropcap.lang.words import Word
from dropcap.source import Source, Span


def said(line: str) -> str | None:
    source = Source("x", line)
    words = [
        Word(text, source, Span(0, 1), unknown=text if text.startswith("$") else None, splits=text.startswith("$"))
        for text in line.split()
    ]
    found = effects_of(words, "/srv")
    if found is None:
        return None
    kinds = (f"{one.kind.value} {one.path} {one.target or ''}{' kept' if one.is_kept else ''}" for one in found)
    return "; ".join(" ".join(kind.split()) for kind in kinds)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rsync -a /a/ /b/", "copy /a /b kept; fill /b; mode /b"),
        ("rsync -a /a /b/", "copy /a /b/a kept; fill /b; mode /b"),
        ("rsync -r a/ b", "copy /srv/a /srv/b; fill /srv/b"),
        ("rsync -rlt --delete --exclude x /a/ /b/", "copy /a /b; fill /b; mode /b"),
        ("rsync -a --no-owner /a/ /b/", "copy /a /b; fill /b; mode /b"),
        ("rsync -rog --chown=app:app /a/ /b/", "copy /a /b kept; give /b; fill /b"),
        ("rsync -rlDog --chown app /a/ /b/", "copy /a /b kept; give /b; fill /b"),
        ("rsync -a -e ssh host:/a/ /b/", "fill /b kept; unknown /b; fill /b; mode /b"),
        ("rsync -rz rsync://host/a /b/", "fill /b; fill /b"),
        ("rsync -a /a/ host::b", "copy /a"),
        ("rsync -an /a/ /b/", "copy /a"),
        ("rsync /a/", "copy /a"),
        ("rsync --daemon --no-detach", ""),
        ("rsync --version", ""),
        ("rsync -a --files-from=/list / /b/", None),
        ("rsync -a --remove-source-files /a/ /b/", None),
        ("rsync $OPTIONS /a/ /b/", None),
    ],
)
def test_it_copies(line: str, expected: str | None) -> None:
    assert said(line) == expected
