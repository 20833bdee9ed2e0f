"""A defect of dropcap itself, told where the findings would be: without a word it would look as if there were none."""

from __future__ import annotations

from dropcap.crash import place
from dropcap.model import Failure, Level


def defect(path: str, error: Exception) -> Failure:
    """Return what is told of a text that could not be checked to the end; what was raised may quote a file."""
    message = f"{type(error).__name__} at {place(error)}; this is a defect of dropcap, please report it"
    return Failure(path, message, Level.DEFECT)
