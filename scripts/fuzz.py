#!/usr/bin/env python3
"""Give every reader bytes that nobody would write, and keep those that it does wrong with.

    scripts/fuzz.py [READER…] [--runs N] [--jobs N] [--size BYTES] [--seconds S] [--found FOLDER] [--list]

Atheris makes the bytes up (`pip install .[fuzz]`): it changes texts of the fixtures, and keeps a change that leads to
code which none before it led to. A reader is a carrier, a language or a file of another program; `--list` names them.
What is wrong: an exception that the reader does not declare, a place outside the text, more than SECONDS of processor
time. The search goes on behind a fault; of each line that raises, the smallest input is written to FOLDER/READER.
For each reader one line says how many inputs it was given and what was found. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pkgutil
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
_MEMORY = 2 * 1024**3


class TooLongError(BaseException):
    """A reader takes too long; no reader catches this."""


def main() -> int:
    """Run the readers, each in a process of its own; gives 1 where one has a fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("readers", metavar="READER", nargs="*", help="which readers (default: all)")
    parser.add_argument(
        "--runs", type=int, default=200_000, help="how many inputs each is given (default: %(default)s)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many readers at a time (default: %(default)s)")
    parser.add_argument("--size", type=int, default=4096, help="the longest input, in bytes (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of processor time for one input (default: 2)")
    parser.add_argument("--found", type=Path, default=ROOT / "tests" / "data" / "fuzz", help="where to keep inputs")
    parser.add_argument("--list", action="store_true", help="name the readers, and stop")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        return fuzz(arguments)
    sys.path.insert(0, str(ROOT / "tests"))
    readers = import_module("fuzzed").READERS
    unknown = set(arguments.readers) - set(readers)
    if unknown:
        parser.error(f"no reader {', '.join(sorted(unknown))}; there are {', '.join(readers)}")
    if arguments.list:
        print("\n".join(readers))
        return 0
    names = arguments.readers or list(readers)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        codes = list(pool.map(lambda name: _in_process(name, arguments), names))
    return 1 if any(codes) else 0


def _in_process(name: str, arguments: argparse.Namespace) -> int:
    options = ["--runs", "--size", "--seconds", "--found"]
    values = [str(getattr(arguments, option.strip("-"))) for option in options]
    given = [word for pair in zip(options, values, strict=True) for word in pair]
    done = subprocess.run(
        [sys.executable, __file__, name, "--here", *given],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("fuzzed ", "fault "))]
    print("\n".join(lines or [f"fuzzed {name}: the process ended with {done.returncode}: {done.stderr[-2000:]}"]))
    sys.stdout.flush()
    return done.returncode


def fuzz(arguments: argparse.Namespace) -> int:
    """Give one reader inputs, in this process; it does not return where all runs are done."""
    atheris = import_module("atheris")  # only here is it needed
    os.nice(5)
    with atheris.instrument_imports(include=["dropcap"]):
        for module in pkgutil.walk_packages(import_module("dropcap").__path__, "dropcap."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    sys.path.insert(0, str(ROOT / "tests"))
    fuzzed = import_module("fuzzed")
    [name] = arguments.readers
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    run = _Run(name, arguments)
    signal.signal(signal.SIGVTALRM, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(fuzzed.seeds(name)):
            corpus.joinpath(str(number)).write_bytes(seed[: arguments.size])
        words = Path(folder, "words")
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in _words(fuzzed.TOKENS)), "ascii")
        # -timeout is libFuzzer's own, for what no signal of ours interrupts.
        flags = ["-timeout=60", "-rss_limit_mb=0", f"-max_len={arguments.size}", f"-dict={words}", "-len_control=20"]
        atheris.Setup([sys.argv[0], str(corpus), f"-runs={arguments.runs}", *flags, "-verbosity=0"], run.one)
        atheris.Fuzz()
    return 0


def _words(tokens: dict[str, str]) -> set[str]:
    return {word for line in tokens.values() for word in line.split()}


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError


class _Run:
    """Counts the inputs of a reader and keeps the smallest of each fault."""

    def __init__(self, name: str, arguments: argparse.Namespace) -> None:
        self._name = name
        self._read = import_module("fuzzed").READERS[name]
        self._folder: Path = arguments.found / name
        self._seconds = arguments.seconds
        self._faults: dict[str, int] = {}
        self._count = 0
        self._runs = arguments.runs
        self._began = time.monotonic()
        self._slowest = 0.0

    def one(self, data: bytes) -> None:
        """Read one input."""
        self._count += 1
        before = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds)
        try:
            self._read(data)
        except (Exception, TooLongError) as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self._keep(data, error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self._slowest = max(self._slowest, time.process_time() - before)
        if self._count >= self._runs:
            self._end()

    def _keep(self, data: bytes, error: BaseException) -> None:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
        ours = [frame for frame in frames if f"{os.sep}dropcap{os.sep}" in frame.filename]
        last = (ours or frames)[-1]
        where = "" if isinstance(error, TooLongError) else f" at {Path(last.filename).name}:{last.lineno}"
        key = f"{type(error).__name__}{where}"
        if len(data) >= self._faults.get(key, 1 << 30):
            return
        is_first = key not in self._faults
        self._faults[key] = len(data)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(key.encode()).hexdigest()[:12]
        self._folder.joinpath(name).write_bytes(data)
        if is_first:
            text = str(error).replace("\n", " ")[:200]
            print(f"fault {self._name} {name}: {key}: {text} in {last.name}", flush=True)

    def _end(self) -> None:
        """Say what was done and leave: libFuzzer would leave by itself, without a word of ours."""
        seconds = time.monotonic() - self._began
        print(
            f"fuzzed {self._name}: {self._count:,} inputs in {seconds:.0f} s, {len(self._faults)} faults, "
            f"the slowest took {self._slowest:.2f} s",
            flush=True,
        )
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(1 if self._faults else 0)


if __name__ == "__main__":
    sys.exit(main())
