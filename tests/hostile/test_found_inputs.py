"""What the fuzzer found once is read without a fault, and so are its seeds, cut anywhere."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from dropcap.lang.shell.script import Script
from dropcap.source import Source
from fuzzed import READERS, seeds
from steps import assert_ends

FOUND = Path(__file__).parents[1] / "data" / "fuzz"
STEPS = 3_000_000
"""The steps that an input of a few kilobytes may take; the readers of fixtures take a tenth."""
CUTS = 12


@pytest.mark.parametrize("path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_once_is_read(path: Path) -> None:
    data = path.read_bytes()
    assert_ends(lambda: READERS[path.parent.name](data), STEPS)


@pytest.mark.parametrize("reader", READERS)
def test_a_text_that_is_cut_or_has_a_byte_too_many_is_read(reader: str) -> None:
    found = list(seeds(reader))
    assert found
    read = READERS[reader]
    for data in found[:8]:
        assert_ends(lambda data=data: read(data), STEPS)  # type: ignore[misc]  # mypy knows no type of a default
        for number in range(CUTS):
            at = len(data) * number // CUTS
            read(data[:at])
            read(data[at:])
            for byte in (b"\0", b"\xff", b"'", b'"', b"{", b"\\", b"$(", b"\n"):
                read(data[:at] + byte + data[at:])


GROWTH = """
import resource, sys
from fuzzed import READERS

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

with open(sys.argv[1], "rb") as file:
    data = file.read()
READERS["make"](data)
before = peak()
READERS["make"](data)
print(peak() - before)
"""


def test_what_a_broken_script_takes_is_given_back() -> None:
    """The parser keeps what it is given when it comes back to a place: 230 MB each time, until blocks were shared."""
    tests = Path(__file__).parents[1]
    found = subprocess.run(  # our own program
        [sys.executable, "-c", GROWTH, str(FOUND / "make" / "a9644a96ad5a")],
        capture_output=True,
        check=True,
        cwd=tests,
        text=True,
    )
    assert int(found.stdout) < 50, "megabytes"


def test_a_parser_that_comes_back_again_and_again_is_stopped() -> None:
    """It asked half a million times for blocks of a script of 63 KB, which took four seconds."""
    data = (FOUND / "make" / "2b59af61e084").read_bytes()
    assert_ends(lambda: READERS["make"](data), STEPS // 3)


def test_a_script_is_let_go_of() -> None:
    """The parser never lets go of the function that it reads from, so that function may hold no script and no tree."""
    script = Script(Source("x.sh", "docker run --rm alpine\n" * 200))
    assert list(script.commands())
    kept = weakref.ref(script)
    del script
    gc.collect()
    assert kept() is None
