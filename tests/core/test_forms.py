"""After an upgrade: states that another release wrote go on, or begin anew and that is told."""

from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from typing import Any

import orjson
import pytest

from processors.core.effects import Deadline, Effect, Input, OpenAlert, SetDeadline
from processors.core.machine import Machine
from processors.core.output import Output
from processors.core.partition import Checkpoint, Partition
from processors.core.retire import REWRITTEN
from processors.core.rule import Params, Rule, RuleSet, Situation, rule_set
from processors.rules.catalogue import shipped_rules
from processors.rules.places import at_door
from processors.rules.terms import Term
from processors.rules.welfare_silent.rule import Welfare
from schemas.base import Words
from schemas.events import Event
from tests.core.make import T0, config, event

SCOPE = "scope|e|door|d1"
TITLE = Words(zh="试", en="trial")
SECOND_EDITIONS: dict[str, tuple[tuple[str, Any, Any], ...]] = {
    "renamed": (("openings", int, 0),),
    "another_kind": (("count", tuple[int, ...], ()),),
    "gone": (("something", str, ""),),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """The first edition's state."""

    count: int = 0
    note: str | None = None


def step(now: Situation, state: Any, told: Input) -> tuple[Any, tuple[Effect, ...]]:
    """Counts whatever its state has first, and opens an alert on the way."""
    if isinstance(told, Deadline):
        return state, ()
    first = next(iter(type(state).__dataclass_fields__))
    if getattr(state, first) != 0:
        return state, ()
    alert = OpenAlert(key="d1", place="d1", detail=TITLE, evidence=())
    return type(state)(**{first: 1}), (alert, SetDeadline("later", now.at + 3_600_000))


def rules(state: type) -> RuleSet:
    rule = Rule(
        id="counted", version="1", title=TITLE, inputs=frozenset({"door.opened"}), scopes=at_door,
        params=Params, state=state, step=step, severity="blue", handler="property",
        delivery="list",
    )  # fmt: skip
    return rule_set([rule])


def run(
    over: RuleSet, before: Checkpoint | None, *events: Event
) -> tuple[Partition, Output, Checkpoint]:
    """A worker of that release: it takes over what the other one left."""
    partition, out = Partition(0, Machine(over), {"e": config()}), Output()
    if before is not None:
        partition.restore(before.commit, {})
    partition.take(partition.seen + 1, events, out)
    partition.advance(out)
    return partition, out, partition.checkpoint()


def first() -> Checkpoint:
    _, out, left = run(rules(Counted), None, event("door.opened", 1), event("clock.ticked", 9))
    assert len(out.alerts) == 1
    return left


def touch() -> tuple[Event, ...]:
    return event("door.opened", 20), event("clock.ticked", 29)


@pytest.mark.parametrize("fields", SECOND_EDITIONS.values(), ids=SECOND_EDITIONS)
def test_a_state_of_another_form_begins_anew_and_is_told(fields: tuple[Any, ...]) -> None:
    second = rules(make_dataclass("Second", fields, frozen=True))
    _, out, left = run(second, first(), *touch())
    missed = [(one.rule, one.scope, one.step) for one in out.near_misses]
    assert missed == [("counted", "door|d1", "state")]
    assert [alert.cleared_reason for alert in out.cleared] == [REWRITTEN]
    _, again, _ = run(second, left, event("door.opened", 40), event("clock.ticked", 49))
    assert (again.near_misses, again.cleared) == ([], [])


def test_its_deadlines_go_as_well() -> None:
    second = rules(make_dataclass("Second", SECOND_EDITIONS["renamed"], frozen=True))
    partition, out, left = run(second, first(), event("clock.ticked", 7200))
    assert len(out.near_misses) == len(out.cleared) == 1
    assert left.scopes == {SCOPE: None}
    assert partition.estates["e"].deadlines == []


def test_a_new_field_with_a_default_loses_nothing() -> None:
    fields = (("count", int, 0), ("more", int, 7))
    _, out, left = run(rules(make_dataclass("Second", fields, frozen=True)), first(), *touch())
    assert (out.near_misses, out.cleared, left.scopes) == ([], [], {})


def test_nothing_is_told_without_an_upgrade() -> None:
    _, out, left = run(rules(Counted), first(), *touch())
    assert (out.near_misses, out.cleared, left.scopes) == ([], [], {})


CONSENT = {"since": T0, "until": None}
FORMER = {"consent": CONSENT, "silent_ms": 86_400_000, "heard_at": T0, "last": None, "meters": []}


def care(away: Mapping[str, Any] | None) -> tuple[Output, Welfare | None]:
    """A home in care as the first edition of `welfare_silent` kept it, a day without a sign."""
    state = {"care": {**FORMER, "away": away}, "alerted": False, "doubted": False}
    due = ["welfare_silent", "silent", T0 + 86_700_000, T0]
    raw = orjson.dumps({"s": {"welfare_silent": state}, "d": [due], "a": []})
    partition = Partition(0, Machine(shipped_rules()), {"e": config()})
    partition.restore(None, {"scope|e|dwelling|b1-101": raw})
    out = Output()
    partition.take(0, [event("clock.ticked", 0), event("clock.ticked", 90_000)], out)
    partition.advance(out)
    return out, partition.estates["e"].record("dwelling|b1-101").states.get("welfare_silent")


def test_a_home_in_care_is_watched_on_after_an_upgrade() -> None:
    out, kept = care(away=None)
    assert kept is not None
    assert kept.care.consent == Term(T0)
    assert [missed for missed in out.near_misses if missed.step == "state"] == []


def test_a_note_of_absence_in_the_former_form_stops_nothing() -> None:
    out, kept = care(away={"since": T0, "until": None})
    assert kept is None
    assert [m.rule for m in out.near_misses if m.step == "state"] == ["welfare_silent"]
