"""The data that readers give, rules judge and writers print. Frozen and dumb: functions do the work.

Records are named tuples, not dataclasses: importing `dataclasses` costs more than reading a Compose file.
"""

from __future__ import annotations

from dropcap.model.containers import (
    MOST_CONTAINERS,
    Container,
    Declared,
    Hook,
    Live,
    Mount,
    ProcessOptions,
    ServiceCall,
)
from dropcap.model.failures import Failure, UnreadableError, worst
from dropcap.model.kinds import NEVER, Engine, Kind, Level, Severity
from dropcap.model.located import Located, Unknown
from dropcap.model.results import (
    Compared,
    Document,
    FileResult,
    Finding,
    KnownFinding,
    Problem,
    Report,
    Suppression,
)
from dropcap.model.routes import MAX_ALIKE, SET_HERE, Related, Route, SharedRoutes
from dropcap.model.stages import Instruction, Stage

__all__ = [
    "MAX_ALIKE",
    "MOST_CONTAINERS",
    "NEVER",
    "SET_HERE",
    "Compared",
    "Container",
    "Declared",
    "Document",
    "Engine",
    "Failure",
    "FileResult",
    "Finding",
    "Hook",
    "Instruction",
    "Kind",
    "KnownFinding",
    "Level",
    "Live",
    "Located",
    "Mount",
    "Problem",
    "ProcessOptions",
    "Related",
    "Report",
    "Route",
    "ServiceCall",
    "Severity",
    "SharedRoutes",
    "Stage",
    "Suppression",
    "Unknown",
    "UnreadableError",
    "worst",
]
