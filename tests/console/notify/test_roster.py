"""Who is on duty, on the wall clock: weekly shifts, exceptions, nights and summer time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from console.notify.roster import (
    ENTRY,
    Away,
    Extra,
    Hours,
    Shift,
    entry_id,
    on_duty,
    quiet_until,
    working,
)
from console.wall_clock import instant

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def at(text: str, zone: ZoneInfo = CHINA) -> int:
    return instant(datetime.fromisoformat(text), zone)


def shift(person: str = "wang", part: str = "08:30-17:30", **given: object) -> Shift:
    return Shift(person=person, part=part, **{"duty": "police"} | given)


# 2026-03-01 is a Sunday.
@pytest.mark.parametrize(
    ("one", "when", "works"),
    [
        (shift(), "2026-03-02T08:30", True),
        (shift(), "2026-03-02T08:29:59", False),
        (shift(), "2026-03-02T17:29:59", True),
        (shift(), "2026-03-02T17:30", False),
        (shift(days=("mon",)), "2026-03-02T09:00", True),
        (shift(days=("mon",)), "2026-03-01T09:00", False),
        (shift(part="22:00-06:00", days=("fri",)), "2026-03-06T23:00", True),
        (shift(part="22:00-06:00", days=("fri",)), "2026-03-07T05:59", True),
        (shift(part="22:00-06:00", days=("fri",)), "2026-03-07T06:00", False),
        (shift(part="22:00-06:00", days=("fri",)), "2026-03-06T05:00", False),
        (shift(part="22:00-06:00", days=("fri",)), "2026-03-07T23:00", False),
        (shift(part="00:00-24:00", days=("sun",)), "2026-03-01T23:59:59", True),
        (shift(part="00:00-24:00", days=("sun",)), "2026-03-02T00:00", False),
        (shift(part="18:00-24:00"), "2026-03-01T23:59", True),
        (shift(since="2026-03-03"), "2026-03-02T09:00", False),
        (shift(until="2026-03-02"), "2026-03-02T09:00", True),
        (shift(until="2026-03-02"), "2026-03-03T09:00", False),
        (shift(part="22:00-06:00", until="2026-03-02"), "2026-03-03T05:00", True),
    ],
)
def test_shifts(one: Shift, when: str, works: bool) -> None:
    assert one.holds(at(when), CHINA) is works
    assert (on_duty([one], ("police",), (), at(when), CHINA) == ("wang",)) is works


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-07-01", 8)]
)
def test_a_night_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    """In Berlin the clocks skip an hour on 29 March 2026 and repeat one on 25 October."""
    night = shift(part="22:00-06:00")
    begins = at(f"{day}T22:00", BERLIN)
    assert night.holds(begins, BERLIN)
    assert night.holds(begins + hours * HOUR - 1, BERLIN)
    assert not night.holds(begins + hours * HOUR, BERLIN)


def test_an_hour_that_is_skipped_is_not_worked() -> None:
    gap = shift(part="02:00-03:00", days=("sun",))
    night = at("2026-03-29T00:00", BERLIN)
    assert not any(gap.holds(night + n * HOUR // 4, BERLIN) for n in range(20))


MORNING = at("2026-03-02T09:00")
LIN = shift("lin", area="office-1")
WU = shift("wu", area="station-7")
HE = shift("he", duty="maintenance", area="lakeside")
ZHAO = shift("zhao", duty="property", area="lakeside")
ANY = shift("any", duty="property")
OFF = Away(person="lin", begins="2026-03-02T00:00", ends="2026-03-03T00:00")
STAND_IN = Extra(
    person="mo", duty="police", area="office-1", begins="2026-03-02T08:00",
    ends="2026-03-02T12:00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "duties", "areas", "expected"),
    [
        ([LIN, WU], ("police",), ("office-1", "station-7"), ("lin",)),
        ([LIN, WU], ("police",), ("station-7", "office-1"), ("wu",)),
        ([LIN, WU, OFF], ("police",), ("office-1", "station-7"), ("wu",)),
        ([LIN, OFF, STAND_IN], ("police",), ("office-1",), ("mo",)),
        ([LIN, STAND_IN], ("police",), ("office-1",), ("lin", "mo")),
        ([HE, ZHAO], ("maintenance", "property"), ("lakeside",), ("he",)),
        ([ZHAO], ("maintenance", "property"), ("lakeside",), ("zhao",)),
        ([ANY, ZHAO], ("property",), ("lakeside",), ("zhao",)),
        ([ANY], ("property",), ("lakeside",), ("any",)),
        ([LIN], ("property",), ("office-1",), ()),
        ([LIN], ("police",), ("elsewhere",), ()),
        ([], ("police",), ("office-1",), ()),
    ],
)
def test_the_nearest_area_and_the_handler_before_its_role(
    entries: list[Shift], duties: tuple[str, ...], areas: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert on_duty(entries, duties, areas, MORNING, CHINA) == expected


def test_who_works_at_all() -> None:
    assert working([LIN, WU, OFF], MORNING, CHINA) == {"wu"}


def test_quiet_hours_tell_their_end() -> None:
    night = Hours(part="22:00-07:00")
    late = Hours(part="21:00-23:00", days=("mon",))
    assert quiet_until([night], at("2026-03-02T23:30"), CHINA) == at("2026-03-03T07:00")
    assert quiet_until([late, night], at("2026-03-02T22:30"), CHINA) == at("2026-03-03T07:00")
    assert quiet_until([night], at("2026-03-02T12:00"), CHINA) is None
    assert quiet_until([], MORNING, CHINA) is None


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "shift", "person": "a", "duty": "police", "part": "8-17"},
        {"kind": "shift", "person": "a", "duty": "police", "part": "08:00-08:00"},
        {"kind": "shift", "person": "a", "duty": "king", "part": "08:00-17:00"},
        {"kind": "shift", "person": "a", "duty": "police", "part": "08:00-17:00", "days": []},
        {"kind": "shift", "person": "a b", "duty": "police", "part": "08:00-17:00"},
        {"kind": "shift", "person": "a", "duty": "police", "part": "08:00-17:00",
         "since": "2026-03-02", "until": "2026-03-01"},
        {"kind": "away", "person": "a", "begins": "2026-03-02 08:00", "ends": "2026-03-02 08:00"},
        {"kind": "away", "person": "a", "begins": "2026-03-02T08:00Z", "ends": "2026-03-03T08:00Z"},
        {"kind": "holiday", "person": "a"},
    ],
)  # fmt: skip
def test_entries_that_do_not_hold(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ENTRY.validate_python(given)


def test_the_same_entry_has_the_same_id() -> None:
    assert entry_id(LIN) == entry_id(shift("lin", area="office-1"))
    assert entry_id(LIN) != entry_id(WU)
