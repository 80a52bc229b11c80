"""The back-test: the same machine over a whole log, sorted once instead of reordered live.

Because the live path releases events in exactly this order, the same log gives the same alerts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from processors.core.estate import Estate, new_estate
from processors.core.gaps import gaps_of
from processors.core.hearing import Hearings
from processors.core.machine import Machine, Output
from processors.core.partition import Partition, holds
from processors.core.rule import RuleSet
from schemas.alerts import Alert
from schemas.event_data import ConfigActivated
from schemas.events import Event, order_key
from schemas.place import EstateConfig


def replay(
    events: Iterable[Event],
    rules: RuleSet,
    configs: Mapping[str, EstateConfig] | None = None,
    until: int | None = None,
) -> Output:
    """What a log would have raised, each alert in its last revision.

    `until` is where time stops (ms): events and deadlines before it count. Without it time stops
    at the last event, so that nothing is concluded from what the log does not cover.
    """
    machine, out, estates = Machine(rules), Output(), _Estates(configs or {})
    hearings: dict[str, Hearings] = defaultdict(Hearings)
    log = [event for event in events if until is None or event.at < until]
    for name, gap in gaps_of(log, configs or {}):
        estates[name].note_gap(gap)
    log = in_order(log)
    of = [estates[event.estate] for event in log]
    for estate, event in zip(of, log, strict=True):
        hearings[estate.id].follow(estate, event)
        step(machine, estate, event, out)
    for _, estate in sorted(estates.items()):
        end = until if until is not None else estate.order.watermark
        hearings[estate.id].tell_before(estate, end)
        machine.fire(estate, end, out)
    return out


class _Estates(dict[str, Estate]):
    """The estates of a log, each made when it is first met."""

    def __init__(self, configs: Mapping[str, EstateConfig]) -> None:
        super().__init__()
        self._configs = configs

    def __missing__(self, name: str) -> Estate:
        found = self[name] = new_estate(name, self._configs.get(name))
        return found


@dataclass(slots=True)
class Run:
    """One estate judged event by event, for logs too long to be held; gaps are noted before."""

    machine: Machine
    estate: Estate
    _out: Output = field(default_factory=Output)

    def take(self, event: Event) -> None:
        """The next event in order."""
        step(self.machine, self.estate, event, self._out)

    def tick(self, at: int) -> None:
        """What a plain tick does: time goes on, and what is told from now on is no old news."""
        self.machine.fire(self.estate, at, self._out)
        self.estate.order.watermark = max(self.estate.order.watermark, at)
        self.estate.behind = False

    def end(self) -> None:
        """No more comes: time stops at the last event."""
        self.machine.fire(self.estate, self.estate.order.watermark, self._out)

    def parted(self) -> "Run":
        """Another run, which goes on from here by itself as after a restart."""
        mine = self.estate
        mine.dirty.update(mine.records)
        here = Partition(0, self.machine, estates={mine.id: mine})
        there = Partition(0, self.machine, {mine.id: mine.config})
        there.restore(here.checkpoint().commit, {})
        return Run(self.machine, there.estates[mine.id])

    def told(self) -> Iterable[Alert]:
        """The alerts that came or changed since it was asked last; all else is let go."""
        if not (self._out.alerts or self._out.near_misses or self._out.refused):
            return ()
        out, self._out = self._out, Output()
        return out.alerts.values()

    def let_go(self) -> None:
        """Of scopes that nothing is remembered of, as the live path does at each checkpoint."""
        estate = self.estate
        for scope in estate.dirty:
            if (record := estate.records.get(scope)) is not None and record.empty:
                del estate.records[scope]
        estate.dirty.clear()


def step(machine: Machine, estate: Estate, event: Event, out: Output) -> None:
    """One event of a sorted log: the deadlines before it, then the event itself."""
    if isinstance(event.data, ConfigActivated) and not holds(event, machine.rules, out):
        return
    machine.fire(estate, event.at, out)
    estate.order.watermark = max(estate.order.watermark, event.at)
    machine.event(estate, event, out, at_once=True)
    machine.event(estate, event, out)


def in_order(events: Iterable[Event]) -> list[Event]:
    """The events once each, in the order the live path releases them."""
    unique = {(event.estate, event.id): event for event in events}
    return sorted(unique.values(), key=order_key)


def alerts_in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Alerts as `backtest` prints them: by opening time, then id."""
    return sorted(alerts, key=lambda alert: (alert.opened_at, alert.id))
