"""Works are registered for a place and under way.

Why: propped doors, piled boards and cut cables are part of works, and an office that is told of
each stops reading. Fires when the time of a registration (`register.changed`, record `works`)
begins, and clears when it ends or is taken back; it is counted and rings nobody. While it stands,
rules that name it as a cause (processors/rules/causes.py) keep their alerts and tell nobody. Misses
works nobody registered. Known false alarms: works that ended early and were not taken back; so a
registration without an end counts for `days_max` and no longer.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import Params, Rule, Scope, Situation, ms
from processors.core.words import span_words
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig


class WorksParams(Params):
    """Days. How long works may count at most is our own judgement: silence must end by itself."""

    days_max: float = Field(default=90, gt=0)


@dataclass(frozen=True, slots=True)
class Span:
    """One registration: from when until when works are under way."""

    item: Evidence
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Works:
    """The registrations of a place that are not over, and whether the alert stands."""

    spans: tuple[Span, ...] = ()
    open: bool = False


SPANS_MAX = 20


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The place the works are registered for."""
    data = event.data
    is_works = isinstance(data, RegisterChanged) and data.record == "works"
    return (Scope("zone", data.place),) if is_works else ()


def step(now: Situation, state: Works, told: Input) -> tuple[Works, tuple[Effect, ...]]:
    """One change of the register, or the beginning or end of a registration."""
    if isinstance(told, Deadline):
        return _settled(now, state)
    assert isinstance(told, Event)
    data = told.data
    assert isinstance(data, RegisterChanged)
    if data.change == "ended":
        return _ended(now, state, data, evidence("ended", told))
    since = told.at if data.valid_from is None else data.valid_from
    latest = since + ms(now.params.days_max * 86_400)
    until = latest if data.valid_to is None else min(data.valid_to, latest)
    if until <= now.at:
        return state, (NearMiss("registered", "over before it was registered"),)
    span = Span(evidence("registered", told), since, until)
    others = tuple(old for old in state.spans if old.since != since)
    return _settled(now, replace(state, spans=(*others[-SPANS_MAX + 1 :], span)))


def _ended(
    now: Situation, state: Works, data: RegisterChanged, item: Evidence
) -> tuple[Works, tuple[Effect, ...]]:
    """One registration taken back, by its beginning; all of the place where none is named."""
    kept = tuple(span for span in state.spans if data.valid_from not in (None, span.since))
    return _settled(now, replace(state, spans=kept), item)


def _settled(now: Situation, state: Works, *items: Evidence) -> tuple[Works, tuple[Effect, ...]]:
    """What stands now, and when that changes next."""
    spans = tuple(span for span in state.spans if span.until > now.at)
    standing = tuple(span for span in spans if span.since <= now.at)
    after = Works(spans, bool(standing))
    turns = [span.until if span.since <= now.at else span.since for span in spans]
    wake = SetDeadline("turn", min(turns)) if turns else CancelDeadline("turn")
    if standing:
        return after, (wake, _alert(now, standing))
    return after, (wake, ClearAlert(now.scope.id, items)) if state.open else (wake,)


def _alert(now: Situation, standing: tuple[Span, ...]) -> OpenAlert:
    span = max(standing, key=lambda one: one.until)
    return OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(span),
        evidence=tuple(one.item for one in standing),
    )


def _detail(span: Span) -> Words:
    length = span_words(span.until - span.since)
    return Words(
        zh=f"此处有登记的施工，为期{length.zh}。期间此处门未关、堆物、设备离线等只留存、不通知。"
        "请按登记核对施工范围。首办：物业。",
        en=f"Works are registered here, for {length.en}. Until they end, propped doors, piled "
        "objects and lost devices here are kept and ring nobody. Check the works against the "
        "register. First: property.",
    )


RULE = Rule(
    id="works_under_way",
    version="1",
    title=Words(zh="施工进行中", en="works under way"),
    steps={
        "registered": Words(zh="登记施工", en="works registered"),
        "ended": Words(zh="施工结束", en="works ended"),
    },
    inputs=frozenset({"register.changed"}),
    scopes=scopes,
    params=WorksParams,
    state=Works,
    step=step,
    severity="blue",
    handler="property",
    delivery="statistic",
)
