"""What a rule is: a pure machine `step(situation, state, input) → (state, effects)` with its words.

A rule's state is a frozen dataclass of plain values (numbers, texts, tuples, Evidence), created
without arguments. A state equal to that fresh one takes no room.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError

from processors.core.effects import AlertOpened, Deadline, Effect, Input, OpenAlert
from processors.core.outages import NONE, Outages
from processors.core.register import NOTHING, Register
from processors.core.scope import Scope
from schemas.alerts import Alert, Delivery, Handler, Severity
from schemas.base import MS_PER_S, Model, Words
from schemas.event_types import event_types
from schemas.events import Event, explain
from schemas.place import EstateConfig

AT_ONCE_LATE_MS = 60 * MS_PER_S
"""How late an event may be to be told to rules that see it on arrival; older is backlog (own)."""
OLD_NEWS_MS = 120 * MS_PER_S
"""Beyond this age at its hearing a reading is backlog (situation `backlog`: 60 s; the other minute
is for an ingest that was away for one and catches up, which must change no alert)."""
EVERY_TYPE = frozenset(event_types()) - {"clock.ticked", "config.activated"}


class Params(Model):
    """A rule's parameters; each may be set per estate and per area in the site file."""


def ms(seconds: float) -> int:
    """A parameter in seconds as milliseconds."""
    return round(seconds * MS_PER_S)


class Situation(NamedTuple):
    """What a step may look at beside its state and input: never a clock, never another state.

    `place` is where the scope stands or, for scopes without a place, where the input happened.
    `register` and `outages` say what holds as of this input; nothing to rules that are at once.
    `behind`: the input was old when it was heard, so that whatever it makes rings nobody.
    """

    params: Any
    config: EstateConfig
    scope: Scope
    place: str
    at: int
    lateness_ms: int
    register: Register = NOTHING
    outages: Outages = NONE
    behind: bool = False


Scopes = Callable[[Event, EstateConfig], tuple[Scope, ...]]
Joined = Callable[[Event, EstateConfig, Register], tuple[Scope, ...]]
Step = Callable[[Situation, Any, Input], tuple[Any, Sequence[Effect]]]
NO_EFFECTS: tuple[Effect, ...] = ()
_BY_PLACE = "is_by_place"


def by_place(scopes: Scopes) -> Scopes:
    """Marks scopes that follow from type, device and place of a reading, and from nothing else in
    it, so that they are found once (core/routes.py). What people write is always looked at.
    """
    setattr(scopes, _BY_PLACE, _always)
    return scopes


def by_place_if(scopes: Scopes, condition: Callable[[EstateConfig], bool]) -> Scopes:
    """The same for scopes of which it holds in some estates alone."""
    setattr(scopes, _BY_PLACE, condition)
    return scopes


def is_by_place(scopes: Scopes, config: EstateConfig) -> bool:
    """Whether scopes are so marked."""
    condition: Callable[[EstateConfig], bool] | None = getattr(scopes, _BY_PLACE, None)
    return condition is not None and condition(config)


def _always(config: EstateConfig) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """A situation to detect.

    `inputs` are event types; `scopes` says whose states an event concerns.
    `after` names rules whose opened alerts this one is told, in the same scope. `at_once` rules see
    an event when it arrives; their outcome must not depend on the order of arrival.
    `steps` says in words what a reading of each step is to the situation.
    `inhibitors` says, for an alert about to open, which open alerts of other rules are its cause:
    pairs of rule and key. `rejoin_ms`: opened again this soon after clearing, it is the same alert.
    `idle`: events that mean nothing to a scope this rule remembers nothing of; it is not stepped.
    `visit`: its alerts and others of one visitor or spot become one incident (core/incidents.py).
    `form` is of an estate's own rules: what their states are like and whose they are. Rewritten in
    the same form, a rule goes on with them.
    `told_in` says in which scopes of this rule a followed rule's alert is told; None: in its own.
    `joined` names more scopes of an event, by what the register says of its card or plate.
    `read_model`: it judges nothing and opens no alert, it shows what holds (processors/views).
    `hears`: it asks whether devices speak at all, so it is told `Heard` where a reading is late.
    """

    id: str
    version: str
    title: Words
    inputs: frozenset[str]
    scopes: Scopes
    params: type[Params]
    state: type
    step: Step
    severity: Severity
    handler: Handler
    delivery: Delivery
    steps: dict[str, Words] = field(default_factory=dict)
    also: tuple[Handler, ...] = ()
    after: frozenset[str] = frozenset()
    at_once: bool = False
    reads_states: bool = False
    rejoin_ms: int = 0
    visit: bool = False
    idle: Callable[[Event], bool] | None = None
    form: str = ""
    told_in: Callable[[Alert, EstateConfig], Iterable[Scope]] | None = None
    joined: Joined | None = None
    read_model: bool = False
    hears: bool = False
    inhibitors: Callable[[Situation, OpenAlert], Iterable[tuple[str, str]]] | None = None

    @cached_property
    def fresh(self) -> Any:
        """The state of a scope that nothing has happened to."""
        return self.state()

    @cached_property
    def _codec(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.state)

    def load_state(self, plain: Any) -> Any:
        """A state from its JSON form. Raises ValueError for one this version cannot read."""
        return self._codec.validate_python(plain)

    def dump_state(self, state: Any) -> Any:
        """The JSON form of a state."""
        return self._codec.dump_python(state, mode="json", exclude_defaults=True)

    def read_params(self, settings: dict[str, Any]) -> Params:
        """The parameters of a site's settings. Raises ValueError naming the first fault."""
        try:
            return self.params.model_validate(settings)
        except ValidationError as error:
            raise ValueError(f"rules.{self.id}.{explain(error)}") from error


class RuleFault(ValueError):
    """A set of rules that does not hold together."""


CompileOwn = Callable[[Mapping[str, Any]], Rule | None]
"""Makes a rule of an operator's document, None for one that is not to run. Raises ValueError."""
KEPT_SETS_MAX = 256


@dataclass(frozen=True)
class RuleSet:
    """Rules that run together: checked, in the order they must run, routed by event type.

    `compile_own` understands the estates' own rules; without it they are left alone.
    """

    rules: tuple[Rule, ...]
    compile_own: CompileOwn | None = field(default=None, compare=False)
    _kept: dict[bytes, "RuleSet"] = field(default_factory=dict, compare=False, repr=False)

    def of(self, config: EstateConfig) -> "RuleSet":
        """These rules and the estate's own, the same object for the same documents.

        A document that is not understood is left out; `own_faults` tells of it.
        """
        if self.compile_own is None or not config.operator_rules:
            return self
        name = orjson.dumps(config.operator_rules, option=orjson.OPT_SORT_KEYS)
        found = self._kept.get(name)
        if found is None:
            if len(self._kept) >= KEPT_SETS_MAX:
                self._kept.clear()
            own = {made.id: made for made in self._own(config) if isinstance(made, Rule)}
            found = RuleSet((*self.rules, *(own[name] for name in sorted(own))))
            self._kept[name] = found
        return found

    def each(self, change: Callable[[Rule], Rule]) -> "RuleSet":
        """The same with every rule changed, the estates' own too."""
        own = self.compile_own

        def compile_changed(document: Mapping[str, Any]) -> Rule | None:
            rule = own(document) if own else None
            return None if rule is None else change(rule)

        return RuleSet(tuple(map(change, self.rules)), compile_changed if own else None)

    def own_faults(self, config: EstateConfig) -> tuple[str, ...]:
        """What is wrong with the estate's own rules, each by itself."""
        return tuple(made for made in self._own(config) if isinstance(made, str))

    def _own(self, config: EstateConfig) -> Iterator[Rule | str]:
        """Each of the estate's own rules, or what is wrong with it.

        One that was put among these rules to be tried stands in the place of the estate's.
        """
        taken: set[str] = set()
        for index, document in enumerate(config.operator_rules if self.compile_own else ()):
            where = f"config.operator_rules.{index}"
            try:
                assert self.compile_own is not None
                rule = self.compile_own(document)
            except ValueError as error:
                yield f"{where}.{error}"
                continue
            if rule is None:
                continue
            known = self.by_id.get(rule.id)
            if rule.id in taken or (known is not None and not known.form):
                yield f"{where}.id: {rule.id!r} is the name of another rule; choose another"
            elif known is None:
                taken.add(rule.id)
                yield rule

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Rules by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def by_type(self) -> dict[str, tuple[Rule, ...]]:
        """The rules that see each event type in order, the ones that follow others last."""
        return self._route(at_once=False)

    @cached_property
    def at_once_by_type(self) -> dict[str, tuple[Rule, ...]]:
        """The rules that see each event type on arrival."""
        return self._route(at_once=True)

    @cached_property
    def hearing(self) -> tuple[Rule, ...]:
        """The rules that ask whether devices speak at all."""
        return tuple(rule for rule in self.rules if rule.hears)

    @cached_property
    def followers(self) -> dict[str, tuple[Rule, ...]]:
        """The rules told of another rule's opened alerts."""
        return {
            rule.id: tuple(other for other in self.rules if rule.id in other.after)
            for rule in self.rules
        }

    @cached_property
    def version(self) -> str:
        """A short hash of all rules' ids and versions."""
        text = "\n".join(f"{rule.id} {rule.version}" for rule in self.rules)
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def settings_fault(self, config: EstateConfig) -> str | None:
        """What is wrong with a configuration's settings of these rules, or None."""
        spots = (None, *(area.place for area in config.areas))
        for rule in self.rules:
            for place in spots:
                try:
                    rule.read_params(config.rule_settings(rule.id, place))
                except ValueError as error:
                    return str(error)
        return None

    def _route(self, *, at_once: bool) -> dict[str, tuple[Rule, ...]]:
        return {
            word: tuple(r for r in self.rules if word in r.inputs and r.at_once is at_once)
            for word in event_types()
        }


def rule_set(rules: Iterable[Rule], compile_own: CompileOwn | None = None) -> RuleSet:
    """A checked set. Raises RuleFault for a double id, an unknown name, or a cycle of `after`."""
    by_id: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in by_id:
            raise RuleFault(f"rule {rule.id!r} is there twice")
        if unknown := rule.inputs - set(event_types()):
            raise RuleFault(f"rule {rule.id!r}: {sorted(unknown)} are not event types")
        if rule.at_once and rule.joined is not None:
            raise RuleFault(f"rule {rule.id!r} is at once: it cannot be joined with the register")
        by_id[rule.id] = rule
    return RuleSet(tuple(_in_order(by_id)), compile_own)


def _in_order(by_id: dict[str, Rule]) -> list[Rule]:
    done: dict[str, Rule] = {}
    waiting = dict(sorted(by_id.items()))
    while waiting:
        ready = [rule for rule in waiting.values() if rule.after <= set(done)]
        if not ready:
            raise RuleFault(f"rules {sorted(waiting)} wait for each other or for unknown rules")
        for rule in ready:
            if late := [name for name in rule.after if by_id[name].at_once != rule.at_once]:
                raise RuleFault(f"rule {rule.id!r} cannot follow {late}: one is at once, one not")
            done[rule.id] = waiting.pop(rule.id)
    return list(done.values())


def is_deadline(told: Input, name: str) -> bool:
    """Whether an input is the deadline of that name, with its absence proven."""
    return isinstance(told, Deadline) and told.name == name and told.judged


__all__ = ["NO_EFFECTS", "AlertOpened", "Deadline", "Rule", "RuleSet", "Scope", "Situation"]
