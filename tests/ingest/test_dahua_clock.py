"""Which of the device's three clocks is heard, and what becomes of the broken ones."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.adapters._dahua.clock import bridge_time, device_time, epoch, wall_clock
from ingest.device_clock import resolve_time
from ingest.registry import Placement
from schemas.base import parse_instant

TRUE = parse_instant("2026-03-02T00:15:07Z")
SHANGHAI = Placement("e", "d", "p", zone=ZoneInfo("Asia/Shanghai"))
NOWHERE = Placement("e", "d", "p")


def resolved(spot: Placement, **data: Any) -> int | None:
    return resolve_time(device_time(data), spot)


@pytest.mark.parametrize("wrong", [TRUE + 8 * 3_600_000, TRUE - 8 * 3_600_000, TRUE + 3_600_000])
def test_real_utc_beats_a_wrong_utc(wrong: int) -> None:
    assert resolved(NOWHERE, RealUTC=TRUE // 1000, UTC=wrong // 1000) == TRUE


@pytest.mark.parametrize("claimed", [1772410507, 1772439307.0, "1772381707", 0, None])
def test_wall_clock_in_the_zone_beats_any_utc(claimed: Any) -> None:
    assert resolved(SHANGHAI, LocaleTime="2026-03-02 08:15:07", UTC=claimed) == TRUE


@pytest.mark.parametrize(
    ("local", "believed"),
    [
        ("2026-03-02 02:15:07", True),  # two hours east: a zone like others
        ("2026-03-01 18:15:07", True),  # six hours west
        ("2026-03-02 00:15:07", False),  # UTC is the wall clock
        ("2026-03-02 08:15:07", False),  # the factory's eight hours
        ("2026-03-02 02:15:40", False),  # no zone has such an offset
    ],
)
def test_utc_without_a_zone_counts_only_where_it_can_be_true(local: str, believed: bool) -> None:
    assert resolved(NOWHERE, LocaleTime=local, UTC=1772410507) == (TRUE if believed else None)


def test_milliseconds_go_into_all_clocks() -> None:
    told = device_time(
        {
            "LocaleTime": "2026-03-02 02:15:07",
            "UTC": 1772410507,
            "RealUTC": 1772410507,
            "UTCMS": 812,
        }
    )

    assert told is not None
    assert (told.instant, told.maybe) == (TRUE + 812, TRUE + 812)
    assert told.local == datetime(2026, 3, 2, 2, 15, 7, 812_000)  # noqa: DTZ001
    assert told.raw == "2026-03-02 02:15:07"


@pytest.mark.parametrize("ms", [-1, 1000, "many", None])
def test_impossible_milliseconds_count_as_none(ms: Any) -> None:
    assert resolved(NOWHERE, UTC=1772410507, UTCMS=ms) == TRUE


def test_one_event_has_one_raw_time_over_all_transports() -> None:
    forms = [device_time({"UTC": utc}) for utc in (1772410507, 1772410507.0, "1772410507")]

    assert {form.raw for form in forms if form} == {"1772410507"}


def test_a_broken_clock_leaves_its_raw_text_only() -> None:
    told = device_time({"LocaleTime": "2000-00-00 00:00:12", "UTC": 12})

    assert told is not None
    assert (told.raw, told.local, told.maybe, told.instant) == (
        "2000-00-00 00:00:12",
        None,
        None,
        None,
    )


def test_no_clock_is_no_time() -> None:
    assert device_time({"Name": "Rule1"}) is None
    assert device_time({"LocaleTime": ""}) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-02 08:15:07", (2026, 3, 2, 8, 15, 7)),
        ("02-03-2026 08:15:07", (2026, 3, 2, 8, 15, 7)),
        ("2026-03-02T08:15:07.5", (2026, 3, 2, 8, 15, 7, 500_000)),
        ("2026-13-02 08:15:07", None),
        ("2026-03-02 08:15:07Z", None),
        (None, None),
    ],
)
def test_wall_clock_forms(text: str | None, wanted: tuple[int, ...] | None) -> None:
    assert wall_clock(text) == (datetime(*wanted) if wanted else None)  # type: ignore[arg-type] # noqa: DTZ001


@pytest.mark.parametrize("value", [0, -5, 1e20, "nan", "x", None, True, [1]])
def test_seconds_outside_of_a_devices_life_are_none(value: Any) -> None:
    assert epoch(value) is None


def test_bridge_time_that_cannot_be_read_is_kept_as_text() -> None:
    told, bad = bridge_time("2026-03-02T00:15:07Z"), bridge_time("yesterday")

    assert told is not None
    assert told.instant == TRUE
    assert bad is not None
    assert (bad.raw, bad.instant, bad.local) == ("yesterday", None, None)
    assert bridge_time(None) is None
