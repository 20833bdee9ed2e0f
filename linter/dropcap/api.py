"""All that a rule may import.

A rule is a module with a docstring (its documentation), a constant ``SEVERITY`` and one or both of

* ``check(container) -> Iterator[Problem]``: asked about each container that a file starts;
* ``check_stage(stage) -> Iterator[Problem]``: asked about each Dockerfile stage, which starts nothing.

The module's name, with hyphens for underscores, is the rule's id.
"""

from __future__ import annotations

from dropcap.capabilities.effective import CapabilitySets, Origin, Refusal, capability_sets, is_root
from dropcap.capabilities.engines import default_set
from dropcap.capabilities.grades import Grade, Graded, grade
from dropcap.capabilities.names import NAMES, bare_name, suggest
from dropcap.model import (
    Container,
    Edit,
    Engine,
    Fix,
    Instruction,
    Kind,
    Located,
    Mount,
    Opaque,
    Problem,
    Related,
    Severity,
    Stage,
)
from dropcap.source import Source, Span

__all__ = [
    "NAMES",
    "CapabilitySets",
    "Container",
    "Edit",
    "Engine",
    "Fix",
    "Grade",
    "Graded",
    "Instruction",
    "Kind",
    "Located",
    "Mount",
    "Opaque",
    "Origin",
    "Problem",
    "Refusal",
    "Related",
    "Severity",
    "Source",
    "Span",
    "Stage",
    "bare_name",
    "capability_sets",
    "default_set",
    "grade",
    "is_root",
    "suggest",
]
