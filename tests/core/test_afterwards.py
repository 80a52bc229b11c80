"""What only the late events make: no more, no less, and told once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.core.afterwards import Log, found_afterwards
from processors.core.replay import replay
from processors.rules.catalogue import shipped_rules
from schemas.events import Event
from tests.core.live import Live
from tests.core.make import config, event

RULES = shipped_rules()
HOUR_S = 3600.0


def ticks(until_s: float, every_s: float = 60) -> list[Event]:
    count = int(until_s / every_s) + 1
    return [event("clock.ticked", n * every_s, "e", gateway="g") for n in range(count)]


def settled(at_s: float, unlock_s: float = 1) -> Event:
    """A configuration of which the rest of the log knows."""
    places = [{"id": "d1", "kind": "door", "name": {"zh": "门", "en": "Door"}}]
    known = config(rules={"door_held": {"unlock_s": unlock_s, "hold_s": 1}}, places=places)
    told = {"hash": known.digest, "config": known.model_dump(mode="json")}
    return event("config.activated", at_s, "e", gateway="g", **told)


def replayed(word: str, at_s: float, heard_s: float) -> Event:
    at = event(word, heard_s).data.received_at
    return event(word, at_s, replayed=True, received_at=at)


def names(log: Log) -> list[tuple[str, str]]:
    return [(alert.rule, alert.place) for alert in found_afterwards(log, RULES)]


def test_a_backlog_tells_what_happened_then_and_rings_nobody() -> None:
    late = (replayed("access.duress", 600, HOUR_S), replayed("door.forced", 700, HOUR_S))
    events = (*ticks(HOUR_S), *late)

    found = found_afterwards(Log(events, late), RULES)

    assert [(a.rule, a.delivery, a.found_afterwards) for a in found] == [
        ("duress", "list", True), ("door_forced", "list", True),
    ]  # fmt: skip


def test_what_came_in_time_is_not_told_again() -> None:
    forced, late = event("door.forced", 100), replayed("door.closed", 500, HOUR_S)
    events = (*ticks(HOUR_S), forced, late)

    assert names(Log(events, (late,))) == []


def test_what_was_told_before_is_not_told_again() -> None:
    late = (replayed("access.duress", 600, HOUR_S),)
    events = (*ticks(HOUR_S), *late)
    told = {alert.id for alert in found_afterwards(Log(events, late), RULES)}

    assert len(told) == 1
    assert names(Log(events, late, told)) == []


def test_a_reading_heard_in_time_and_again_long_after_is_not_late() -> None:
    forced = event("door.forced", 100)
    again = (event("door.forced", 100, received_at=forced.data.received_at + 3_600_000),)

    assert names(Log((forced, *ticks(HOUR_S), *again), again)) == []
    assert names(Log((forced, *ticks(HOUR_S), forced), (forced,))) == []


def test_before_its_first_announcement_an_estate_was_as_that_says() -> None:
    late = (replayed("door.opened", 600, HOUR_S), replayed("access.granted", 599, HOUR_S))
    events = (*ticks(HOUR_S), *late)
    quick, slow = settled(HOUR_S - 10), settled(HOUR_S - 10, unlock_s=7200)

    assert ("door_held", "d1") in names(Log((*events, quick), late))
    assert ("door_held", "d1") not in names(Log((*events, slow), late))


WORDS = ("access.granted", "door.opened", "door.closed", "door.forced", "access.duress")


@st.composite
def days(draw: st.DrawFn) -> list[tuple[float, Event]]:
    """What one door says in ten minutes, with the second in which each is heard."""
    found = [(tick.at / 1000, tick) for tick in ticks(1_200, every_s=5)]
    start = found[0][0]
    for number in range(draw(st.integers(1, 25))):
        at = draw(st.integers(0, 600))
        late = draw(st.sampled_from((0, 0, 0, 1, 30, 400)))
        one = event(draw(st.sampled_from(WORDS)), at, sequence=number, id=f"n{number}")
        found.append((start + at + late, one))
    return sorted(found, key=lambda heard: (heard[0], heard[1].id))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days())
def test_live_and_afterwards_together_tell_what_the_whole_log_holds(
    day: list[tuple[float, Event]],
) -> None:
    heard = [event for _, event in day]
    live = Live(RULES)
    live.run([[event] for event in heard])

    found = found_afterwards(Log(tuple(heard), tuple(live.late), set(live.alerts)), RULES)

    whole = set(replay(heard, RULES).alerts)
    assert {alert.id for alert in found}.isdisjoint(live.alerts)
    assert whole <= set(live.alerts) | {alert.id for alert in found}
    assert {alert.id for alert in found} <= whole
    if not live.late:
        assert found == []
