"""Which day it is: asked for here alone, so that a test can say another one."""

from __future__ import annotations

import os
import re
import time

_EPOCH = "SOURCE_DATE_EPOCH"
_DATE = r"(?a)\d{4}-\d{2}-\d{2}"


def today() -> str:
    """Return the day in UTC, as `2027-01-31`; of `SOURCE_DATE_EPOCH`, seconds since 1970, where that is set.

    See https://reproducible-builds.org/specs/source-date-epoch/.
    """
    try:
        moment = time.gmtime(int(os.environ[_EPOCH]))
    except (KeyError, ValueError, OverflowError, OSError):
        moment = time.gmtime()
    return time.strftime("%Y-%m-%d", moment)


def is_date(text: str) -> bool:
    """Return whether a text is a day as :func:`today` writes it."""
    if not re.fullmatch(_DATE, text):
        return False
    from datetime import date  # few files name a day

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def has_passed(day: str) -> bool:
    """Return whether a day is over; an empty text is none."""
    return bool(day) and day < today()
