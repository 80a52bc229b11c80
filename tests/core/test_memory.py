"""What is over takes no room: records of scopes that nothing has to be remembered of."""

from dataclasses import dataclass

from processors.core.effects import CancelDeadline, Deadline, Effect, Input, NearMiss, SetDeadline
from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.partition import Partition
from processors.core.rule import Params, Rule, Scope, Situation, rule_set
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.make import event

SCOPE = "scope|e|credential|c"


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


def test_deadlines_that_are_cancelled_again_and_again_leave_one_entry() -> None:
    machine, estate, out = Machine(rule_set([RULE])), new_estate("e"), Output()
    for number in range(0, 400, 4):
        machine.event(estate, event("door.opened", number / 1000, subject="card-1"), out)
        machine.event(estate, event("door.closed", number / 1000 + 0.001, subject="card-1"), out)
    assert len(estate.deadlines) == len(estate.posted) == 1


def test_a_scope_that_is_idle_rests_as_bytes_until_it_is_due() -> None:
    partition = Partition(0, Machine(rule_set([RULE])), rest_ms=1_000)

    def take(*events: Event) -> dict[str, bytes | None]:
        partition.take(partition.seen + 1, events, Output())
        partition.advance(Output())
        return partition.checkpoint().scopes

    assert set(take(event("door.opened", 0, subject="c"), event("clock.ticked", 4))) == {SCOPE}
    estate = partition.estates["e"]
    assert (set(estate.records), set(estate.unread)) == ({"credential|c"}, set())
    assert take(event("clock.ticked", 5)) == {}
    assert (set(estate.records), set(estate.unread)) == (set(), {"credential|c"})
    assert take(event("clock.ticked", 60)) == {SCOPE: None}
    assert (estate.records, estate.unread, estate.awake, estate.posted) == ({}, {}, {}, {})
