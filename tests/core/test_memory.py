"""What is over takes no room: records of scopes that nothing has to be remembered of."""

from dataclasses import dataclass

from processors.core.effects import CancelDeadline, Effect, Input, NearMiss, SetDeadline
from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.rule import Params, Rule, Scope, Situation, rule_set
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.make import event


@dataclass(frozen=True, slots=True)
class Nothing:
    """No state."""


def step(now: Situation, state: Nothing, told: Input) -> tuple[Nothing, tuple[Effect, ...]]:
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
