"""The register's join: whose card, which home, for how long known, and that a restart keeps it."""

from collections.abc import Iterable
from typing import Any

import pytest

from processors.core.effects import Effect
from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.register import KEEP_MS, NOTHING, Register
from processors.core.rule import NO_EFFECTS, Params, Rule, RuleFault, Scope, Situation, rule_set
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.make import T0, event
from tests.core.test_memory import Nothing

DAY_S = 86_400


def changed(at_s: float, record: str, **more: Any) -> Event:
    return event("register.changed", at_s, place="b1", record=record, **more)


def told(*events: Event) -> Register:
    register = Register()
    for one in events:
        assert isinstance(one.data, RegisterChanged)
        register.take(one, one.data)
    return register


def again(register: Register) -> Register:
    """The register after a restart."""
    new = Register()
    for key, raw in register.take_dirty().items():
        if raw is not None:
            new.adopt(key, raw)
    return new


CARD = changed(0, "credential", subject="c1", dwelling="h1", credential_class="tenant")


@pytest.mark.parametrize("restart", [False, True])
def test_a_card_belongs_to_its_home_until_long_after_its_end(restart: bool) -> None:
    register = told(CARD, changed(100, "credential", subject="c1", change="ended"))
    register = again(register) if restart else register
    end = T0 + 100_000
    held = register.holding("c1", end)
    assert held is not None
    assert (held.dwelling, held.credential_class, held.until) == ("h1", "tenant", end)
    assert held.holds(end - 1)
    assert not held.holds(end)
    assert register.holding("c1", end + KEEP_MS - 1) == held
    assert register.holding("c1", end + KEEP_MS) is None
    assert register.holding("c2", end) is None
    assert register.holding(None, end) is None


@pytest.mark.parametrize("restart", [False, True])
def test_what_is_no_longer_known_takes_no_room(restart: bool) -> None:
    register = told(changed(0, "pass", subject="c1", dwelling="h1", valid_to=T0 + 1000), CARD)
    register = told(changed(0, "pass", subject="c9", dwelling="h1", valid_to=T0 + 1000), CARD)
    register = again(register) if restart else register
    later = changed(31 * DAY_S, "dwelling", dwelling="h1", use="own", people=2)
    assert isinstance(later.data, RegisterChanged)
    register.take(later, later.data)
    assert set(register.holdings) == {"c1"}
    assert set(register.take_dirty()) >= {"register|h|c9", "register|d|h1"}


def test_a_prolonged_entry_stays() -> None:
    register = told(
        changed(0, "pass", subject="c1", valid_to=T0 + 1000),
        changed(1, "pass", subject="c1", valid_to=T0 + 90 * DAY_S * 1000),
        changed(40 * DAY_S, "permit", subject="p9"),
    )
    assert register.holding("c1", T0 + 60 * DAY_S * 1000) is not None


def test_an_end_ends_only_an_entry_of_its_kind() -> None:
    register = told(CARD, changed(5, "pass", subject="c1", change="ended"))
    held = register.holding("c1", T0 + 10_000)
    assert held is not None
    assert held.until is None


def test_a_plate_is_held_by_its_reference() -> None:
    plate = {"ref": "p1", "skeleton": "s1"}
    register = told(changed(0, "permit", holder=plate, subject="clear", stay_max_s=60))
    held = register.holding("p1", T0)
    assert held is not None
    assert held.stay_ms == 60_000
    assert register.holding("clear", T0) is None


def test_homes_come_and_go() -> None:
    register = told(changed(0, "dwelling", dwelling="h1", use="let", people=3))
    home = again(register).home("h1")
    assert home is not None
    assert (home.place, home.use, home.people, home.since) == ("b1", "let", 3, T0)
    gone = changed(5, "dwelling", dwelling="h1", change="ended")
    assert isinstance(gone.data, RegisterChanged)
    register.take(gone, gone.data)
    assert register.home("h1") is None
    assert register.take_dirty() == {"register|d|h1": None}


def test_records_without_a_card_or_home_are_nothing_to_join() -> None:
    consent = changed(0, "consent", dwelling="h1")
    register = told(consent, changed(0, "credential"), changed(0, "dwelling"))
    assert (register.holdings, register.homes, register.dirty) == ({}, {}, set())


def spy(seen: list[tuple[str, str, bool]], **more: Any) -> Rule:
    """A rule that notes its scope and whether it knows the card c1."""

    def step(now: Situation, state: Nothing, told: object) -> tuple[Nothing, tuple[Effect, ...]]:
        seen.append((now.scope.kind, now.scope.id, now.register.holding("c1", now.at) is not None))
        return state, NO_EFFECTS

    return Rule(
        id="spy", version="1", title=Words(zh="试", en="trial"),
        inputs=frozenset({"access.granted"}), params=Params, state=Nothing, step=step,
        severity="blue", handler="property", delivery="list",
        scopes=lambda event, config: (Scope("door", event.data.place),), **more,
    )  # fmt: skip


def home_of(event: Event, config: EstateConfig, register: Register) -> tuple[Scope, ...]:
    held = register.holding(event.subject, event.at)
    return (Scope("dwelling", held.dwelling),) if held and held.dwelling else ()


def run(rule: Rule, events: Iterable[Event]) -> None:
    machine, estate = Machine(rule_set([rule])), new_estate("e")
    for one in events:
        machine.event(estate, one, Output(), at_once=True)
        machine.event(estate, one, Output())


def test_a_joined_rule_is_told_at_the_home_of_the_card() -> None:
    seen: list[tuple[str, str, bool]] = []
    grant = event("access.granted", 10, subject="c1")
    run(spy(seen, joined=home_of), [CARD, grant, event("access.granted", 11, subject="c2")])
    assert seen == [("door", "d1", True), ("dwelling", "h1", True), ("door", "d1", True)]


def test_before_the_register_told_of_it_a_card_is_nobodys() -> None:
    seen: list[tuple[str, str, bool]] = []
    run(spy(seen, joined=home_of), [event("access.granted", 0, subject="c1"), CARD])
    assert seen == [("door", "d1", False)]


def test_a_rule_at_once_knows_nothing_of_the_register() -> None:
    """What it knows then would depend on the order of arrival."""
    seen: list[tuple[str, str, bool]] = []
    run(spy(seen, at_once=True), [CARD, event("access.granted", 10, subject="c1")])
    assert seen == [("door", "d1", False)]
    with pytest.raises(RuleFault, match="joined with the register"):
        rule_set([spy(seen, at_once=True, joined=home_of)])
    assert NOTHING.holdings == {}
