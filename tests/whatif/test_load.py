"""How much a feed asks of people."""

import pytest

from processors.whatif.load import DAY_MS, HOUR_MS, load_of
from schemas.alerts import Alert
from schemas.base import Words
from tests.core.make import T0

MINUTE_MS = 60_000
ZONES = {"e": "Asia/Shanghai"}


def push(at: int, **changes: object) -> Alert:
    """A push to the police, so many ms after midnight UTC (eight in the morning there)."""
    plain = Alert(
        id=f"a{at}{sorted(changes.items())}", revision=1, rule="r", rule_version="1", estate="e",
        key="k", severity="orange", handler="police", delivery="push", place="p",
        place_name=Words(zh="", en=""), opened_at=T0 + at, updated_at=T0 + at,
        reason=Words(zh="", en=""),
    )  # fmt: skip
    return plain.model_copy(update=changes)


def test_pushes_are_counted_by_shift_of_eight_hours() -> None:
    alerts = [push(n * MINUTE_MS * 20) for n in range(6)] + [push(9 * HOUR_MS)]
    told = load_of(alerts, T0, T0 + DAY_MS, ZONES)
    assert (told.pushes, told.worst_shift) == (7, 6)
    assert told.a_shift == pytest.approx(7 / 3)
    assert told.by_rule == {"r": 7}
    assert told.faults() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"delivery": "list"},
        {"found_afterwards": True},
        {"handler": "property"},
    ],
)
def test_what_rings_no_officer_is_not_counted(changes: dict[str, object]) -> None:
    assert load_of([push(0, **changes)], T0, T0 + DAY_MS, ZONES).pushes == 0


def test_night_is_by_the_estates_clock_and_red_does_not_count() -> None:
    at_22, at_six = 14 * HOUR_MS, 22 * HOUR_MS
    alerts = [push(at_22), push(at_22 - 1), push(at_six - 1), push(at_six)]
    alerts.append(push(at_22 + 5, severity="red"))
    told = load_of(alerts, T0, T0 + DAY_MS, ZONES)
    assert told.a_night_not_red == 2


def test_property_is_counted_by_estate_and_day() -> None:
    alerts = [push(n, handler="property") for n in range(50)]
    told = load_of(alerts, T0, T0 + DAY_MS, {**ZONES, "f": "UTC"})
    assert told.property_a_day == 25
    assert told.faults() == ["25 pushes to property an estate and day, above 20"]


def test_a_flood_begins_with_the_eleventh_in_ten_minutes_and_ends_below_five() -> None:
    ten = [push(n * MINUTE_MS) for n in range(10)]
    assert load_of(ten, T0, T0 + DAY_MS, ZONES).flood_share == 0
    eleven = [push(n * MINUTE_MS - n) for n in range(11)]
    told = load_of(eleven, T0, T0 + DAY_MS, ZONES)
    # From the eleventh at about minute 10 until the fifth from the end leaves, at about 16.
    assert told.flood_share * DAY_MS == pytest.approx(6 * MINUTE_MS, abs=100)


def test_a_flood_that_goes_on_counts_to_the_end() -> None:
    many = [push(n * MINUTE_MS // 2) for n in range(120)]
    told = load_of(many, T0, T0 + HOUR_MS, ZONES)
    assert told.flood_share == pytest.approx(55 / 60, abs=0.01)
    assert any("flood" in fault for fault in told.faults())
