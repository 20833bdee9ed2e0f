"""Records behave as named tuples do, though their constructors are made late."""

from __future__ import annotations

import copy
import pickle

import pytest

from dropcap.namedtuple import NamedTuple


class Point(NamedTuple):
    """A place."""

    x: int
    y: int = 7

    def swapped(self) -> Point:
        """Give it mirrored."""
        return Point(self.y, self.x)


class Child(Point):
    """A record of a record's kind."""

    __slots__ = ()


class Untouched(NamedTuple):
    """Nobody makes one of these but a child."""

    x: int


class FirstOfItsKind(Untouched):
    """Made before any of its parent's."""

    __slots__ = ()


def test_a_record_is_a_tuple_with_names() -> None:
    point = Point(1)
    assert point == (1, 7)
    assert (point.x, point.y) == (1, 7)
    assert Point(y=2, x=1) == (1, 2)
    assert point.swapped() == Point(7, 1)
    assert repr(point) == "Point(x=1, y=7)"
    assert Point._fields == ("x", "y")
    assert Point.__doc__ == "A place."


def test_wrong_arguments_are_refused_at_the_first_record_and_later() -> None:
    class Fresh(NamedTuple):
        x: int

    for _ in range(2):
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
            Fresh()  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
            Fresh(1, z=2)  # type: ignore[call-arg]


def test_a_record_is_replaced_and_listed_by_names() -> None:
    assert Point(1, 2)._replace(y=3) == (1, 3)
    assert type(Point(1, 2)._replace(y=3)) is Point
    assert Point(1, 2)._asdict() == {"x": 1, "y": 2}
    assert Point._make([3, 4]) == Point(3, 4)
    with pytest.raises(ValueError, match="z"):
        Point(1, 2)._replace(z=3)  # type: ignore[call-arg]


def test_a_record_travels_between_processes() -> None:
    for point in (Point(1, 2), Child(1, 2)):
        travelled = pickle.loads(pickle.dumps(point))  # noqa: S301  # our own bytes
        assert travelled == point
        assert type(travelled) is type(point)
        assert copy.copy(point) == point


def test_a_record_is_matched() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
        case _:
            pytest.fail("a record was not matched by its class")


def test_a_subclass_has_its_parents_constructor_whichever_is_made_first() -> None:
    first, parent = FirstOfItsKind(1), Untouched(2)
    assert type(first) is FirstOfItsKind
    assert type(parent) is Untouched
    assert Untouched.__new__ is FirstOfItsKind.__new__
