"""What the end of the program says to the shell."""

CLEAN = 0
"""Checked, with nothing at or above the threshold."""
FINDINGS = 1
"""Checked, with findings."""
UNCHECKED = 2
"""Something could not be checked, or the call or the configuration is wrong."""
DEFECT = 3
"""A defect of dropcap itself."""
INTERRUPTED = 130
"""A person stopped it, as a shell says it of any program."""


class UsageError(Exception):
    """The call is wrong; the message says what, and what to do."""
