"""The wall clock as it is named to people."""

from zoneinfo import ZoneInfo

import pytest

from console.wall_clock import zone_text

SUMMER, WINTER = 1_782_000_000_000, 1_798_000_000_000


@pytest.mark.parametrize(
    ("zone", "at", "text"),
    [
        ("Asia/Shanghai", WINTER, "Asia/Shanghai, UTC+8"),
        ("Asia/Kolkata", WINTER, "Asia/Kolkata, UTC+5:30"),
        ("America/St_Johns", WINTER, "America/St_Johns, UTC-3:30"),
        ("America/St_Johns", SUMMER, "America/St_Johns, UTC-2:30"),
        ("UTC", SUMMER, "UTC, UTC+0"),
    ],
)
def test_a_zone_is_named_with_what_it_is_ahead_of_utc(zone: str, at: int, text: str) -> None:
    assert zone_text(at, ZoneInfo(zone)) == text
