"""Named tuples that cost little to define.

These compile their constructor only when a class has many records: :mod:`dropcap.fast_start` has what that gains.
Everything else is as in `typing.NamedTuple`, and type checkers see the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Generic", "NamedTuple", "field_getter"]

if TYPE_CHECKING:
    from typing import Generic, NamedTuple

    def field_getter(index: int, doc: str | None) -> property:
        """Return what reads a field of a tuple, by its index."""
else:
    # A field is read in half the time of a property.
    from collections import _tuplegetter as field_getter

    class Generic:
        """A base that takes a type's parameters; nobody asks for them."""

        __slots__ = ()

        def __class_getitem__(cls, _):
            """Return the class itself."""
            return cls

    _FEW = 8  # to make so many records by hand takes less time than to compile a constructor

    def _construct(cls, /, *args, **kwargs):
        """Make the first records of a class; when there are more, give the class its own constructor."""
        cls._record._made += 1  # noqa: SLF001  # its own
        if cls._record._made <= _FEW:  # noqa: SLF001  # as above
            values = _values(cls, args, kwargs)
            if values is not None:
                return tuple.__new__(cls, values)
        names = ", ".join(cls._fields)
        scope = {"__name__": cls.__module__, "new": tuple.__new__}
        constructor = eval(f"lambda cls, {names}: new(cls, ({names},))", scope)  # noqa: S307  # names of fields
        constructor.__defaults__ = tuple(cls._field_defaults.values())
        constructor.__name__ = "__new__"
        constructor.__qualname__ = f"{cls.__qualname__}.__new__"
        cls._record.__new__ = staticmethod(constructor)
        return constructor(cls, *args, **kwargs)

    def _values(cls, args, kwargs):
        """Put a record's values in order; None where they do not fit, which the constructor says best."""
        fields, defaults = cls._fields, cls._field_defaults
        if len(args) == len(fields) and not kwargs:
            return args
        values = [*args]
        for field in fields[len(args) :]:
            if field not in kwargs and field not in defaults:
                return None
            values.append(kwargs[field] if field in kwargs else defaults[field])
        is_all = len(values) == len(fields) and kwargs.keys() <= set(fields[len(args) :])
        return values if is_all else None

    class _Record(tuple):
        """What the records have in common."""

        __slots__ = ()

        @classmethod
        def _make(cls, values):
            result = tuple.__new__(cls, values)
            if len(result) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(result)}")
            return result

        def _replace(self, /, **values):
            result, places = [*self], self._places
            try:
                for name, value in values.items():
                    result[places[name]] = value
            except KeyError:
                wrong = [one for one in values if one not in places]
                raise ValueError(f"Got unexpected field names: {wrong!r}") from None
            return tuple.__new__(type(self), result)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

    class _RecordType(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = tuple(namespace.get("__annotations__", ()))
            namespace["_fields"] = namespace["__match_args__"] = fields
            namespace["_field_defaults"] = {field: namespace[field] for field in fields if field in namespace}
            namespace["_places"] = {field: place for place, field in enumerate(fields)}
            namespace["__slots__"] = ()
            namespace["__new__"] = _construct
            for index, field in enumerate(fields):
                namespace[field] = field_getter(index, None)
            record = type(name, (_Record,), namespace)
            record._made = 0  # noqa: SLF001  # as below
            record._record = record  # noqa: SLF001  # a subclass finds by it whose constructor is to be made
            return record

    class NamedTuple(metaclass=_RecordType):
        """The base of a record; its class is a plain subclass of tuple."""

        __slots__ = ()
