"""What a device itself calls old: judged by the back-test alone, a backlog and no wrong clock."""

from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import SHIPPED, load
from schemas.alerts import Alert
from schemas.events import Event
from tests.core.make import T0, event

HOUR_MS = 3_600_000


def told(rule: str, *log: Event) -> list[Alert]:
    """The alerts of a rule by a log, by opening time."""
    rules = rule_set([load(SHIPPED / rule)])
    out = replay(log, rules, until=T0 + HOUR_MS)
    return sorted(out.alerts.values(), key=lambda alert: alert.opened_at)


def old(at_s: float, *, replayed: bool) -> Event:
    heard = T0 + HOUR_MS
    return event("door.opened", at_s, time_from="device", received_at=heard, replayed=replayed)


def test_what_a_device_calls_old_is_a_backlog_at_once() -> None:
    (alert,) = told("backlog", old(0, replayed=True))
    assert alert.opened_at == T0
    assert alert.found_afterwards
    assert told("backlog", old(0, replayed=False)) == []


def test_what_a_device_calls_old_measures_no_clock() -> None:
    def wrong(at_s: float, *, replayed: bool) -> Event:
        return event(
            "door.opened", at_s, time_from="device", corrected_ms=40_000, replayed=replayed
        )

    assert told("clock_skew", wrong(0, replayed=True)) == []
    assert len(told("clock_skew", wrong(0, replayed=False))) == 1
