"""What a log would have raised had everything in it come in time.

The live path sets aside what comes too late. Here the same log is judged twice, without those
events and with them: what only the second judgement knows was found afterwards. An alert that the
first knows as well was raised live, or will be; so neither a log that begins in the middle of
things nor one that is still being written makes a difference.
"""

from collections import Counter
from collections.abc import Container, Iterable
from typing import NamedTuple

from processors.core.replay import alerts_in_order, replay
from processors.core.rule import RuleSet
from schemas.alerts import Alert
from schemas.event_data import ConfigActivated
from schemas.events import Event, order_key
from schemas.place import EstateConfig

Mark = tuple[str, int]
"""One hearing of an event: its id and when it was received."""


class Log(NamedTuple):
    """One estate's events in the order they were written, and which of them came too late.

    `late` holds the same events once more; `known` the ids of alerts that have been told.
    """

    events: tuple[Event, ...]
    late: tuple[Event, ...]
    known: Container[str] = frozenset()


def found_afterwards(log: Log, rules: RuleSet) -> list[Alert]:
    """The alerts that only the late events make, by opening time; they ring nobody."""
    heard = _once((*log.events, *log.late))
    late = _late(log)
    configs = _first_configs(heard)
    before = replay([e for e in heard if e.id not in late], rules, configs).alerts
    after = replay(heard, rules, configs).alerts
    return [
        _as_found(alert)
        for alert in alerts_in_order(after.values())
        if alert.id not in before and alert.id not in log.known
    ]


def _once(events: Iterable[Event]) -> list[Event]:
    """Each event as it was first written: a second hearing of it changes nothing."""
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.id, event)
    return list(first.values())


def _late(log: Log) -> set[str]:
    """The events that were never judged in time.

    One that came in time and again long after is late only in its second hearing. Both may carry
    one time of receipt, so hearings are counted.
    """
    heard, late = Counter(map(_mark, log.events)), Counter(map(_mark, log.late))
    in_time = {mark[0] for mark, times in heard.items() if times > late[mark]}
    return {mark[0] for mark in late} - in_time


def _mark(event: Event) -> Mark:
    return event.id, event.data.received_at


def _first_configs(events: Iterable[Event]) -> dict[str, EstateConfig]:
    """Before the first announcement in the log an estate was as that announcement says."""
    first: dict[str, Event] = {}
    for event in sorted(events, key=order_key):
        if isinstance(event.data, ConfigActivated):
            first.setdefault(event.estate, event)
    return {
        name: EstateConfig.model_validate(event.data.config)
        for name, event in first.items()
        if isinstance(event.data, ConfigActivated)
    }


def _as_found(alert: Alert) -> Alert:
    delivery = "list" if alert.delivery == "push" else alert.delivery
    return alert.model_copy(update={"found_afterwards": True, "delivery": delivery})
