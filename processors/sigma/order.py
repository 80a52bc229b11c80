"""`temporal` and `temporal_ordered`: readings of several kinds within a timespan, in any order or
in the one that is given.

In order, the state holds for each beginning of the series the readings that make it, those that
began last: whatever comes next, no other choice could end sooner. That is exact and needs no more
room than the series is long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from processors.core.effects import CancelDeadline, Deadline, Effect, Input, SetDeadline, evidence
from processors.core.rule import NO_EFFECTS, Situation
from processors.sigma.counts import Answer, CountStep
from processors.sigma.situation import FORGET, Compiled, Telling
from schemas.alerts import Evidence
from schemas.events import Event

Chain = tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """The last reading of each kind. `told_at`: see `counts.Window`."""

    items: tuple[Evidence, ...] = ()
    told_at: int = 0


@dataclass(frozen=True, slots=True)
class Chains:
    """By length, the beginning of the series that began last; () where there is none."""

    chains: tuple[Chain, ...] = ()
    told_at: int = 0


def temporal_step(told: Compiled) -> tuple[type, CountStep]:
    """The state and the step of a rule without order."""
    condition = told.rule.correlation.condition
    kinds = len(set(told.rule.correlation.rules))
    return Met, partial(_together, told, (condition.at_least or kinds) if condition else kinds)


def _together(rule: Compiled, wanted: int, now: Situation, state: Met, told: Input) -> Answer:
    if isinstance(told, Deadline):
        left = _since(state.items, now.at - rule.span_ms)
        return Met(left, state.told_at if left else 0), _look_again(rule, left)
    assert isinstance(told, Event)
    if not now.params.enabled:
        return state, NO_EFFECTS
    met = rule.met(told, now.config)
    kept: Sequence[Evidence] = _since(state.items, told.at - rule.span_ms)
    kept = () if rule.empties(met) else [item for item in kept if item.step not in met]
    new = [evidence(n, told) for n in dict.fromkeys(rule.rule.correlation.rules) if n in met]
    items = (*kept, *new)
    effects = _waiting(rule, bool(state.items), items)
    if not new or len(items) < wanted:
        return Met(items, state.told_at if items else 0), effects
    telling = Telling(items, len(items), told.id, state.told_at)
    return Met(items, now.at), (*effects, rule.alert(now, telling))


def ordered_step(told: Compiled) -> tuple[type, CountStep]:
    """The state and the step of a rule with order."""
    return Chains, partial(_in_order, told)


def _in_order(rule: Compiled, now: Situation, state: Chains, told: Input) -> Answer:
    if isinstance(told, Deadline):
        left = _alive(state.chains, now.at - rule.span_ms)
        return Chains(left, state.told_at if left else 0), _look_again(rule, _firsts(left))
    assert isinstance(told, Event)
    if not now.params.enabled:
        return state, NO_EFFECTS
    met, names = rule.met(told, now.config), rule.rule.correlation.rules
    if not state.chains and names[0] not in met:
        return state, NO_EFFECTS
    before = _alive(state.chains, told.at - rule.span_ms)
    longer = _longer(names, met, before, told)
    kept = () if rule.empties(met) else before
    chains = _trimmed(_latest(kept, longer, len(names) - 1))
    effects = _waiting(rule, any(state.chains), _firsts(chains))
    whole = longer.get(len(names))
    if whole is None:
        return Chains(chains, state.told_at if chains else 0), effects
    telling = Telling(whole, len(whole), told.id, state.told_at)
    return Chains(chains, now.at if chains else 0), (*effects, rule.alert(now, telling))


def _longer(
    names: Sequence[str], met: frozenset[str], before: Sequence[Chain], event: Event
) -> dict[int, Chain]:
    """The beginnings that this reading makes, by length; one reading is one step of each."""
    found: dict[int, Chain] = {}
    for length, name in enumerate(names):
        chain = () if length == 0 else before[length - 1] if length <= len(before) else ()
        if name in met and (length == 0 or chain):
            found[length + 1] = (*chain, evidence(name, event))
    return found


def _latest(kept: Sequence[Chain], longer: dict[int, Chain], most: int) -> list[Chain]:
    """Of each length the one that began last; the new one of two that began together."""
    found = []
    for length in range(1, most + 1):
        old = kept[length - 1] if length <= len(kept) else ()
        new = longer.get(length, ())
        found.append(new if new and (not old or new[0].time >= old[0].time) else old)
    return found


def _trimmed(chains: list[Chain]) -> tuple[Chain, ...]:
    while chains and not chains[-1]:
        chains.pop()
    return tuple(chains)


def _alive(chains: Sequence[Chain], since: int) -> tuple[Chain, ...]:
    return _trimmed([chain if chain and chain[0].time >= since else () for chain in chains])


def _firsts(chains: Sequence[Chain]) -> tuple[Evidence, ...]:
    return tuple(chain[0] for chain in chains if chain)


def _since(items: Sequence[Evidence], since: int) -> tuple[Evidence, ...]:
    return tuple(item for item in items if item.time >= since)


def _waiting(rule: Compiled, was: bool, items: Sequence[Evidence]) -> Sequence[Effect]:
    """What is half met is let go in time: looked at when the oldest of it is too old."""
    if was and not items:
        return (CancelDeadline(FORGET),)
    return NO_EFFECTS if was else _look_again(rule, items)


def _look_again(rule: Compiled, items: Sequence[Evidence]) -> Sequence[Effect]:
    if not items:
        return NO_EFFECTS
    return (SetDeadline(FORGET, min(item.time for item in items) + rule.span_ms + 1),)
