"""What a repository of git holds at a revision, read by git itself.

An index is a file that is easily read (:mod:`dropcap.git_index`); objects are not. They lie loose or in packs, as
differences from others, in alternate stores and behind several kinds of references, and a person names a revision in
the words of `gitrevisions(7)`. A reader of our own would be a second git with faults of its own, so git is asked. That
is done only where a person asks for a revision, and so that nothing of the repository is run:

- Two commands are used, `rev-parse` and `cat-file --batch`. They print objects as they are stored: no filter, no
  conversion of texts, no hook, no pager, no alias, no look at the files of the working tree, and nothing is written.
- Variables of the environment that lead git elsewhere (`GIT_*`) are taken away. What a repository may set that names
  a program, `core.fsmonitor` and hooks, is overridden as well, although neither command asks for it.
- A clone that has left objects out would fetch them: no protocol is allowed, so git gives up instead.
- Git refuses a repository of another user by itself, and so it does here.
- The program is taken by its absolute path, never from the current folder. An answer that does not come ends it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from typing import IO, TYPE_CHECKING

from dropcap.workspace import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALL = 60.0
"""How many seconds an answer may take."""
_HEADER = 4096
_MAX_REVISION = 250
_OPTIONS = (
    "--no-optional-locks",
    "--no-replace-objects",
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never"),
)
_VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class GitError(Exception):
    """A revision cannot be read; says why, and what to do."""


class Objects:
    """The objects of a repository, one after another, from one process of git for each of ours."""

    def __init__(self, top: str) -> None:
        """Take the top of the repository."""
        self._top = top
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __reduce__(self) -> tuple[type[Objects], tuple[str]]:
        """Let another process ask a git of its own."""
        return Objects, (self._top,)

    def tree_of(self, revision: str) -> str:
        """Return the name of the tree that a revision holds.

        Raises:
            GitError: there is no such revision, or git cannot be asked.

        """
        is_shallow = _said(self._top, "rev-parse", "--is-shallow-repository") == "true"
        if not revision or len(revision) > _MAX_REVISION or not revision.isprintable():
            raise GitError("is not a revision of git")
        found = self._asked(f"{revision}^{{tree}}")
        if found is None or found[0] != "tree":
            more = "; the clone is shallow: fetch more of the history (fetch-depth: 0)" if is_shallow else ""
            raise GitError(f"git knows no such revision here{more or '; fetch it, or correct the name'}")
        return found[1]

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes; None where it is not there, or larger than what is read.

        Raises:
            GitError: git does not answer.

        """
        found = self._asked(name)
        return None if found is None else found[2]

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def _asked(self, name: str) -> tuple[str, str, bytes | None] | None:
        """Return the kind of an object, its name and its bytes; None where there is none."""
        sink, source = self._pipes()
        timer = threading.Timer(_CALL, self._kill)
        timer.daemon = True
        timer.start()
        try:
            sink.write(os.fsencode(name) + b"\n")
            sink.flush()
            words = source.readline(_HEADER).split()
            if not words:
                raise GitError("git does not answer")
            if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004  # name, kind, size
                return None
            found, kind, size = words[0].decode(), words[1].decode(), int(words[2])
            if size > MAX_BYTES:
                self.close()  # the next one is asked anew, instead of reading on to its end
                return kind, found, None
            data = source.read(size + 1)
        except (OSError, ValueError) as error:
            raise GitError(f"git does not answer: {error}") from None
        finally:
            timer.cancel()
        if len(data) != size + 1:
            raise GitError("git does not answer")
        return kind, found, data[:-1]

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._process = subprocess.Popen(  # noqa: S603  # git with a command of ours
                _command(self._top, "cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # an interrupt of the terminal is ours to answer
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise GitError("git does not answer")
        return self._process.stdin, self._process.stdout


def _said(top: str, *words: str) -> str:
    """Return what a command of git prints.

    Raises:
        GitError: it fails; says what git says.

    """
    try:
        result = subprocess.run(  # noqa: S603  # git with a command of ours
            _command(top, *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(),
            timeout=_CALL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise GitError("git does not answer") from None
    if result.returncode:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(f"git cannot read the repository: {lines[0] if lines else 'it does not say why'}")
    return result.stdout.decode("utf-8", "replace").strip()


def _command(top: str, *words: str) -> Sequence[str]:
    program = shutil.which("git")
    if program is None or not os.path.isabs(program):
        raise GitError("git is not installed here; install it, or use --baseline")
    return [program, "-C", top, *_OPTIONS, *words]


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    return {**own, **_VARIABLES}
