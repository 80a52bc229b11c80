"""What is over takes no room: records of scopes that nothing has to be remembered of."""

from dataclasses import dataclass

import orjson

from bench.weight import weight
from processors.core.effects import (
    CancelDeadline,
    Deadline,
    Effect,
    Input,
    NearMiss,
    SetDeadline,
    evidence,
)
from processors.core.estate import TIDY_MIN, new_estate
from processors.core.machine import Machine, Output
from processors.core.records import Due, ScopeRecord, record_of
from processors.core.rule import Params, Rule, Scope, Situation, rule_set
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.make import T0, event


@dataclass(frozen=True, slots=True)
class Nothing:
    """No state."""


def step(now: Situation, state: Nothing, told: Input) -> tuple[Nothing, tuple[Effect, ...]]:
    if isinstance(told, Deadline):
        return state, ()
    assert isinstance(told, Event)
    if told.type == "door.opened":
        return state, (SetDeadline("soon", now.at + 5_000),)
    if told.type == "door.closed":
        return state, (CancelDeadline("soon"),)
    return state, (NearMiss("seen", "said and forgotten"),)


def of_subject(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    return (Scope("credential", event.subject or "nobody"),)


RULE = Rule(
    id="forgetful", version="1", title=Words(zh="试", en="trial"),
    inputs=frozenset({"door.opened", "door.closed", "access.denied"}), scopes=of_subject,
    params=Params, state=Nothing, step=step, severity="blue", handler="property", delivery="list",
)  # fmt: skip


def test_cancelled_deadlines_and_near_misses_leave_nothing() -> None:
    machine, estate, out = Machine(rule_set([RULE])), new_estate("e"), Output()
    for number in range(20):
        for word in ("door.opened", "door.closed", "access.denied"):
            machine.event(estate, event(word, number, subject=f"card-{number}"), out)
    assert len(estate.take_dirty()) == 20
    machine.event(estate, event("access.denied", 30, subject="card-99"), out)
    assert estate.records == {}
    machine.fire(estate, 2**62, out)
    assert estate.take_dirty() == {}
    assert estate.records == {}
    assert estate.deadlines == []
    assert len(out.near_misses) == 21


def test_cancelled_deadlines_do_not_pile_up() -> None:
    machine, estate = Machine(rule_set([RULE])), new_estate("e")
    for number in range(0, 4 * TIDY_MIN, 2):
        for at, word in ((number, "door.opened"), (number + 1, "door.closed")):
            machine.event(estate, event(word, at / 1000, subject="card-1"), Output())
        assert len(estate.deadlines) <= TIDY_MIN


def test_those_that_hold_are_kept_also_of_scopes_still_in_bytes() -> None:
    machine, estate = Machine(rule_set([RULE])), new_estate("e")
    for name in ("asleep", "awake"):
        machine.event(estate, event("door.opened", 0, subject=name), Output())
    left = estate.take_dirty()
    again = new_estate("e")
    for scope, raw in left.items():
        assert raw is not None
        again.adopt(scope, raw)
    machine.rules_of(again)
    again.record("credential|awake")
    for number in range(2 * TIDY_MIN):
        again.push(Due(number, "credential|awake", "forgetful", "long gone", 0))
    assert {due.scope for due in again.deadlines} >= {"credential|asleep", "credential|awake"}
    machine.fire(again, T0 + 4_999, Output())
    assert {due.scope for due in again.deadlines} == {"credential|asleep", "credential|awake"}
    machine.fire(again, 2**62, Output())
    assert set(again.take_dirty().values()) == {None}


def test_a_record_comes_back_as_it_was() -> None:
    record = ScopeRecord("credential|c")
    for rule in ("one", "two", "three"):
        record.keep_state(rule, rule)
        record.keep_due(Due(1, record.scope, rule, "soon", 0))
    record.keep_state("two", "again")
    record.drop_state("one")
    record.keep_due(Due(2, record.scope, "two", "soon", 1))
    assert record.states == {"two": "again", "three": "three"}
    assert record.state("one", "fresh") == "fresh"
    assert record.drop_due("one", "soon") == (1, "credential|c", "one", "soon", 0)
    assert record.drop_due("one", "soon") is None
    assert record.due("two", "soon") == (2, "credential|c", "two", "soon", 1)
    assert orjson.loads(record.dump()) == {
        "s": {"two": "again", "three": "three"},
        "d": [["three", "soon", 1, 0], ["two", "soon", 2, 1]],
        "a": [],
    }


def test_what_one_reading_leaves_weighs_little() -> None:
    """The names that all records share are counted as well."""
    reading = event("access.granted", 0, subject="p1:d1ba:227d8d53af8da944")
    item = evidence("granted", reading)
    due = Due(reading.at + 5_000, "credential|" + "c" * 24, "forgetful", "soon", reading.at)
    assert weight([record_of(due.scope, {"forgetful": (item,)}, [due])]) < 1300
