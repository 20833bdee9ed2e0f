"""A property that is computed when it is first asked for, and kept.

:func:`functools.cached_property` takes a lock for it before Python 3.12, which is 1 % of a check of plain files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["computed"]

if TYPE_CHECKING:
    from functools import cached_property as computed
else:

    class computed:  # noqa: N801  # it is used as a decorator
        """Compute a value once for an object, which keeps it under the property's name."""

        def __init__(self, compute):
            """Take what computes it."""
            self._compute = compute
            self._name = compute.__name__
            self.__doc__ = compute.__doc__

        def __get__(self, instance, owner=None):
            """Return the value of an object, which has it from now on; of a class the property itself."""
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._compute(instance)
            return value
