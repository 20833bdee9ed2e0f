"""The file of known findings: JSON, sorted, a finding a line, so that it can be reviewed and merged.

It has no lines, no text of a file and no message. `baseline.schema.json` describes it. What a finding is known again
by is its `fingerprint`; the rest says to a person what was accepted, and to a run what it has looked at.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dropcap.model import KnownFinding, Severity
from dropcap.workspace import NotReadError
from dropcap.writers.ascii_json import known_entry, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.workspace import Workspace

NAME = ".dropcap-baseline.json"
VERSION = 1
_ADVICE = "write it anew with `dropcap baseline`"
_SEVERITIES = {severity.label: severity for severity in Severity}


class BaselineError(Exception):
    """A file of known findings cannot be used; says why, to follow its path."""


def baseline_text(known: Iterable[KnownFinding]) -> Iterator[str]:
    """Yield the text of the file."""
    yield f'{{"version": {VERSION},\n"findings": ['
    yield from listed(map(known_entry, known))
    yield "\n]}\n"


def read_baseline(path: str, workspace: Workspace) -> tuple[KnownFinding, ...]:
    """Read a file of known findings.

    Raises:
        BaselineError: it cannot be read, or is no such file.

    """
    try:
        text = workspace.read(path).decode("utf-8")
    except NotReadError as error:
        advice = f"; {_ADVICE}" if error.reason == "does not exist" else ""
        raise BaselineError(f"{error.reason}{advice}") from None
    except UnicodeDecodeError:
        raise BaselineError(f"is not UTF-8 text; {_ADVICE}") from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        is_merged = text.startswith(("<<<<<<< ", "=======\n", ">>>>>>> "), error.pos)
        what = "has marks of a merge that is not finished" if is_merged else f"is not JSON: {error.msg}"
        raise BaselineError(f"{what} (line {error.lineno}); {_ADVICE}") from None
    except (ValueError, RecursionError):
        raise BaselineError(f"is not JSON that dropcap reads; {_ADVICE}") from None
    return _of_data(data)


def _of_data(data: object) -> tuple[KnownFinding, ...]:
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(data, dict) or type(version) is not int:
        raise BaselineError(f"is not a baseline of dropcap: it has no version; {_ADVICE}")
    if version != VERSION:
        raise BaselineError(f"is of version {version}, and dropcap reads version {VERSION}; {_ADVICE}")
    entries = data.get("findings")
    if not isinstance(entries, list):
        raise BaselineError(f"is not a baseline of dropcap: it has no list of findings; {_ADVICE}")
    found: dict[tuple[str, int], KnownFinding] = {}
    for number, entry in enumerate(entries, 1):
        one = _known(entry)
        if one is None:
            raise BaselineError(f"has something else than a finding at number {number} of its list; {_ADVICE}")
        # A merge may leave a finding twice; then the milder one counts.
        key = (one.fingerprint, one.number)
        if key not in found or one.severity < found[key].severity:
            found[key] = one
    return tuple(found.values())


def _known(entry: object) -> KnownFinding | None:
    """Return a finding; None where that is something else."""
    if not isinstance(entry, dict) or not isinstance(entry.get("container"), dict):
        return None
    container, evidence = entry["container"], entry.get("evidence")
    words = (entry.get("path"), container.get("kind"), container.get("name"), entry.get("rule"))
    mark, number = entry.get("fingerprint"), entry.get("number", 1)
    severity = entry.get("severity")
    if not all(isinstance(word, str) for word in (*words, severity, mark)) or severity not in _SEVERITIES:
        return None
    if not isinstance(evidence, list) or not all(isinstance(one, str) for one in evidence):
        return None
    if type(number) is not int or number < 1:
        return None
    path, kind, name, rule = map(str, words)
    return KnownFinding(path, kind, name, rule, tuple(evidence), _SEVERITIES[str(severity)], str(mark), number)
