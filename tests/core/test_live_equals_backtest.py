"""The property everything rests on: the same log gives the same alerts, live or by back-test.

Whatever the order of arrival within the lateness, doubled, on 1, 4 or 12 partitions, in batches of
any size, across a crash between any two writes, a pause of ingest, and a switch of configuration.
"""

from collections import defaultdict
from dataclasses import dataclass
from zlib import crc32

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.alerts import Alert
from schemas.base import Words
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig
from tests.core.live import Live, crashes

START = 1_772_323_200_000
LATENESS_MS = 2_000
RULES = rule_set(
    load(folder) for folder in rule_folders() if folder.name in ("door_held", "door_forced")
)
ESTATES = ("east", "west", "north")
WORDS = (
    "access.granted", "access.denied", "exit.requested", "door.opened", "door.opened",
    "door.opened", "door.closed", "door.held", "door.forced",
)  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """An event and when it reaches the gateway."""

    at: int
    event: Event

    def __repr__(self) -> str:
        """Short, since hypothesis prints many."""
        e = self.event
        return f"({self.at - START} {e.estate} {e.type} {e.data.place} {e.time - START})"


def reading(estate: str, word: str, door: str, at: int, number: int) -> Event:
    data = {"device": f"{door}-reader", "place": door, "received_at": at, "gateway": "g",
            "time_from": "device" if number % 2 else "received"}  # fmt: skip
    return make_event(
        word, id=event_id(estate, word, door, at, number), source=f"/{estate}/{door}-reader",
        time=at, data=data,
    )  # fmt: skip


def tick(estate: str, at: int) -> Event:
    data = {"device": "g", "place": estate, "received_at": at, "gateway": "g"}
    return make_event("clock.ticked", id=event_id(estate, "tick", at), source=f"/{estate}/g",
                      time=at, data=data)  # fmt: skip


def configuration(estate: str, at: int, hold_s: int) -> Event:
    config = EstateConfig(
        estate=estate, name=Words(zh=estate, en=estate), rules={"door_held": {"hold_s": hold_s}}
    )
    data = {"device": "g", "place": estate, "received_at": at, "gateway": "g",
            "hash": config.digest, "config": config.model_dump(mode="json")}  # fmt: skip
    return make_event("config.activated", id=event_id(estate, "config", at),
                      source=f"/{estate}/g", time=at, data=data)  # fmt: skip


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """What three estates say in five minutes, in the order in which it reaches the gateway."""
    count = draw(st.integers(1, 40))
    found: list[Arrival] = []
    for number in range(count):
        at = START + 500 * draw(st.integers(0, 600))
        estate, word = draw(st.sampled_from(ESTATES)), draw(st.sampled_from(WORDS))
        event = reading(estate, word, draw(st.sampled_from(("d1", "d2"))), at, number)
        found.append(Arrival(at + draw(st.integers(0, LATENESS_MS)), event))
        if draw(st.booleans()):
            found.append(Arrival(at + draw(st.integers(0, LATENESS_MS)), event))
    for estate in ESTATES:
        found.append(Arrival(START - 1000, configuration(estate, START - 1000, 30)))
        switch = START + 1000 * draw(st.integers(1, 300))
        found.append(Arrival(switch, configuration(estate, switch, draw(st.integers(5, 60)))))
        found.extend(Arrival(at, tick(estate, at)) for at in range(START, START + 420_000, 20_000))
    return sorted(found, key=lambda arrival: arrival.at)


def paused(found: list[Arrival], start_s: int, length_s: int) -> list[Arrival]:
    """The same with ingest away for a while: the broker keeps what comes, in order; no ticks."""
    start, end = START + start_s * 1000, START + (start_s + length_s) * 1000
    kept = []
    for arrival in found:
        if not start <= arrival.at < end:
            kept.append(arrival)
        elif arrival.event.type != "clock.ticked":
            kept.append(Arrival(end, _received(arrival.event, end)))
    return kept


def _received(event: Event, at: int) -> Event:
    return event.model_copy(update={"data": event.data.model_copy(update={"received_at": at})})


def run_live(found: list[Arrival], partitions: int, sizes: list[int], batch: int,
             crash_at: frozenset[int]) -> dict[str, Alert]:  # fmt: skip
    """All alerts of the live path over that many partitions."""
    logs: dict[int, list[Event]] = defaultdict(list)
    for arrival in found:
        logs[crc32(arrival.event.estate.encode()) % partitions].append(arrival.event)
    alerts: dict[str, Alert] = {}
    for log in logs.values():
        live = Live(RULES, crash_at=crash_at)
        live.run(records(log, sizes), batch)
        assert live.late == []
        alerts |= live.alerts
    return alerts


def records(events: list[Event], sizes: list[int]) -> list[list[Event]]:
    """The events as records of the given sizes, again and again."""
    packed, at, turn = [], 0, 0
    while at < len(events):
        size = sizes[turn % len(sizes)]
        packed.append(events[at : at + size])
        at, turn = at + size, turn + 1
    return packed


END = START + 400_000 - LATENESS_MS


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    found=arrivals(),
    partitions=st.sampled_from((1, 4, 12)),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    batch=st.integers(1, 5),
    crash_at=crashes(40),
    pause=st.tuples(st.integers(0, 300), st.integers(0, 60)),
)
def test_live_equals_backtest(  # noqa: PLR0913
    found: list[Arrival],
    partitions: int,
    sizes: list[int],
    batch: int,
    crash_at: frozenset[int],
    pause: tuple[int, int],
) -> None:
    expected = replay((arrival.event for arrival in found), RULES, until=END).alerts
    alerts = run_live(paused(found, *pause), partitions, sizes, batch, crash_at)
    assert {k: a.model_dump_json() for k, a in alerts.items()} == {
        k: a.model_dump_json() for k, a in expected.items()
    }


def session_lost(estate: str, at: int, remembered: int) -> Arrival:
    """A gateway tells what it may have missed, by the last tick that it remembers."""
    data = {"device": "g", "place": estate, "received_at": at, "gateway": "g",
            "gap_from": remembered, "gap_until": at}  # fmt: skip
    told = make_event("clock.ticked", id=event_id(estate, "gap", at), source=f"/{estate}/g",
                      time=at, data=data)  # fmt: skip
    return Arrival(at, told)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    found=arrivals(),
    losses=st.lists(
        st.tuples(st.sampled_from(ESTATES), st.integers(1, 390), st.integers(0, 120)), min_size=1,
        max_size=4,
    ),
    batch=st.integers(1, 5),
    crash_at=crashes(40),
)  # fmt: skip
def test_a_lost_session_counts_alike(
    found: list[Arrival],
    losses: list[tuple[str, int, int]],
    batch: int,
    crash_at: frozenset[int],
) -> None:
    """However old the tick that the gateway remembers: what was judged before it told stands."""
    gaps = [session_lost(e, START + at * 1000, START + (at - age) * 1000) for e, at, age in losses]
    came = sorted([*found, *gaps], key=lambda arrival: arrival.at)
    heard = [Arrival(arrival.at, _received(arrival.event, arrival.at)) for arrival in came]
    expected = replay((arrival.event for arrival in heard), RULES, until=END).alerts
    alerts = run_live(heard, 1, [1], batch, crash_at)
    assert {k: a.model_dump_json() for k, a in alerts.items()} == {
        k: a.model_dump_json() for k, a in expected.items()
    }


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(found=arrivals(), seed=st.randoms(use_true_random=False))
def test_a_backtest_does_not_care_for_order_or_repetition(found: list[Arrival], seed) -> None:  # type: ignore[no-untyped-def]
    events = [arrival.event for arrival in found]
    once = replay(events, RULES, until=END).alerts
    doubled = events + events
    seed.shuffle(doubled)
    assert replay(doubled, RULES, until=END).alerts == once


def test_the_property_can_fail() -> None:
    """Beyond the lateness the live path must differ: it cannot know what has not come yet."""
    opened = reading("east", "door.opened", "d1", START + 10_000, 1)
    exit_ = reading("east", "exit.requested", "d1", START + 11_000, 2)
    log = [tick("east", START), opened, tick("east", START + 20_000), exit_]
    live = Live(RULES)
    live.run([[event] for event in log])
    assert [event.id for event in live.late] == [exit_.id]
    assert {a.rule for a in live.alerts.values()} == {"door_forced"}
    assert replay(log, RULES, until=START + 18_000).alerts == {}
