"""Named tuples that cost little to define.

`typing.NamedTuple` compiles every annotation again when its class is made, 0.1 ms each: half of the time that a
whole start may take. This one gives the same classes by `collections.namedtuple` and leaves annotations alone; type
checkers see the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _RecordType(type):
        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            record = namedtuple(  # noqa: PYI024  # the other one is what this is made to avoid
                name, fields, defaults=defaults, module=namespace["__module__"]
            )
            for key, value in namespace.items():
                if key not in fields and key not in ("__module__", "__qualname__", "__dict__", "__weakref__"):
                    setattr(record, key, value)
            return record

    class NamedTuple(metaclass=_RecordType):
        """The base of a record; its class is a plain subclass of tuple."""

        __slots__ = ()
