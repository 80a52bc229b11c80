"""Visitors with a pass who are inside, and those not out by its end.

A credential finds out when its visitor comes in by any door and leaves by a way out of the estate,
and tells the estate, which counts. Not out is who the rule visitor_not_out has told of. Where a way
out reads no exits, visitors stay inside for as long as their pass and `forget_d` after it.
"""

from dataclasses import dataclass, field, replace

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
    CancelDeadline,
    Deadline,
    Effect,
    Found,
    SetDeadline,
    TellScope,
    Told,
)
from processors.core.register import Register
from processors.core.rule import NO_EFFECTS, Params, Scope, Situation, ms
from processors.rules.homes import gate_doors, reads_exits, ways_out
from processors.rules.letting_in import ADMITTED
from processors.rules.places import of_credential
from processors.views.shape import Pace, changed, is_due, read_model
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig
from schemas.views import VisitorStay, VisitorsView

OVERDUE_MAX = 10


class VisitorsParams(Params):
    """Our own judgement."""

    forget_d: float = Field(default=7, gt=0)


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit: the credential, the home visited, where and when it came in, until when it may."""

    ref: str
    dwelling: str | None
    place: str
    entered: int
    until: int


@dataclass(frozen=True, slots=True)
class Turn(Found):
    """A visit began, is overdue, may last longer, or is over."""

    stay: Stay
    to: str


@dataclass(frozen=True, slots=True)
class Visits:
    """A credential has its `stay`, the estate the rest; `overdue` are the longest overdue."""

    stay: Stay | None = None
    late: bool = False
    inside: int = 0
    overdue: tuple[Stay, ...] = ()
    overdue_more: int = 0
    pace: Pace = field(default_factory=Pace)


FRESH = Visits()


def nobody(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """Only the register knows who is a visitor."""
    return ()


def of_visitor(event: Event, config: EstateConfig, register: Register) -> tuple[Scope, ...]:
    """The credential of a pass, and one that the register tells of."""
    held = register.holding(event.subject, event.at)
    is_visitor = held is not None and held.record == "pass"
    return of_credential(event, config) if is_visitor or event.type == "register.changed" else ()


def step(now: Situation, state: Visits, told: Told) -> tuple[Visits, tuple[Effect, ...]]:
    """One input of a credential, or what the estate is told by one."""
    if is_due(told):
        return _shown(now, replace(state, pace=Pace()))
    if isinstance(told, Turn):
        return _shown(now, _turned(state, told))
    if isinstance(told, AlertOpened):
        return _turn(now, state, "overdue") if state.stay is not None else (state, NO_EFFECTS)
    if isinstance(told, Deadline):
        return _turn(now, state, "out")
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _registered(now, state)
    if state.stay is None:
        return _came(now, state, told)
    is_out = told.data.direction == "out"
    if is_out and told.data.place in (door.id for door in ways_out(now, now.scope.id)):
        return _turn(now, state, "out")
    return state, NO_EFFECTS


def _came(now: Situation, state: Visits, event: Event) -> tuple[Visits, tuple[Effect, ...]]:
    """The first reading on the way in, of a credential with a pass that has an end."""
    held = now.register.holding(now.scope.id, now.at)
    is_visit = held is not None and held.record == "pass" and held.until is not None
    if held is None or not is_visit or held.until is None or event.data.direction != "in":
        return state, NO_EFFECTS
    stay = Stay(now.scope.id, held.dwelling, event.data.place, now.at, held.until)
    state, effects = _turn(now, replace(state, stay=stay), "in")
    return state, (*effects, _forget(now, held.until))


def _forget(now: Situation, until: int) -> Effect:
    return SetDeadline("forget", max(until, now.at) + ms(now.params.forget_d * 86_400))


def _registered(now: Situation, state: Visits) -> tuple[Visits, tuple[Effect, ...]]:
    """The pass is prolonged, shortened or has no end any more: what was late is no longer."""
    if state.stay is None:
        return state, NO_EFFECTS
    held = now.register.holding(now.scope.id, now.at)
    if held is None or held.record != "pass" or held.until is None:
        return _turn(now, state, "out")
    state = replace(state, stay=replace(state.stay, until=held.until))
    forget = _forget(now, held.until)
    if not state.late or held.until <= now.at:
        return state, (forget,)
    state, effects = _turn(now, state, "longer")
    return state, (forget, *effects)


def _turn(now: Situation, state: Visits, to: str) -> tuple[Visits, tuple[Effect, ...]]:
    """Tell the estate of a turn of this visit."""
    stay = state.stay
    assert stay is not None
    was_late = state.late
    tell = TellScope(
        Scope("estate", now.config.estate),
        Turn(now.at, stay.place, (), stay, "out_late" if to == "out" and was_late else to),
    )
    if to == "out":
        return FRESH, (CancelDeadline("forget"), tell)
    if to == "overdue" and was_late:
        return state, NO_EFFECTS
    return replace(state, late=to == "overdue"), (tell,)


def _turned(state: Visits, turn: Turn) -> Visits:
    """The estate after a turn of one visit."""
    if turn.to == "in":
        return replace(state, inside=state.inside + 1)
    if turn.to == "overdue":
        if len(state.overdue) < OVERDUE_MAX:
            return replace(state, overdue=(*state.overdue, turn.stay))
        return replace(state, overdue_more=state.overdue_more + 1)
    if turn.to in ("out_late", "longer"):
        kept = tuple(stay for stay in state.overdue if stay.ref != turn.stay.ref)
        fewer = 0 if len(kept) < len(state.overdue) else 1
        state = replace(state, overdue=kept, overdue_more=state.overdue_more - fewer)
    return state if turn.to == "longer" else replace(state, inside=state.inside - 1)


def _shown(now: Situation, state: Visits) -> tuple[Visits, tuple[Effect, ...]]:
    pace, shown = changed(now, state.pace, lambda: _view(now, state))
    return replace(state, pace=pace), shown


def _view(now: Situation, state: Visits) -> VisitorsView:
    return VisitorsView(
        estate=now.config.estate,
        inside=state.inside,
        overdue_count=len(state.overdue) + state.overdue_more,
        overdue=tuple(
            VisitorStay(
                ref=stay.ref,
                dwelling=stay.dwelling,
                place=stay.place,
                entered=stay.entered,
                until=stay.until,
            )
            for stay in state.overdue
        ),
        exits_read=reads_exits(gate_doors(now.config)),
        at=now.at,
    )


VIEW = read_model(
    "visitors",
    Words(zh="在院访客", en="visitors inside"),
    (*ADMITTED, "register.changed"),
    nobody,
    VisitorsParams,
    Visits,
    step,
    joined=of_visitor,
    after=frozenset({"visitor_not_out"}),
)
