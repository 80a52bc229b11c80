"""What the page says around the alerts."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.caseload import Held
from console.cases.opening import Opening
from console.cases.surroundings import Surroundings
from console.devices import DeviceHealth, Input
from console.lifecycle.clocks import shipped_clocks
from console.lifecycle.facts import Deed
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import shipped_table
from console.office import Snapshot
from console.pages.side import TROUBLED_MAX, Row, Side, SideWriter
from console.pages.speaker import Speaker
from console.pages.summary import Counts, Tally
from console.words import Language
from tests.console.samples import HOUR, MINUTE, NINE, alert, device, gateway_input, words

ZONE = ZoneInfo("Asia/Shanghai")
TITLES = {
    "door_forced": words("门被强开", "door forced"),
    "door_held": words("门久未关", "door held"),
}


def speaker(language: Language = "zh") -> Speaker:
    return Speaker(
        language=language, zone=ZONE, title=lambda rule: TITLES.get(rule, words(rule, rule)),
        stale_after_ms=15_000, skew_warn_s=30, bootstrap="kafka:9092",
        office=words("湖畔警务室", "Lakeside office"),
    )  # fmt: skip


PROCEDURE = Procedure(shipped_table(), shipped_clocks())


def side_of(snapshot: Snapshot, language: Language = "zh") -> Side:
    return SideWriter(speaker(language)).side(snapshot)


NORMAL = Snapshot(
    state="normal", wall=NINE + 500, now=NINE, data_at=NINE, fault=None, silent_ms=500,
    inputs=(Input(gateway_input(), NINE),), devices=DeviceHealth(online=3),
)  # fmt: skip


def test_a_normal_stream_shows_the_datas_clock_and_nothing_to_explain() -> None:
    pulse = speaker().pulse(NORMAL, {"red": 1, "yellow": 2})
    assert pulse == {
        "state": "normal", "word": "数据正常", "clock": "09:00:00", "age": "实时", "why": "",
        "title": "红 1 · 湖畔警务室",
    }  # fmt: skip


def test_an_input_not_heard_for_some_seconds_shows_its_age() -> None:
    assert speaker("en").pulse(replace(NORMAL, silent_ms=9000), {})["age"] == "9 s ago"


def test_a_late_stream_names_the_estates_and_what_follows_from_it() -> None:
    quiet = Input(gateway_input("hillside", name=None), NINE - 2 * MINUTE)
    late = replace(NORMAL, state="late", silent_ms=120_500, inputs=(*NORMAL.inputs, quiet))
    why = speaker("en").pulse(late, {})["why"]
    assert why == "hillside: nothing heard for 2 min; what happened since cannot be judged."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "down", "fault": "broker"}, "The message log at kafka:9092 does not answer."),
        ({"state": "down", "fault": "store"}, "The database cannot be written."),
        ({"state": "starting"}, "Taking in"),
        ({"state": "waiting", "data_at": None}, "does ingest run?"),
        ({"unreadable": 2}, "2 messages need a newer console"),
    ],
)
def test_every_state_but_normal_says_why(change: dict[str, object], said: str) -> None:
    assert said in speaker("en").pulse(replace(NORMAL, **change), {})["why"]  # type: ignore[arg-type]


def test_without_data_there_is_no_clock() -> None:
    waiting = replace(NORMAL, data_at=None, state="waiting")
    assert speaker().pulse(waiting, {})["clock"] == "--:--:--"


def test_a_page_that_hears_nothing_says_so_by_itself() -> None:
    lost = speaker().lost()
    assert lost["state"] == "lost"
    assert "与服务器断开" in lost["title"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "当前无待办，设备全部正常"),
        ({"state": "late"}, "当前无待办"),
        ({"devices": DeviceHealth()}, "当前无待办"),
        ({"devices": DeviceHealth(online=1, lost=1, troubled=(device(),))}, "1台设备需要看一下"),
    ],
)
def test_a_quiet_day_claims_no_more_than_is_known(change: dict[str, object], said: str) -> None:
    quiet = speaker().quiet(replace(NORMAL, **change))  # type: ignore[arg-type]
    assert quiet.endswith(said)


def test_the_side_names_devices_in_trouble_and_what_is_not_judged_for_them() -> None:
    lost = device(state="lost", last_seen=NINE - HOUR, not_judged=("door_forced", "door_held"))
    off = device("lpr", skew_s=-74.4, name=words("东门车牌", "East reader"))
    health = DeviceHealth(
        online=1, lost=1, skewed=1, troubled=(lost, off), not_judged={"door_forced": 1}
    )
    side = side_of(replace(NORMAL, devices=health))
    assert side.troubled == (
        Row("北门门禁", "北门", "08:00起无消息 · 暂不可判：门被强开、门久未关", "lost"),
        Row("东门车牌", "北门", "时钟偏差-74秒", "skewed"),
    )
    assert side.not_judged == ("门被强开：1台设备",)
    assert [(tile.kind, tile.count) for tile in side.glance[-1].tiles] == [
        ("online", 1),
        ("lost", 1),
        ("skewed", 1),
        ("unknown", 0),
    ]
    assert side.headline == ""


def test_silence_of_more_than_a_day_is_told_with_its_date() -> None:
    lost = device(state="lost", last_seen=NINE - 30 * HOUR)
    health = DeviceHealth(lost=1, troubled=(lost,))
    (row,) = side_of(replace(NORMAL, devices=health), "en").troubled
    assert row.said == "Silent since 02-28 03:00"


def test_a_device_lost_since_ever_is_offline() -> None:
    health = DeviceHealth(lost=1, troubled=(device(state="lost", last_seen=None),))
    assert side_of(replace(NORMAL, devices=health), "en").troubled[0].said == "Offline"


def test_many_devices_in_trouble_are_counted_beyond_the_first() -> None:
    health = DeviceHealth(lost=99, troubled=(device(state="lost"),) * (TROUBLED_MAX + 2))
    side = side_of(replace(NORMAL, devices=health))
    assert (len(side.troubled), side.more) == (TROUBLED_MAX, "另有2台")


@pytest.mark.parametrize(
    ("health", "said"),
    [(DeviceHealth(online=2), "All devices are fine"), (DeviceHealth(), "No device")],
)
def test_devices_without_trouble_are_said_to_be_fine(health: DeviceHealth, said: str) -> None:
    assert side_of(replace(NORMAL, devices=health), "en").headline.startswith(said)


@pytest.mark.parametrize(
    ("seen", "row"),
    [
        (Input(gateway_input(), NINE), Row("Lakeside", "", "Complete since 08:00", "")),
        (
            Input(gateway_input(complete_since=NINE - 25 * HOUR), NINE),
            Row("Lakeside", "", "Complete", ""),
        ),
        (
            Input(gateway_input(complete_since=None, name=None), NINE),
            Row("lakeside", "", "Completeness unknown", ""),
        ),
        (
            Input(gateway_input(), NINE - MINUTE),
            Row("Lakeside", "", "Silent for 60 s", "late"),
        ),
    ],
)
def test_inputs_say_since_when_they_are_complete(seen: Input, row: Row) -> None:
    assert side_of(replace(NORMAL, inputs=(seen,)), "en").inputs == (row,)


def held(name: str = "c", alerts: int = 1, **given: Any) -> Held:
    facts = Opening(PROCEDURE, Surroundings()).facts(alert(name, severity="red"))
    case = PROCEDURE.opened(name, Deed(kind="open", by="system", at=NINE, version=0, facts=facts))
    return Held(replace(case, **given), tuple(f"a{n}" for n in range(alerts)))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"waiting": 1}),
        ({"state": "accepted"}, {"under_way": 1}),
        ({"overdue_at": NINE}, {"waiting": 1, "overdue": 1}),
        ({"supervised": True}, {"waiting": 1, "supervised": 1}),
        ({"state": "closed", "closed_at": NINE, "supervised": True}, {"closed_today": 1}),
        ({"state": "closed", "closed_at": NINE - HOUR}, {}),
    ],
)  # fmt: skip
def test_a_case_counts_for_what_it_is(given: dict[str, Any], expected: dict[str, Any]) -> None:
    tally = Tally(PROCEDURE)
    tally.put(held(alerts=3, **given))
    is_open = "closed_at" not in given
    levels: dict[str, Any] = {"levels": {"red": 1} if is_open else {}}
    assert tally.counts(NINE) == Counts(since=NINE, merged=2, **expected, **levels)


def test_a_case_counts_for_what_it_has_become_and_once() -> None:
    tally = Tally(PROCEDURE)
    for given in ({}, {"state": "accepted"}, {"state": "closed", "closed_at": NINE}):
        tally.put(held(alerts=3, **given))
        tally.put(held("other", overdue_at=NINE))
    assert tally.counts(NINE) == Counts(
        since=NINE, waiting=1, overdue=1, merged=2, closed_today=1, levels={"red": 1}
    )
    assert tally.counts(NINE + 1).closed_today == 0
    for name in ("c", "other", "nobody"):
        tally.drop(name)
    assert tally.counts(NINE) == Counts(since=NINE)


def test_estates_are_counted_once_there_are_some() -> None:
    assert speaker().estates(NORMAL) == "1个小区"
    assert speaker().estates(replace(NORMAL, inputs=())) == ""
