"""What the action and the image install is what dropcap asks for, and is named by hash."""

from __future__ import annotations

import re

from lock_requirements import HEAD, LOCK, wanted
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TEXT = LOCK.read_text(encoding="utf-8")
ENTRIES = re.findall(r"(?m)^([a-z][^\\\n]*?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", TEXT)


def test_each_line_belongs_to_a_version_with_hashes() -> None:
    assert TEXT.startswith(HEAD)
    assert len(ENTRIES) == len(re.findall(r"(?m)^[a-z]", TEXT)) > 0
    assert sum(hashes.count("--hash") for _, hashes in ENTRIES) + len(ENTRIES) + 1 == len(TEXT.splitlines())


def test_the_versions_are_those_that_the_project_asks_for() -> None:
    locked = [Requirement(entry) for entry, _ in ENTRIES]
    for asked in map(Requirement, wanted()):
        versions = [
            str(one.specifier).removeprefix("==")
            for one in locked
            if canonicalize_name(one.name) == canonicalize_name(asked.name)
        ]
        assert versions, f"{asked.name} is not locked: run scripts/lock_requirements.py"
        assert all(asked.specifier.contains(version) for version in versions), asked
