"""The live path's own promises: what a checkpoint holds, what is read again, what is parked."""

from typing import Any

import orjson

from processors.core import partition as partition_module
from processors.core.machine import Machine, Output
from processors.core.partition import Partition
from processors.core.rule import rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.events import Event, make_event
from tests.core.make import T0, config, event

RULES = rule_set(load(f) for f in rule_folders() if f.name in ("door_held", "door_forced"))


def fresh() -> Partition:
    return Partition(0, Machine(RULES))


def fed(*records: Event) -> tuple[Partition, Output]:
    partition, out = fresh(), Output()
    for offset, item in enumerate(records):
        partition.take(offset, [item], out)
    partition.advance(out)
    return partition, out


def test_the_position_is_the_first_record_with_a_waiting_event() -> None:
    partition, _ = fed(event("door.opened", 0), event("door.closed", 10), event("door.opened", 11))
    assert partition.checkpoint().position == 1


def test_what_only_the_commit_record_holds_outlives_a_second_crash() -> None:
    """The first crash came before the scopes' own records, and their changes are days old."""
    first, _ = fed(event("door.opened", 0), event("clock.ticked", 9))
    second = fresh()
    second.restore(first.checkpoint().commit, {})
    out = Output()
    second.take(2, [event("clock.ticked", 10)], out)
    second.advance(out)
    told = second.checkpoint()
    assert set(told.scopes) == {"scope|e|door|d1"}
    third = fresh()
    third.restore(told.commit, {})
    assert set(third.estates["e"].unread) == {"door|d1"}
    assert second.checkpoint().scopes == {}


def test_what_was_judged_is_not_judged_again_after_a_restart() -> None:
    records = [event("door.opened", 0), event("clock.ticked", 5), event("door.closed", 6)]
    partition, _ = fed(*records)
    again, out = fresh(), Output()
    position = again.restore(partition.checkpoint().commit, {})
    for offset in range(position, len(records)):
        again.take(offset, [records[offset]], out)
    again.advance(out)
    assert position == 1
    assert out.alerts == {}
    assert out.late == []
    again.take(3, [event("clock.ticked", 30)], out)
    again.advance(out)
    assert [(a.rule, a.cleared_at) for a in out.alerts.values()] == [("door_forced", T0 + 6_000)]


def test_replayed_and_late_events_are_set_aside_and_ring_nobody() -> None:
    _, out = fed(
        event("door.forced", 0, replayed=True),
        event("clock.ticked", 60),
        event("door.forced", 1, id="late"),
    )
    assert [item.time - T0 for item in out.late] == [0, 1_000]
    assert out.alerts == {}


def test_a_retained_message_is_a_state_and_never_a_happening() -> None:
    _, out = fed(event("door.forced", 0, retained=True), event("clock.ticked", 60))
    assert out.alerts == {}
    assert out.late == []


def test_a_silent_estate_does_not_hold_the_position_of_the_others(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(partition_module, "PARK_AFTER_RECORDS", 10)
    silent = make_event(
        "door.opened", id="quiet", source="/other/r", time=T0,
        data={"device": "r", "place": "d9", "received_at": T0},
    )  # fmt: skip
    partition, _ = fed(silent, *(event("clock.ticked", 5 * n) for n in range(30)))
    checkpoint = partition.checkpoint()
    assert checkpoint.position == 30
    again, out = fresh(), Output()
    again.restore(checkpoint.commit, {})
    late = silent.model_copy(update={"id": "tick", "time": T0 + 60_000})
    late = late.model_copy(update={"data": late.data.model_copy(update={"received_at": late.time})})
    again.take(31, [late], out)
    again.advance(out)
    assert [(a.place, a.rule) for a in out.opened] == [("d9", "door_forced"), ("d9", "door_held")]


def test_a_configuration_survives_and_a_broken_one_is_refused() -> None:
    good = config(rules={"door_held": {"hold_s": 7}})
    data: dict[str, Any] = {"hash": good.digest, "config": good.model_dump(mode="json")}
    partition, _ = fed(
        event("config.activated", 0, **data), event("config.activated", 1, config={"estate": 5}),
        event("clock.ticked", 9),
    )  # fmt: skip
    again = fresh()
    again.restore(partition.checkpoint().commit, {})
    assert again.estates["e"].config == good
    _, out = fed(event("config.activated", 1, config={"estate": 5}))
    assert "config.estate" in out.refused[0][1]


def test_a_scope_that_nothing_is_remembered_of_is_let_go() -> None:
    partition, _ = fed(
        event("exit.requested", 0), event("door.opened", 1), event("clock.ticked", 9)
    )
    scopes = partition.checkpoint().scopes
    assert list(scopes) == ["scope|e|door|d1"]
    plain = orjson.loads(scopes["scope|e|door|d1"] or b"")
    assert {name for _, name, *_ in plain["d"]} == {"hold", "rise"}


def test_an_input_gap_makes_absence_unjudged() -> None:
    _, out = fed(
        event("door.opened", 0),
        event("clock.ticked", 5, gap_until=T0 + 300_000),
        event("clock.ticked", 400),
    )
    assert {(m.rule, m.reason.split(":")[0]) for m in out.near_misses if m.rule == "door_held"} == {
        ("door_held", "not judged")
    }
    assert "door_held" not in {a.rule for a in out.opened}
