"""The state of one estate in memory: scopes, deadlines, open alerts, gaps in the input.

Records loaded from the log stay as bytes until a rule touches their scope, and go back to bytes
when nothing has changed them for `REST_MS`: alive in Python a record weighs five times as much.
"""

import heapq
from dataclasses import dataclass, field
from itertools import takewhile
from sys import intern
from typing import Any

import orjson

from processors.core.incidents import Strand
from processors.core.outages import OUTAGES_SCOPE, Outages
from processors.core.records import Afresh, DeadlineName, ScopeRecord, load_record
from processors.core.register import REGISTER_SCOPE, Register
from processors.core.reorder import Reorder
from processors.core.rule import RuleSet
from schemas.base import MS_PER_S, Words
from schemas.event_data import ClockTicked, ConfigActivated
from schemas.events import Event, order_key
from schemas.place import EstateConfig

GAPS_MAX = 1000
REST_MS = 10 * 60 * MS_PER_S
"""How long a record stays alive in memory after its last change. Any value gives the same alerts: a
shorter one costs reading, a longer one room (our judgement)."""
CONFIG_SCOPE = "config|"
"""Where the estate's configuration stands among its scopes' records."""
OrderKey = tuple[int, int, int, str]
RouteName = tuple[bool, str, str, str]
"""(at once, type of event, device, place)."""


@dataclass(slots=True)
class Estate:
    """One estate. `dirty` names the scopes changed since the last checkpoint.

    `rules` are those of its configuration, None while nobody has asked for them.
    `open_alerts` holds what may be a cause for others: alerts that are open, or were cleared so
    recently that they may go on; who was silenced by them gets as long to speak up.
    `params` and `routes` are worked out of the configuration, and again after each change of it.
    `deadlines` is a heap of (at, scope), `posted` the same times by scope, the next one first: by
    then the scope's record is asked what is due. Deadlines that are put off or cancelled, as most
    are, so leave nothing behind.
    `afresh` are rules whose states were written by another release and are not understood.
    `unread` are records as bytes. `awake` are those read or changed last, oldest first, with the
    watermark of then.
    """

    id: str
    config: EstateConfig
    order: Reorder
    records: dict[str, ScopeRecord] = field(default_factory=dict)
    unread: dict[str, bytes] = field(default_factory=dict)
    afresh: list[Afresh] = field(default_factory=list)
    awake: dict[str, int] = field(default_factory=dict)
    deadlines: list[tuple[int, str]] = field(default_factory=list)
    posted: dict[str, tuple[int, ...]] = field(default_factory=dict)
    open_alerts: set[DeadlineName] = field(default_factory=set)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    strands: tuple[Strand, ...] = ()
    behind: bool = False
    register: Register = field(default_factory=Register)
    outages: Outages = field(default_factory=Outages)
    dirty: set[str] = field(default_factory=set)
    params: dict[tuple[str, str], Any] = field(default_factory=dict)
    announced: list[tuple[OrderKey, EstateConfig]] = field(default_factory=list)
    rules: RuleSet | None = None
    routes: dict[RouteName, Any] = field(default_factory=dict)

    def record(self, scope: str) -> ScopeRecord:
        """The record of a scope, read from its bytes on first touch, fresh if there is none."""
        found = self.records.get(scope)
        if found is None:
            scope = intern(scope)
            raw = self.unread.pop(scope, None)
            found = self.records[scope] = self._read(scope, raw) if raw else ScopeRecord()
        return found

    def found(self, scope: str) -> ScopeRecord | None:
        """The record of a scope, or None where nothing is remembered of it."""
        record = self.records.get(scope)
        return self.record(scope) if record is None and scope in self.unread else record

    def knows_nothing(self, scope: str, rule: str) -> bool:
        """Whether a rule has no state of a scope."""
        record = self.found(scope)
        return record is None or rule not in record.states

    def _read(self, scope: str, raw: bytes) -> ScopeRecord:
        assert self.rules is not None, "the machine sets them before it steps"
        self.awake[scope] = self.order.watermark
        record, unknown = load_record(raw, self.rules)
        for rule in unknown:
            del record.states[rule]
            alerts = tuple(record.alerts_of(rule))
            for alert in alerts:
                del record.alerts[(rule, alert.key)]
            for name in [name for name in record.deadlines if name[0] == rule]:
                del record.deadlines[name]
            self.dirty.add(scope)
            self.afresh.append(Afresh(self.rules.by_id[rule], scope, alerts))
        return record

    @property
    def forms(self) -> str:
        """The mark that records are written with."""
        return self.rules.forms if self.rules is not None else ""

    def rest(self, rest_ms: int = REST_MS) -> None:
        """Put the records back into bytes that were neither read nor changed for so long.

        To be called right after `take_dirty`, which writes what has changed.
        """
        before = self.order.watermark - rest_ms
        for scope, _ in [*takewhile(lambda item: item[1] <= before, self.awake.items())]:
            del self.awake[scope]
            record = self.records.pop(scope, None)
            if record is not None:
                self.unread[scope] = record.dump(self.forms)

    def post(self, scope: str, at: int) -> None:
        """See to it that what is due in a scope is looked for at that time, or before."""
        posted = self.posted.get(scope, ())
        if not posted or at < posted[0]:
            scope = intern(scope)
            self.posted[scope] = (at, *posted)
            heapq.heappush(self.deadlines, (at, scope))

    def unpost(self) -> None:
        """Take away the time that stands first: nothing is due then."""
        _, scope = heapq.heappop(self.deadlines)
        later = self.posted.pop(scope)[1:]
        if later:
            self.posted[scope] = later

    def adopt(self, scope: str, raw: bytes) -> None:
        """Take over a scope's bytes; its deadlines and open alerts count at once."""
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
        self.unread[intern(scope)] = raw
        plain = orjson.loads(raw)
        if plain["d"]:
            self.post(scope, min(at for _, _, at, _ in plain["d"]))
        self.open_alerts.update((alert["rule"], alert["key"]) for alert in plain["a"])

    def take_dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call: bytes by scope, None for a scope that is gone."""
        changed = self.register.take_dirty() | self.outages.take_dirty()
        if CONFIG_SCOPE in self.dirty:
            self.dirty.discard(CONFIG_SCOPE)
            changed[CONFIG_SCOPE] = self.config.model_dump_json(exclude_defaults=True).encode()
        for scope in map(intern, sorted(self.dirty)):
            record = self.records[scope]
            self.awake.pop(scope, None)
            if record.empty:
                changed[scope] = None
                del self.records[scope]
            else:
                changed[scope] = record.dump(self.forms)
                self.awake[scope] = self.order.watermark
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

    def note_gap(self, event: Event) -> None:
        """Remember the span in which input may be missing, if this is a tick that tells of one.

        It counts from its arrival on, before any deadline of the span can fire.
        """
        tick = event.data
        if not isinstance(tick, ClockTicked) or tick.gap_until is None:
            return
        gap = (event.at if tick.gap_from is None else tick.gap_from, tick.gap_until)
        if gap[0] < gap[1] and gap not in self.gaps:
            self.gaps = [*self.gaps[-GAPS_MAX + 1 :], gap]

    def complete(self, start: int, end: int) -> bool:
        """Whether all input of a span was there to be seen."""
        return not any(gap_start < end and start < gap_end for gap_start, gap_end in self.gaps)


def new_estate(name: str, config: EstateConfig | None = None) -> Estate:
    """An estate that nothing has happened to; without a configuration it goes by its id."""
    config = config or EstateConfig(estate=name, name=Words(zh=name, en=name))
    return Estate(name, config, Reorder(config.lateness_ms))
