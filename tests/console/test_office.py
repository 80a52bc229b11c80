"""What the office makes of what it is told, and what it knows after a restart."""

import pytest
from sqlalchemy import text

from console.batch import Record
from console.office import Office, StoreFault
from console.settings import ConsoleSettings
from console.wall_clock import midnight
from schemas.base import parse_instant
from tests.console.conftest import Clock, OpenOffice
from tests.console.samples import (
    ESTATE,
    HOUR,
    MINUTE,
    NINE,
    alert,
    device,
    gateway_input,
    rule,
    suppressed,
    words,
)
from tests.console.test_batch import alert_record, view_record


async def test_a_restart_loses_nothing_and_shows_each_alert_once(open_office: OpenOffice) -> None:
    office = open_office()
    records = [alert_record(n, alert(f"a{n}", opened_at=NINE + n)) for n in range(4)]
    await office.take([*records, view_record(0, device()), view_record(1, gateway_input())])
    again = open_office()
    assert [one.id for one in again.feed.ordered()] == ["a3", "a2", "a1", "a0"]
    assert again.views.devices == office.views.devices
    assert again.changes.last == 4
    await again.take(records)
    assert again.changes.last == 4
    assert (await again.positions())["community.alerts", 0].offset == 4


async def test_what_a_newer_version_can_read_is_in_sight_after_its_start(
    open_office: OpenOffice,
) -> None:
    office = open_office()
    readable = alert().model_dump_json()
    newer = readable.replace('"id"', '"mood":"calm","id"', 1).encode()
    await office.take([Record("community.alerts", 0, 0, NINE, b"a1", newer)])
    assert office.snapshot().unreadable == 1
    with office.engine.begin() as connection:
        connection.execute(
            text("update unreadable set value = :value"), {"value": readable.encode()}
        )
    again = open_office()
    assert again.feed.get("a1") == alert()
    assert again.snapshot().unreadable == 0


async def test_only_news_is_told(office: Office) -> None:
    await office.take([alert_record(0, alert(revision=1))])
    await office.take([alert_record(1, alert(revision=0)), alert_record(2, alert(revision=1))])
    assert [change.alert.revision for change in office.changes.since(0) or ()] == [1]


async def test_what_cannot_be_written_is_not_shown(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("drop table changes"))
    with pytest.raises(StoreFault, match="no such table"):
        await office.take([alert_record(0, alert())])
    assert len(office.feed) == 0
    assert await office.positions() == {}


async def test_a_snapshot_sums_up(office: Office, clock: Clock) -> None:
    clock.at = NINE + 400
    await office.take([
        alert_record(0, alert("a", severity="red")),
        alert_record(1, suppressed("s")),
        view_record(0, device(state="lost", not_judged=("door_held",))),
        Record("community.views", 0, 1, NINE, b"x", b"unreadable"),
    ])  # fmt: skip
    await office.take([view_record(0, gateway_input())])
    office.reading.caught_up = True
    snapshot = office.snapshot()
    assert (snapshot.state, snapshot.now, snapshot.data_at) == ("normal", NINE + 400, NINE + 400)
    assert [seen.view.estate for seen in snapshot.inputs] == [ESTATE]
    assert [one.id for one in office.feed.alerts()] == ["a"]
    assert [one.id for one in office.quieted.all()] == ["s"]
    assert snapshot.unreadable == 1


async def test_the_day_begins_at_midnight_of_the_data_on_the_offices_clock(
    office: Office, clock: Clock, settings: ConsoleSettings
) -> None:
    assert midnight(NINE, settings.zone) == parse_instant("2026-03-01T00:00:00+08:00")
    clock.at = parse_instant("2030-01-01T00:00:00Z")
    await office.take([view_record(0, gateway_input())])
    assert office.today() == midnight(NINE, settings.zone)


async def test_titles_come_from_views_then_from_headlines_then_from_the_id(office: Office) -> None:
    assert office.title("door_forced") == words("door_forced", "door_forced")
    await office.take([alert_record(0, alert())])
    assert office.title("door_forced") == words("门被强开", "door forced")
    await office.take([view_record(0, rule("door_forced", "强开", "forced"))])
    assert office.title("door_forced") == words("强开", "forced")


async def test_the_cleared_go_out_of_sight_by_the_datas_clock(office: Office, clock: Clock) -> None:
    await office.take([alert_record(0, alert(cleared_at=NINE)), alert_record(1, alert("b"))])
    clock.at = NINE + 48 * HOUR
    await office.take([view_record(0, gateway_input(ticked_at=NINE + MINUTE))])
    assert office.prune() == []
    await office.take([view_record(0, gateway_input(ticked_at=NINE + 25 * HOUR))])
    assert office.prune() == ["a1"]
