"""A device that is heard is not lost, whatever its own clock says."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.core.afterwards import Log, found_afterwards
from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.events import Event, order_key
from tests.core.live import Live, crashes
from tests.core.make import T0, config, event

BEAT_S = 60
LOST_AFTER_S = 3.1 * BEAT_S
RULES = rule_set(rule for rule in shipped_rules().rules if rule.id == "device_lost")


@dataclass(frozen=True)
class Heard:
    """An event, and the second of its arrival."""

    at_s: float
    event: Event


def site() -> Heard:
    places = [{"id": "d1", "kind": "door", "name": {"zh": "门", "en": "Door"}}]
    reader = {"id": "d1-r", "name": {"zh": "读卡器", "en": "Reader"}, "place": "d1",
              "kind": "reader", "heartbeat_s": BEAT_S}  # fmt: skip
    known = config(places=places, devices=[reader])
    told = {"hash": known.digest, "config": known.model_dump(mode="json")}
    return Heard(-10, event("config.activated", -10, "e", gateway="g", **told))


def ticks(until_s: float, every_s: int = 1) -> list[Heard]:
    seconds = range(0, int(until_s) + 1, every_s)
    return [Heard(s, event("clock.ticked", s, "e", gateway="g")) for s in seconds]


def said(heard_s: float, behind_s: float = 0, word: str = "device.heartbeat", **more: Any) -> Heard:
    received_at = T0 + round(heard_s * 1000)
    known: dict[str, Any] = {"gateway": "g", "time_from": "device", "received_at": received_at}
    return Heard(heard_s, event(word, heard_s - behind_s, id=f"{word}{heard_s}", **known, **more))


def beats(until_s: float, behind_s: float, from_s: float) -> list[Heard]:
    """A heartbeat a minute; from a second on its clock is so far behind."""
    seconds = range(0, int(until_s) + 1, BEAT_S)
    return [said(s + 0.5, behind_s if s >= from_s else 0) for s in seconds]


def by_arrival(*found: Heard) -> list[Event]:
    return [one.event for one in sorted(found, key=lambda one: one.at_s)]


def live(log: list[Event], batch: int = 1, crash_at: frozenset[int] = frozenset()) -> Live:
    worker = Live(RULES, crash_at=crash_at)
    worker.run([[one] for one in log], batch)
    return worker


def opened_s(alerts: dict[str, Alert]) -> list[float]:
    return sorted((alert.opened_at - T0) / 1000 for alert in alerts.values())


@pytest.mark.parametrize("behind_s", [5, 120, 3600, 86_400])
def test_a_clock_that_falls_behind_is_no_silence(behind_s: float) -> None:
    log = by_arrival(site(), *ticks(1_200), *beats(1_200, behind_s, from_s=300))
    worker = live(log)

    assert worker.alerts == {}
    assert [one.type for one in worker.late] == ["device.heartbeat"] * 16, "filed as late as ever"
    assert replay(log, RULES).alerts == {}


def test_it_is_lost_when_it_is_heard_no_more() -> None:
    log = by_arrival(site(), *ticks(1_200), *beats(600, 120, from_s=300))

    assert opened_s(live(log).alerts) == [600.5 + LOST_AFTER_S]
    assert live(log).alerts == replay(log, RULES).alerts


def test_a_late_reading_ends_a_loss_when_it_is_heard() -> None:
    log = by_arrival(site(), *ticks(1_000), said(0), said(900, behind_s=120, word="door.opened"))
    (alert,) = live(log).alerts.values()

    assert ((alert.opened_at - T0) / 1000, (alert.cleared_at or 0) - T0) == (186, 900_000)


@pytest.mark.parametrize(
    "more",
    [said(300.5, 120, replayed=True), said(300.5, 120, retained=True),
     said(300.5, 120, word="device.offline")],
)  # fmt: skip
def test_what_was_kept_and_a_last_will_prove_nothing(more: Heard) -> None:
    assert opened_s(live(by_arrival(site(), *ticks(600), said(0.5), more)).alerts) == [186.5]


def test_what_a_broker_kept_counts_for_its_own_time() -> None:
    """No tick passed it, so it is in time, and its device may be dead since."""
    there = [said(s + 0.5) for s in range(0, 241, BEAT_S)]
    kept = [said(1_200 + n / 10, behind_s=900 - n * BEAT_S) for n in range(3)]
    log = by_arrival(
        site(), *ticks(245), *there, *kept, *(t for t in ticks(1_400) if t.at_s > 1_201)
    )
    worker = live(log)

    assert worker.late == []
    assert opened_s(worker.alerts) == [420.2 + LOST_AFTER_S]
    assert worker.alerts == replay(log, RULES).alerts


def test_nothing_of_it_is_found_afterwards() -> None:
    log = by_arrival(site(), *ticks(1_200), *beats(600, 120, from_s=300))
    worker = live(log)

    told = set(worker.alerts)
    assert len(told) == 1
    assert found_afterwards(Log(tuple(log), tuple(worker.late)), RULES) == []


def test_what_waits_for_its_turn_survives_a_crash_at_any_write() -> None:
    around = [tick for tick in ticks(66) if tick.at_s > 55]
    end = Heard(400, event("clock.ticked", 400, "e", gateway="g"))
    log = by_arrival(site(), said(0.5), *around, said(60.5, behind_s=120), end)

    for write in range(1, live(log).writes + 1):
        again = live(log, crash_at=frozenset((write,)))
        assert opened_s(again.alerts) == [60.5 + LOST_AFTER_S], f"died before write {write}"


@st.composite
def weeks(draw: st.DrawFn) -> list[Event]:
    """A device whose clock jumps back now and then, and that may die; what is heard of it arrives
    up to the lateness after it was received.
    """
    dies_s, behind_s, found = draw(st.integers(60, 900)), 0.0, [site(), *ticks(1_300, every_s=5)]
    for second in range(0, dies_s, BEAT_S):
        if draw(st.integers(0, 3)) == 0:
            behind_s = draw(st.sampled_from((0, 10, 121, 700)))
        heard_s = second + draw(st.sampled_from((0.25, 0.5, 2.75)))
        one = said(heard_s, behind_s).event
        found.append(Heard(heard_s + draw(st.sampled_from((0, 0.6, 1.9))), one))
        if draw(st.booleans()):
            found.append(Heard(heard_s + draw(st.sampled_from((0, 1.1, 1.9))), one))
    return by_arrival(*found)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(log=weeks(), batch=st.integers(1, 5), crash_at=crashes(300))
def test_it_is_lost_once_by_when_it_was_heard_last(
    log: list[Event], batch: int, crash_at: frozenset[int]
) -> None:
    worker = live(log, batch, crash_at)
    last = max(one.data.received_at for one in log if one.type == "device.heartbeat")

    assert opened_s(worker.alerts) == [(last - T0) / 1000 + LOST_AFTER_S]
    assert worker.alerts == replay(log, RULES).alerts
    assert worker.alerts == replay(sorted(log, key=order_key), RULES).alerts
