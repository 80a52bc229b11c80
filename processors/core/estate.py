"""The state of one estate in memory: scopes, deadlines, open alerts, gaps in the input.

Everything that must survive a restart has a JSON form (`ScopeRecord`, `Partition.checkpoint`).
Records loaded from the log stay as bytes until a rule touches their scope.
"""

import heapq
from dataclasses import dataclass, field
from typing import Any

import orjson

from processors.core.effects import Heard
from processors.core.gaps import Gap
from processors.core.incidents import Strand
from processors.core.outages import OUTAGES_SCOPE, Outages
from processors.core.records import (
    UNREADABLE,
    Due,
    ScopeRecord,
    Unreadable,
    dues_of,
    fault_of,
    load_record,
)
from processors.core.register import REGISTER_SCOPE, Register
from processors.core.reorder import Reorder
from processors.core.rule import RuleSet
from schemas.base import Words
from schemas.event_data import ConfigActivated
from schemas.events import Event, order_key
from schemas.place import EstateConfig

GAPS_MAX = 1000
TIDY_MIN = 64
"""Deadlines below which nobody looks for those that hold no more (own)."""
CONFIG_SCOPE = "config|"
"""Where the estate's configuration stands among its scopes' records."""
OrderKey = tuple[int, int, int, str]
DeadlineName = tuple[str, str]
"""(rule, name)."""
RouteName = tuple[bool, str, str, str]
"""(at once, type of event, device, place)."""


@dataclass(slots=True)
class Estate:
    """One estate. `dirty` names the scopes changed since the last checkpoint.

    `rules` are those of its configuration, None while nobody has asked for them.
    `open_alerts` holds what may be a cause for others: alerts that are open, or were cleared so
    recently that they may go on; who was silenced by them gets as long to speak up.
    `params` and `routes` are worked out of the configuration, and again after each change of it.
    `deadlines` is a heap. One that was put off stands in it by its first time until that has come:
    most are put off again and again, and few are ever due. One that was cancelled stays as well;
    above `deadlines_max` the heap is made anew of those that hold.
    `unreadable` is what stood in its records and could not be read, until somebody is told.
    `heard` is a heap of hearings that wait for their turn (core/hearing.py).
    """

    id: str
    config: EstateConfig
    order: Reorder
    records: dict[str, ScopeRecord] = field(default_factory=dict)
    unread: dict[str, bytes] = field(default_factory=dict)
    deadlines: list[Due] = field(default_factory=list)
    deadlines_max: int = TIDY_MIN
    heard: list[Heard] = field(default_factory=list)
    open_alerts: set[DeadlineName] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    strands: tuple[Strand, ...] = ()
    behind: bool = False
    register: Register = field(default_factory=Register)
    outages: Outages = field(default_factory=Outages)
    dirty: set[str] = field(default_factory=set)
    params: dict[tuple[str, str], Any] = field(default_factory=dict)
    announced: list[tuple[OrderKey, EstateConfig]] = field(default_factory=list)
    rules: RuleSet | None = None
    routes: dict[RouteName, Any] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def record(self, scope: str) -> ScopeRecord:
        """The record of a scope, read from its bytes on first touch, fresh if there is none."""
        found = self.records.get(scope)
        if found is None:
            raw = self.unread.pop(scope, None)
            found = self._read(scope, raw) if raw else ScopeRecord(scope)
            self.records[scope] = found
        return found

    def found(self, scope: str) -> ScopeRecord | None:
        """The record of a scope, or None where nothing is remembered of it."""
        record = self.records.get(scope)
        return self.record(scope) if record is None and scope in self.unread else record

    def knows_nothing(self, scope: str, rule: str) -> bool:
        """Whether a rule has no state of a scope."""
        record = self.found(scope)
        return record is None or rule not in record.rules

    def _read(self, scope: str, raw: bytes) -> ScopeRecord:
        assert self.rules is not None, "the machine sets them before it steps"
        try:
            record, faults = load_record(scope, raw, self.rules)
        except UNREADABLE as error:
            record, faults = ScopeRecord(scope), (fault_of(error),)
        if faults:
            self._set_aside(scope, raw, "; ".join(faults))
            self.dirty.add(scope)
        return record

    def _set_aside(self, scope: str, raw: bytes, fault: str) -> None:
        self.unreadable.append(Unreadable(f"scope|{self.id}|{scope}", fault, raw))

    def push(self, due: Due) -> None:
        """See to it that a deadline is looked at when its time has come."""
        heapq.heappush(self.deadlines, due)
        if len(self.deadlines) > self.deadlines_max:
            self._tidy()

    def _tidy(self) -> None:
        asleep = {due for due in self.deadlines if due.scope in self.unread}
        awake = (due for record in self.records.values() for due in record.deadlines)
        self.deadlines[:] = [*asleep, *awake]
        heapq.heapify(self.deadlines)
        self.deadlines_max = max(TIDY_MIN, len(self.deadlines) * 5 // 4)

    def adopt(self, scope: str, raw: bytes) -> None:
        """Take over a scope's bytes; its deadlines and open alerts count at once.

        What cannot be read is set aside, and the scope begins afresh.
        """
        try:
            self._adopt(scope, raw)
        except UNREADABLE as error:
            self._set_aside(scope, raw, fault_of(error))
            self._begin_afresh(scope)

    def _begin_afresh(self, scope: str) -> None:
        """The record goes with the next checkpoint; a configuration when it is announced again."""
        if scope.startswith(REGISTER_SCOPE):
            self.register.dirty.add(scope.removeprefix(REGISTER_SCOPE))
        elif scope.startswith(OUTAGES_SCOPE):
            self.outages.dirty.add(scope.removeprefix(OUTAGES_SCOPE))
        elif scope != CONFIG_SCOPE:
            self.records[scope] = ScopeRecord(scope)
            self.dirty.add(scope)

    def _adopt(self, scope: str, raw: bytes) -> None:
        if scope == CONFIG_SCOPE:
            self.use(EstateConfig.model_validate_json(raw))
            self.rules = None
            return
        if scope.startswith(REGISTER_SCOPE):
            self.register.adopt(scope, raw)
            return
        if scope.startswith(OUTAGES_SCOPE):
            self.outages.adopt(scope, raw)
            return
        plain = orjson.loads(raw)
        dues = dues_of(scope, plain)
        self.open_alerts.update([(alert["rule"], alert["key"]) for alert in plain["a"]])
        self.unread[scope] = raw
        for due in dues:
            self.push(due)

    def take_dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call: bytes by scope, None for a scope that is gone."""
        changed = self.register.take_dirty() | self.outages.take_dirty()
        if CONFIG_SCOPE in self.dirty:
            self.dirty.discard(CONFIG_SCOPE)
            changed[CONFIG_SCOPE] = self.config.model_dump_json(exclude_defaults=True).encode()
        for scope in sorted(self.dirty):
            record = self.records[scope]
            changed[scope] = None if record.empty else record.dump()
            if record.empty:
                del self.records[scope]
        self.dirty.clear()
        return changed

    def use(self, config: EstateConfig) -> None:
        """Go by this configuration from now on."""
        self.config = config
        self.order.lateness_ms = config.lateness_ms
        self.params.clear()
        self.routes.clear()

    def announce(self, event: Event, data: ConfigActivated) -> None:
        """A configuration has arrived and waits for its turn; see `config_for`."""
        config = EstateConfig.model_validate(data.config)
        self.announced.append((order_key(event), config))

    def activate(self, event: Event, data: ConfigActivated) -> None:
        """A configuration's turn has come; the machine sees to the rules that it names."""
        self.use(EstateConfig.model_validate(data.config))
        self.dirty.add(CONFIG_SCOPE)
        key = order_key(event)
        self.announced = [waiting for waiting in self.announced if waiting[0] > key]

    def config_for(self, event: Event) -> EstateConfig:
        """The configuration of an event's own time, for rules that see it before its turn."""
        if not self.announced:
            return self.config
        key = order_key(event)
        due = [waiting for waiting in self.announced if waiting[0] <= key]
        return max(due, key=lambda waiting: waiting[0])[1] if due else self.config

    def note_gap(self, gap: Gap | None) -> None:
        """Remember a span in which input may be missing; see `core/gaps.py`."""
        if gap is not None and gap not in self.gaps:
            self.gaps = [*self.gaps[-GAPS_MAX + 1 :], gap]

    def complete(self, start: int, end: int) -> bool:
        """Whether all input of a span was there to be seen."""
        return not any(gap_start < end and start < gap_end for gap_start, gap_end in self.gaps)


def new_estate(name: str, config: EstateConfig | None = None) -> Estate:
    """An estate that nothing has happened to; without a configuration it goes by its id."""
    config = config or EstateConfig(estate=name, name=Words(zh=name, en=name))
    return Estate(name, config, Reorder(config.lateness_ms))
