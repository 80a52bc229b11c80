"""What only the late events make: no more, no less, and told once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.core.afterwards import Hearings, Log, found_afterwards
from processors.core.estate import new_estate
from processors.core.kept import BLOCK_EVENTS
from processors.core.machine import Machine
from processors.core.replay import Run, alerts_in_order, replay
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
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


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
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


def by_whole_replays(heard: list[Event], late: list[Event]) -> list[Alert]:
    """The same by two back-tests over every event and every tick, all in memory."""
    known = {event.id for event in late}
    in_time = {mark for mark in map(hearing, heard) if mark not in set(map(hearing, late))}
    never = known - {name for name, _ in in_time}
    first: dict[str, Event] = {}
    for one in heard:
        first.setdefault(one.id, one)
    before = replay([e for e in first.values() if e.id not in never], RULES).alerts
    after = replay(first.values(), RULES).alerts
    return [
        alert.model_copy(update={
            "found_afterwards": True,
            "delivery": "list" if alert.delivery == "push" else alert.delivery,
        })
        for alert in alerts_in_order(after.values()) if alert.id not in before
    ]  # fmt: skip


def hearing(event: Event) -> tuple[str, int]:
    return event.id, event.data.received_at


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(days(), st.integers(1, 4))
def test_without_plain_ticks_and_packed_it_is_the_same_to_the_letter(
    day: list[tuple[float, Event]], every: int
) -> None:
    heard = [event for _, event in day]
    told = [event for event in heard if event.type != "clock.ticked"][::every]
    late = [replayed(one.type, (one.at - heard[0].at) / 1000 + 7, HOUR_S) for one in told]
    log = [*heard, *late]

    assert found_afterwards(Log(log, late), RULES) == by_whole_replays(log, late)


def test_the_time_of_a_tick_does_all_that_the_tick_does() -> None:
    """Time goes on, deadlines fire, and what is told from then on is no old news."""
    told, times = (Run(Machine(RULES), new_estate("e", config())) for _ in range(2))
    tick = event("clock.ticked", 5000, "e", gateway="g")
    for run in (told, times):
        run.take(event("door.opened", 600))
        run.take(replayed("access.denied", 601, HOUR_S))
        assert run.estate.behind
    told.take(tick)
    times.tick(tick.at)

    assert told.estate.behind is times.estate.behind is False
    assert told.estate.order.watermark == times.estate.order.watermark == tick.at
    assert told.estate.records == times.estate.records
    alerts = list(told.told())
    assert list(times.told()) == alerts
    assert "door_held" in [alert.rule for alert in alerts]


def test_a_log_too_long_is_judged_from_where_it_is_whole() -> None:
    hearings = Hearings(most=2 * BLOCK_EVENTS)
    early, late = (replayed("access.duress", at, HOUR_S) for at in (10, 3000))
    for one in (early, late):
        hearings.late(one)
    for number in range(6 * BLOCK_EVENTS):
        hearings.heard(event("access.granted", number * 4, sequence=number))
    for one in (early, late):
        hearings.heard(one)

    judged = hearings.judge(RULES)

    assert [(alert.rule, alert.opened_at) for alert in judged.alerts] == [("duress", late.at)]
    assert judged.left_out == 1
    assert judged.whole_from is not None
    assert early.at < judged.whole_from < late.at
    assert hearings.held <= 3 * BLOCK_EVENTS


def test_more_late_events_than_can_be_held_are_counted() -> None:
    hearings = Hearings(most=BLOCK_EVENTS)
    many = [replayed("access.duress", number, HOUR_S) for number in range(5 * BLOCK_EVENTS)]
    for one in many:
        hearings.late(one)
    for one in many:
        hearings.heard(one)

    judged = hearings.judge(RULES)

    assert judged.left_out >= 3 * BLOCK_EVENTS
    assert judged.left_out + len(judged.alerts) == len(many)


def test_a_cut_log_goes_by_what_was_announced_last_before_it() -> None:
    hearings = Hearings(most=BLOCK_EVENTS)
    late = [replayed("access.granted", 3500, HOUR_S), replayed("door.opened", 3501, HOUR_S)]
    for one in late:
        hearings.late(one)
    heard = [event("access.granted", n * 5, "d2", sequence=n) for n in range(5 * BLOCK_EVENTS)]
    heard[3:3] = [settled(1, unlock_s=7200), settled(12, unlock_s=1)]
    for one in (*heard, *late, *ticks(HOUR_S)):
        hearings.heard(one)

    judged = hearings.judge(RULES)

    assert judged.whole_from is not None
    assert ("door_held", "d1") in [(alert.rule, alert.place) for alert in judged.alerts]


def test_ticks_are_not_held_as_events() -> None:
    hearings = Hearings()
    for one in ticks(HOUR_S, every_s=1):
        hearings.heard(one)
    hearings.heard(event("clock.ticked", 5, "e", gateway="g", gap_until=event("door.opened", 9).at))
    assert hearings.held == 1
