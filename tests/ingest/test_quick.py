"""Values that are made by the million: as a frozen dataclass but for the price."""

import dataclasses

import pytest

from ingest.message import DeviceTime, Message, Reading
from ingest.quick import changed, dataclass


def test_they_compare_and_hash_by_what_they_hold() -> None:
    one, same = Message("a", b"x", 1), Message("a", b"x", 1)
    assert one == same
    assert len({one, same, Message("a", b"x", 2)}) == 2
    assert DeviceTime("r", instant=5) != DeviceTime("r", instant=6)


def test_a_changed_one_is_another() -> None:
    first = Reading("door.opened", device="d", fields={"a": 1})
    second = changed(first, type="door.closed", sequence=4)
    assert second == dataclasses.replace(first, type="door.closed", sequence=4)
    assert (first.type, first.sequence) == ("door.opened", None)


def test_an_unknown_field_is_a_fault() -> None:
    with pytest.raises(AttributeError):
        changed(Message("a", b"x", 1), payloads=b"")


def test_nothing_else_can_be_asked_of_it() -> None:
    with pytest.raises(TypeError, match="frozen=True, slots=True"):
        dataclass(frozen=False, slots=True)
