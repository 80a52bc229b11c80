"""How long a case may stand, by stage, kind, area and level, and who is told."""

from typing import Any

import pytest

from console.lifecycle.clocks import (
    MINUTE_MS,
    ClockChange,
    Clocks,
    Hours,
    Period,
    changed,
    shipped_clocks,
)
from schemas.alerts import Handler
from tests.console.lifecycle.samples import AREAS, opened, standing
from tests.console.samples import ESTATE, NINE

CLOCKS = shipped_clocks()
HOUR = 60
ZONE = "Asia/Shanghai"


def minutes(clocks: Clocks = CLOCKS, state: str = "under_way", **given: Any) -> float | None:
    period = clocks.period_ms(standing(state, **given))
    return None if period is None else period / MINUTE_MS


@pytest.mark.parametrize(
    ("severity", "waits", "works"),
    [("red", 1, 2 * HOUR), ("orange", 3, 8 * HOUR), ("yellow", 5, 24 * HOUR),
     ("blue", 5, 72 * HOUR)],
)  # fmt: skip
def test_the_defaults_by_level(severity: str, waits: float, works: float) -> None:
    assert minutes(state="waiting", severity=severity) == waits
    assert minutes(state="assigned", severity=severity) == waits
    assert minutes(severity=severity) == works
    assert minutes(severity=severity, flow="report") == works


def test_what_stands_in_a_list_is_not_taken_within_minutes() -> None:
    assert minutes(state="waiting", delivery="list") == 4 * HOUR
    assert minutes(state="waiting", quiet="flood") == 4 * HOUR


def test_review_is_owed_for_what_was_grave() -> None:
    assert minutes(state="closed", severity="red") == 72 * HOUR
    assert minutes(state="closed", severity="yellow") is None
    assert minutes(state="closed", flow="report", severity="red") is None


def test_whoever_reported_has_a_week() -> None:
    assert minutes(state="filed", flow="report") == 24 * HOUR
    assert minutes(state="answered", flow="report") == 7 * 24 * HOUR


def own(*periods: Period) -> Clocks:
    return changed(CLOCKS, ClockChange(periods=periods))


def test_an_area_and_a_kind_have_their_own() -> None:
    clocks = own(
        Period(area="east", severity="yellow", minutes=30),
        Period(area=ESTATE, severity="yellow", minutes=20),
        Period(kind="door_forced", minutes=10),
    )
    assert minutes(clocks) == 20
    assert minutes(clocks, kind="door_held") == 20
    assert minutes(clocks, areas=("elsewhere",)) == 10
    assert minutes(clocks, areas=("elsewhere",), kind="crowd") == 24 * HOUR
    # One that names no stage leaves the stages that have their own alone.
    assert minutes(clocks, state="waiting") == 5


def test_of_two_alike_the_operators_holds() -> None:
    assert minutes(own(Period(severity="yellow", minutes=7))) == 7


def test_office_hours_are_the_nearest_areas() -> None:
    assert CLOCKS.is_manned(NINE, AREAS, ZONE)
    assert not CLOCKS.is_manned(NINE + 12 * HOUR * MINUTE_MS, AREAS, ZONE)
    night = Hours(part="20:00-06:00", area="office-1")
    clocks = changed(CLOCKS, ClockChange(hours=(*CLOCKS.hours, night)))
    assert clocks.is_manned(NINE + 12 * HOUR * MINUTE_MS, AREAS, ZONE)
    assert not clocks.is_manned(NINE, AREAS, ZONE)
    assert clocks.is_manned(NINE, ("elsewhere",), ZONE)


def test_days_off_are_after_hours() -> None:
    working = Hours(part="08:30-17:30", days=("mon", "tue"))
    assert not changed(CLOCKS, ClockChange(hours=(working,))).is_manned(NINE, AREAS, ZONE)


def test_levels_that_a_site_does_not_have_are_left_out() -> None:
    case = opened(nodes={"estate": ESTATE, "police_office": "o", "police_bureau": "b"})
    assert [rung.level for rung in CLOCKS.ladder(case, manned=True)] == [
        "police_office", "police_bureau",
    ]  # fmt: skip


def test_without_a_site_all_levels_stand_nameless() -> None:
    for handler, count in (("police", 3), ("property", 3), ("mediator", 5)):
        case = opened(nodes={"estate": ESTATE}, handler=handler)
        rungs = CLOCKS.ladder(case, manned=True)
        assert len(rungs) == count
        assert not rungs[-1].node


def test_every_handler_climbs_one_tree() -> None:
    handlers = [handler for ladder in CLOCKS.trees.values() for handler in ladder.handlers]
    assert sorted(handlers) == sorted(Handler.__args__)  # type: ignore[attr-defined]


def test_clocks_that_do_not_hang_together_are_refused() -> None:
    content = CLOCKS.model_dump()
    content["trees"]["civil"]["handlers"] = ("police",)
    with pytest.raises(ValueError, match="stands in two trees"):
        Clocks.model_validate(content)
    content = CLOCKS.model_dump()
    del content["levels"]["grid"]
    with pytest.raises(ValueError, match="levels without a name: grid"):
        Clocks.model_validate(content)


@pytest.mark.parametrize(
    ("told", "zh"),
    [
        ("police_station:临江派出所", "派出所 临江派出所"), (f"property:{ESTATE}", "物业"),
        ("grid", "网格"), ("moon:X", "moon X"),
    ],
)  # fmt: skip
def test_a_rung_is_told_in_words(told: str, zh: str) -> None:
    assert shipped_clocks().rung_words(told, ESTATE).zh == zh
