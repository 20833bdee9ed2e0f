"""What `mktemp` makes is known: a file of whoever called it, whose name is nobody's matter."""

from __future__ import annotations

import pytest

from dropcap.lang.words import Word
from dropcap.needs.temporary_files import made_by
from dropcap.source import Source, Span
from reading import needs_of_script as needs

TMP = "/tmp"  # noqa: S108 -- that of a container


def words(line: str) -> list[Word]:
    source = Source("x", line)
    return [Word(one, source, Span(0, 1)) for one in line.split()]


@pytest.mark.parametrize(
    ("line", "printed", "made"),
    [
        ("mktemp", "TMP/tmp.XXXXXXXXXX", "file 600 TMP/tmp.XXXXXXXXXX"),
        ("mktemp -d", "TMP/tmp.XXXXXXXXXX", "folder 700 TMP/tmp.XXXXXXXXXX"),
        ("mktemp -p /run x.XXXX", "/run/x.XXXX", "file 600 /run/x.XXXX"),
        ("mktemp --tmpdir=/run -d", "/run/tmp.XXXXXXXXXX", "folder 700 /run/tmp.XXXXXXXXXX"),
        ("mktemp --tmpdir x.XXXX", "TMP/x.XXXX", "file 600 TMP/x.XXXX"),
        ("mktemp x.XXXX", "x.XXXX", "file 600 /srv/x.XXXX"),
        ("mktemp -t x.XXXX", "TMP/x.XXXX", "file 600 TMP/x.XXXX"),
        ("mktemp /a/b.XXXXXX.conf", "/a/b.XXXXXX.conf", "file 600 /a/b.XXXXXX.conf"),
        ("mktemp -qu", "TMP/tmp.XXXXXXXXXX", ""),
    ],
)
def test_what_it_prints_and_makes(line: str, printed: str, made: str) -> None:
    found = made_by(words(line), "/srv", 0)
    assert found is not None
    text, effect = found
    assert text == printed.replace("TMP", TMP)
    shown = "" if effect is None else f"{effect.kind.name.removeprefix('MAKE_').lower()} {effect.mode} {effect.path}"
    assert shown == made.replace("TMP", TMP)


@pytest.mark.parametrize("line", ["mktemp --suffix=.x", "mktemp a.XXX b.XXX", "mktemp -p"])
def test_what_is_not_understood_is_not_known(line: str) -> None:
    assert made_by(words(line), "/srv", 0) is None


def test_each_has_a_name_of_its_own() -> None:
    assert made_by(words("mktemp"), "/", 0) != made_by(words("mktemp"), "/", 1)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('t=$$(mktemp); echo x > "$$t"; mv "$$t" /srv/d/config', {"CHOWN", "DAC_OVERRIDE"}),
        ('t=$$(mktemp); echo x > "$$t"; mv "$$t" /srv/config', {"CHOWN"}),
        ('t=$$(mktemp -d); chmod 755 "$$t"; chown games "$$t"; touch "$$t/x"', {"CHOWN", "DAC_OVERRIDE"}),
    ],
)
def test_what_is_done_to_it_is_followed(script: str, expected: set[str]) -> None:
    found = needs(f"mkdir /srv/d && chown games /srv/d; {script}")
    assert set(found.cap_add) == expected
    assert found.is_complete, found.unknown


def test_another_folder_leaves_it_open() -> None:
    found = needs('export TMPDIR=/srv/d; t=$$(mktemp); echo x > "$$t"')
    assert not found.is_complete
