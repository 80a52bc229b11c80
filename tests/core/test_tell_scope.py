"""A rule tells itself in another scope what it found out in one."""

from dataclasses import dataclass

from processors.core.effects import Effect, Found, OpenAlert, TellScope, Told, evidence
from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.replay import replay
from processors.core.rule import Params, Rule, Scope, Situation, rule_set
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.live import Live
from tests.core.make import T0, config, event

WORDS = Words(zh="试", en="trial")


class TwiceParams(Params):
    """How many refusals, of whomever, make an alert."""

    times: int = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """Of a credential: whether it was seen. Of a pair: how many were told."""

    before: bool = False
    told: int = 0


def step(now: Situation, state: Seen, told: Told) -> tuple[Seen, tuple[Effect, ...]]:
    if isinstance(told, Found):
        after = Seen(told=state.told + 1)
        if after.told < now.params.times:
            return after, ()
        alert = OpenAlert(now.scope.id, now.place, WORDS, told.items)
        return Seen(), (alert,)
    assert isinstance(told, Event)
    if not state.before:
        return Seen(before=True), ()
    place = told.data.place
    found = Found(told.at, place, (evidence("again", told),))
    return state, (TellScope(Scope("pair", f"near|{place}"), found),)


def of_subject(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    return (Scope("credential", event.subject or "nobody"),)


RULE = Rule(
    id="twice", version="1", title=WORDS, inputs=frozenset({"access.denied"}), scopes=of_subject,
    params=TwiceParams, state=Seen, step=step, severity="blue", handler="property",
    delivery="list", steps={"again": WORDS},
)  # fmt: skip
LOG = [
    event("access.denied", at, place=place, subject=subject)
    for at, place, subject in (
        (0, "d1", "card-1"), (1, "d1", "card-1"), (2, "d1", "card-2"), (3, "d2", "card-1"),
        (4, "d1", "card-2"),
    )
]  # fmt: skip


def test_what_one_scope_finds_out_is_kept_in_the_other() -> None:
    (alert,) = replay(LOG, rule_set([RULE]), until=T0 + 60_000).alerts.values()
    assert (alert.key, alert.place, alert.opened_at) == ("near|d1", "d1", T0 + 4_000)


def test_the_parameters_are_those_of_the_place_where_it_happened() -> None:
    estate = config(rules={"twice": {"times": 5}})
    area = config(areas=[{"place": "d1", "rules": {"twice": {"times": 1}}}], places=[
        {"id": "d1", "kind": "door", "name": WORDS.model_dump()}
    ])  # fmt: skip
    rules = rule_set([RULE])
    assert not replay(LOG, rules, {"e": estate}, until=T0 + 60_000).alerts
    assert len(replay(LOG, rules, {"e": area}, until=T0 + 60_000).alerts) == 1


def test_both_scopes_survive_a_crash_at_any_step() -> None:
    told = replay(LOG, rule_set([RULE]), until=T0 + 60_000).alerts
    end = event("clock.ticked", 62, place="e")
    for crash_at in range(1, 30):
        live = Live(rule_set([RULE]), crash_at=(crash_at, crash_at + 3))
        live.run([[item] for item in (*LOG, end)])
        assert live.alerts == told


def test_it_is_written_in_the_scope_it_was_told_in() -> None:
    machine, estate, out = Machine(rule_set([RULE])), new_estate("e"), Output()
    for item in LOG[:2]:
        machine.event(estate, item, out)
    assert set(estate.take_dirty()) == {"credential|card-1", "pair|near|d1"}
