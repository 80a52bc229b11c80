"""The machine: steps the rules of one estate through its inputs, in order, and keeps what they say.

It is handed events and the time up to which deadlines may fire; it hands back alerts, points,
near misses and device views. It has no clock: time is what the inputs carry.
"""

import heapq
from dataclasses import dataclass

from processors.core.effects import (
    AlertOpened,
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Heard,
    NearMiss,
    OpenAlert,
    SetDeadline,
    Show,
    ShowDevice,
    TellScope,
    Told,
    UpdateAlert,
)
from processors.core.estate import Estate, RouteName
from processors.core.hearing import is_old
from processors.core.incidents import joined
from processors.core.output import Missed, Output, forget
from processors.core.records import Due, ScopeRecord
from processors.core.retire import activate
from processors.core.routes import (
    ROUTES_MAX,
    Known,
    Route,
    Spot,
    routes_of,
    situation,
    spot,
    spots_of,
)
from processors.core.rule import Rule, RuleSet, Scope, Situation
from processors.core.suppress import cleared, opened, updated
from schemas.alerts import Alert
from schemas.event_data import ConfigActivated, RegisterChanged
from schemas.events import Event
from schemas.views import view_key

CLEAR, FORGET = "~clear|", "~forget|"
"""Names of the machine's own deadlines: a pulse clears itself, a cleared alert is forgotten."""
NEVER = 2**62
__all__ = ["Machine", "Missed", "Output"]


@dataclass(frozen=True, slots=True)
class Machine:
    """The rules, ready to step any estate. `rules` are all estates' alike; see `rules_of`."""

    rules: RuleSet

    def rules_of(self, estate: Estate) -> RuleSet:
        """All rules of one estate, its own among them, by its configuration of this moment."""
        if estate.rules is None:
            estate.rules = self.rules.of(estate.config)
        return estate.rules

    def event(self, estate: Estate, event: Event, out: Output, *, at_once: bool = False) -> None:
        """Step the rules that see this event, at once on arrival or in order on release."""
        if at_once:
            self._tell_at_once(estate, event, out)
            return
        if isinstance(event.data, ConfigActivated):
            activate(estate, event, self.rules_of(estate), self.rules, out)
        elif isinstance(event.data, RegisterChanged):
            estate.register.take(event, event.data)
        estate.behind = is_old(event)
        self._tell(estate, event, out)

    def _tell_at_once(self, estate: Estate, event: Event, out: Output) -> None:
        """Go by the configuration of the event's own time, even where that still waits its turn.

        An estate's own rules are never at once, so they stay as they are.
        """
        if self.rules.at_once_by_type[event.type]:
            behind, estate.behind = estate.behind, is_old(event)
            present, due = estate.config, estate.config_for(event)
            if due is not present:
                self.rules_of(estate)  # Before the other comes: those of the present are kept.
                estate.use(due)
            self._tell(estate, event, out, at_once=True)
            if due is not present:
                estate.use(present)
            estate.behind = behind

    def _tell(self, estate: Estate, event: Event, out: Output, *, at_once: bool = False) -> None:
        """Whom an event concerns, and whether it means anything, is asked once for all rules."""
        data = event.data
        name = (at_once, event.type, data.device, data.place)
        routes = estate.routes.get(name)
        if routes is None:
            routes = self._routes(estate, name, event)
        known: Known = {}
        quiet: dict[object, bool] = {}
        for rule, idle, spots in routes:
            if data.retained and not rule.reads_states:
                continue
            if spots is None and not (spots := spots_of(estate, rule, event, known)):
                continue
            if idle is not None and idle not in quiet:
                quiet[idle] = idle(event)
            is_idle = idle is not None and quiet[idle]
            for here in spots:
                if not (is_idle and estate.knows_nothing(here.key, rule.id)):
                    self._step(estate, rule, here, event, out)

    def _routes(self, estate: Estate, name: RouteName, event: Event) -> tuple[Route, ...]:
        if len(estate.routes) >= ROUTES_MAX:
            estate.routes.clear()
            estate.params.clear()
        rules = self.rules_of(estate)
        by_type = self.rules.at_once_by_type if name[0] else rules.by_type
        found = estate.routes[name] = routes_of(estate, by_type[event.type], event)
        return found

    def fire(self, estate: Estate, before: int, out: Output) -> None:
        """Fire what is due strictly before a time, in order; of an instant, hearings go first."""
        while estate.heard and estate.heard[0].at < before:
            heard = heapq.heappop(estate.heard)
            self._fire(estate, heard.at, out)
            self._hear(estate, heard, out)
        self._fire(estate, before, out)

    def _hear(self, estate: Estate, heard: Heard, out: Output) -> None:
        estate.behind = False
        for rule in self.rules_of(estate).hearing:
            self._step(estate, rule, spot(estate, rule, Scope("device", heard.device)), heard, out)

    def _fire(self, estate: Estate, before: int, out: Output) -> None:
        if not estate.deadlines or estate.deadlines[0][0] >= before:
            return
        while self.next_deadline(estate, before) is not None:
            self.fire_next(estate, out)

    def next_deadline(self, estate: Estate, before: int = NEVER) -> int | None:
        """The time of the next deadline that still holds, if it lies before a time."""
        heap = estate.deadlines
        if estate.rules is None:
            self.rules_of(estate)
        while heap and heap[0].at < before:
            at, scope, rule, name, _ = heap[0]
            record = estate.record(scope)
            due = record.due(rule, name)
            if due is not None and due.at == at:
                return at
            heapq.heappop(heap)
            if due is not None and due.at > at:
                heapq.heappush(heap, due)
            elif record.empty and scope not in estate.dirty:
                del estate.records[scope]
        return None

    def fire_next(self, estate: Estate, out: Output) -> None:
        """Fire the next deadline; `next_deadline` must have said that there is one."""
        at, scope_key, rule_id, name, _ = heapq.heappop(estate.deadlines)
        record = estate.record(scope_key)
        held = record.drop_due(rule_id, name)
        assert held is not None, "next_deadline has seen it"
        estate.dirty.add(scope_key)
        rule = self.rules_of(estate).by_id.get(rule_id)
        if rule is None:
            return
        scope = Scope.of(scope_key)
        if name.startswith(CLEAR):
            self._clear(estate, rule, scope, ClearAlert(name.removeprefix(CLEAR)), at, out)
        elif name.startswith(FORGET):
            forget(estate, record, (rule_id, name.removeprefix(FORGET)))
        else:
            due = Deadline(name, at, estate.complete(held.since, at))
            self._step(estate, rule, spot(estate, rule, scope), due, out)

    def _step(
        self, estate: Estate, rule: Rule, here: Spot, told: Told | Heard, out: Output
    ) -> None:
        key, name = here.key, rule.id
        record = estate.records.get(key)
        if record is None and key in estate.unread:
            record = estate.record(key)
        before = rule.fresh if record is None else record.state(name, rule.fresh)
        now = situation(estate, rule, here, told)
        # Found and Heard are told to nobody but rules that asked for them.
        after, effects = rule.step(now, before, told)  # type: ignore[arg-type]
        changed = after is not before and after != before
        if not (changed or effects):
            return
        record = estate.record(key)
        if changed:
            if after == rule.fresh:
                record.drop_state(name)
            else:
                record.keep_state(name, after)
            estate.dirty.add(key)
        for effect in effects:
            self._apply(estate, rule, now, effect, out)
        if key not in estate.dirty and record.empty:
            del estate.records[key]

    def _apply(
        self, estate: Estate, rule: Rule, now: Situation, effect: Effect, out: Output
    ) -> None:
        match effect:
            case SetDeadline(name, at, since):
                begin = now.at if since is None else since
                self._set_deadline(estate, now.scope.key, (rule.id, name), at, begin)
            case CancelDeadline(name):
                if estate.record(now.scope.key).drop_due(rule.id, name) is not None:
                    estate.dirty.add(now.scope.key)
            case TellScope(scope, found):
                there = spot(estate, rule, scope, found.place)
                self._step(estate, rule, there, found, out)
            case OpenAlert():
                self._open(estate, rule, now, effect, out)
            case UpdateAlert():
                record = estate.record(now.scope.key)
                prior = record.alert(rule.id, effect.key)
                if prior is not None and prior.cleared_at is None:
                    self._put(estate, record, now.scope, updated(rule, now, effect, prior), out)
            case ClearAlert():
                self._clear(estate, rule, now.scope, effect, now.at, out)
            case NearMiss(step, reason):
                missed = Missed(rule.id, now.scope.key, now.at, step, reason)
                out.near_misses.append(missed)
            case ShowDevice():
                out.devices[(estate.id, effect.device)] = effect
                estate.outages.note(effect)
            case Show(view):
                out.views[view_key(view)] = view

    def _open(
        self, estate: Estate, rule: Rule, now: Situation, told: OpenAlert, out: Output
    ) -> None:
        record = estate.record(now.scope.key)
        prior = record.alert(rule.id, told.key)
        is_new = prior is None or prior.cleared_at is not None
        alert = opened(rule, now, told, prior, lambda r, k: (r, k) in estate.open_alerts)
        if prior is None and rule.visit and alert.suppressed is None:
            incident, estate.strands = joined(estate.strands, alert, estate.config, now.at)
            alert = alert.model_copy(update={"incident": incident})
        self._put(estate, record, now.scope, alert, out)
        record.drop_due(rule.id, FORGET + told.key)
        if told.clear_after_ms is not None:
            at = max(alert.updated_at, now.at) + told.clear_after_ms
            self._set_deadline(estate, now.scope.key, (rule.id, CLEAR + told.key), at, now.at)
        if is_new and alert.suppressed is None:
            self._tell_followers(estate, rule, now.scope, alert, out)

    def _tell_followers(
        self, estate: Estate, rule: Rule, scope: Scope, alert: Alert, out: Output
    ) -> None:
        for follower in self.rules_of(estate).followers[rule.id]:
            told_in = follower.told_in
            for there in (scope,) if told_in is None else told_in(alert, estate.config):
                where = spot(estate, follower, there)
                self._step(estate, follower, where, AlertOpened(alert), out)

    def _clear(  # noqa: PLR0913
        self, estate: Estate, rule: Rule, scope: Scope, told: ClearAlert, at: int, out: Output
    ) -> None:
        record = estate.record(scope.key)
        prior = record.alert(rule.id, told.key)
        if prior is None or prior.cleared_at is not None:
            return
        now = Situation(None, estate.config, scope, prior.place, at, estate.order.lateness_ms)
        self._put(estate, record, scope, cleared(rule, now, told, prior), out)
        record.drop_due(rule.id, CLEAR + told.key)
        if rule.rejoin_ms:
            name = (rule.id, FORGET + told.key)
            self._set_deadline(estate, scope.key, name, at + rule.rejoin_ms, at)
        else:
            forget(estate, record, (rule.id, told.key))

    @staticmethod
    def _put(estate: Estate, record: ScopeRecord, scope: Scope, alert: Alert, out: Output) -> None:
        if record.alert(alert.rule, alert.key) is alert:
            return
        record.keep_alert(alert)
        estate.dirty.add(scope.key)
        estate.open_alerts.add((alert.rule, alert.key))
        out.tell(alert)

    def _set_deadline(
        self, estate: Estate, scope: str, name: tuple[str, str], at: int, since: int
    ) -> None:
        record = estate.record(scope)
        known = record.due(*name)
        due = Due(at, record.scope, *name, since)
        record.keep_due(due)
        if known is None or at < known.at:
            estate.push(due)
        estate.dirty.add(scope)
