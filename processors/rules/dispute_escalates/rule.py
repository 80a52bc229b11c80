"""Two homes are reported about again and again.

Why: most quarrels between neighbours that end badly were told of several times before. Fires when
`reports_min` reports of the given `categories` about one pair of homes come in `window_d` days,
whichever of the two they come from; reports within `apart_h` of each other are one occurrence. Each
further report goes to it; it clears when there was none for as long as the window. It takes no side
and says nothing of who is right. Misses reports that do not name both homes, and quarrels nobody
reports. Known false alarms: one complaint told over and over on different days.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    OpenAlert,
    SetDeadline,
    Told,
    evidence,
)
from processors.core.patterns import Window, event_count, slide
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.homes import home_name, stands_at
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import ReportFiled
from schemas.events import Event
from schemas.place import EstateConfig

KEEP = 10


class DisputeParams(Params):
    """All are our own judgement; the categories are the grid workers' own."""

    reports_min: int = Field(default=3, ge=2)
    window_d: float = Field(default=7, gt=0)
    apart_h: float = Field(default=1, ge=0)
    categories: tuple[str, ...] = ("noise", "dispute")


@dataclass(frozen=True, slots=True)
class Pair:
    """The occurrences of one pair of homes, and whether they are told."""

    reports: Window = ()
    alerted: bool = False


FRESH = Pair()


def of_pair(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The two homes of a report, whichever way round; none where it does not name both."""
    data = event.data
    assert isinstance(data, ReportFiled)
    if data.dwelling is None or data.against is None or data.dwelling == data.against:
        return ()
    return (Scope("pair", "|".join(sorted((data.dwelling, data.against)))),)


def step(now: Situation, state: Pair, told: Told) -> tuple[Pair, tuple[Effect, ...]]:
    """One report about two homes, or the end of their window."""
    if isinstance(told, Deadline):
        return FRESH, ((ClearAlert(now.scope.id),) if state.alerted else NO_EFFECTS)
    assert isinstance(told, Event)
    data = told.data
    assert isinstance(data, ReportFiled)
    item, last = evidence("reported", told), state.reports[-1] if state.reports else None
    if data.category not in now.params.categories:
        return state, NO_EFFECTS
    if last is not None and item.time - last.time < ms(now.params.apart_h * 3600):
        return state, NO_EFFECTS
    window = ms(now.params.window_d * 86_400)
    state = replace(state, reports=slide(state.reports, item, window, KEEP))
    calm = SetDeadline("calm", now.at + window)
    if not state.alerted and not event_count(state.reports, now.params.reports_min):
        return state, (calm,)
    return replace(state, alerted=True), (_alert(now, state.reports, data), calm)


def _alert(now: Situation, reports: tuple[Evidence, ...], data: ReportFiled) -> OpenAlert:
    assert data.dwelling is not None
    place = stands_at(now.config, now.register, data.dwelling)
    return OpenAlert(
        key=now.scope.id,
        place=place if place in now.config.place_by_id else reports[-1].place,
        detail=_detail(now, len(reports)),
        evidence=reports,
    )


def _detail(now: Situation, count: int) -> Words:
    one, other = (_name(now, dwelling) for dwelling in now.scope.id.split("|", 1))
    days = f"{now.params.window_d:g}"
    return Words(
        zh=f"近{days}天内{one.zh}与{other.zh}之间第{count}次报告。可能有未化解的噪声或纠纷。请网格员、"
        "调解员先分别听取双方，民警共同到场。",
        en=f"Report {count} in {days} days between {one.en} and {other.en}. Perhaps noise or a "
        "quarrel that is not settled. Ask both, one by one: grid worker and mediator first, the "
        "police with them.",
    )


def _name(now: Situation, dwelling: str) -> Words:
    place = stands_at(now.config, now.register, dwelling)
    return home_name(now.config, dwelling, place)


RULE = Rule(
    id="dispute_escalates",
    version="1",
    title=Words(zh="邻里纠纷升级", en="dispute escalates"),
    steps={"reported": Words(zh="报告", en="reported")},
    inputs=frozenset({"report.filed"}),
    scopes=of_pair,
    params=DisputeParams,
    state=Pair,
    step=step,
    severity="yellow",
    handler="grid_worker",
    also=("mediator", "police"),
    delivery="push",
)
