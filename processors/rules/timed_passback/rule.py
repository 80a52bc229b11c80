"""One credential is let into one area again within minutes.

Why: a card handed back over the fence lets a second person in. Fires when a credential is granted
into an area again within `again_s` with no read on the way out between; nearer than `bounce_s` it
is one read told twice. A read without a direction counts as a way in. Where a read between may be
lost, because input was missing or a device was away, it is not judged; where the area's exits are
all read, `antipassback` says the same more surely and covers this one. Misses cards handed over
after more time. Known false alarms: a lock that stuck the first time, a holder who came back for
something, readers that give no direction.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.areas import area_name, area_of
from processors.rules.missed import Doubt, settled
from processors.rules.places import nowhere, of_credential
from processors.rules.switch import SwitchedParams, switched
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.events import Event


class TimedPassbackParams(SwitchedParams):
    """Seconds; all are our own judgement."""

    again_s: float = Field(default=300, gt=0)
    bounce_s: float = Field(default=2, ge=0)
    clear_s: float = Field(default=600, gt=0)


@dataclass(frozen=True, slots=True)
class Entries:
    """The last entry of a credential into each area, until when they matter, what is judged."""

    last: tuple[Evidence, ...] = ()
    until: int = 0
    doubts: tuple[Doubt, ...] = ()


def step(now: Situation, state: Entries, told: Input) -> tuple[Entries, tuple[Effect, ...]]:
    """One input of one credential."""
    match told:
        case Deadline(name="forget"):
            return Entries(doubts=state.doubts), NO_EFFECTS
        case Deadline():
            return _judge(now, state, told)
        case AlertOpened():
            return state, NO_EFFECTS
    assert isinstance(told, Event)
    area = area_of(now.config, told.data.place)
    before = next((old for old in state.last if area_of(now.config, old.place) == area), None)
    if told.data.direction == "out":
        return replace(state, last=_without(state.last, before)), NO_EFFECTS
    return _entered(now, state, before, evidence("granted", told))


def _without(last: tuple[Evidence, ...], gone: Evidence | None) -> tuple[Evidence, ...]:
    return tuple(item for item in last if item is not gone)


def _entered(
    now: Situation, state: Entries, before: Evidence | None, item: Evidence
) -> tuple[Entries, tuple[Effect, ...]]:
    gap = None if before is None else item.time - before.time
    if gap is not None and gap < ms(now.params.bounce_s):
        return state, NO_EFFECTS
    until = max(state.until, item.time + ms(now.params.again_s))
    state = replace(state, last=(*_without(state.last, before), item), until=until)
    forget = SetDeadline("forget", until)
    if before is None or gap is None or gap > ms(now.params.again_s):
        return state, (forget,)
    area = area_of(now.config, item.place)
    doubt = Doubt(area, before, item, ms(now.params.clear_s))
    return replace(state, doubts=(*state.doubts, doubt)), (forget, doubt.deadline)


def _judge(now: Situation, state: Entries, due: Deadline) -> tuple[Entries, tuple[Effect, ...]]:
    doubt, others = settled(state.doubts, due)
    state = replace(state, doubts=others)
    if doubt is None:
        return state, NO_EFFECTS
    if not doubt.is_sure(now, due):
        missing = NearMiss("granted", "not judged: a read between may be missing")
        return state, (missing,)
    span = span_words(doubt.item.time - doubt.before.time)
    area = area_name(now.config, doubt.area)
    alert = OpenAlert(
        key=f"{doubt.area}|{now.scope.id}",
        place=doubt.item.place,
        detail=Words(
            zh=f"同一凭证{span.zh}内两次授权进入{area.zh}。可能第一次未进门、中途折返，或凭证转借。"
            "请先比对两次画面，再与持卡人核对。首办：物业。",
            en=f"One credential let into {area.en} twice in {span.en}. Perhaps it did not get in "
            "the first time, came back, or was lent. Compare both pictures first, then ask the "
            "holder. First: property.",
        ),
        evidence=(doubt.before, doubt.item),
        subject=now.scope.id,
        identity=doubt.item.id,
        clear_after_ms=doubt.clear_ms,
    )
    return state, (alert,)


def _causes(now: Situation, told: OpenAlert) -> tuple[tuple[str, str], ...]:
    return (("antipassback", told.key),)


RULE = Rule(
    id="timed_passback",
    version="1",
    title=Words(zh="短时重复进入", en="let in again within minutes"),
    steps={"granted": Words(zh="授权进入", en="let in")},
    inputs=frozenset({"access.granted"}),
    scopes=of_credential,
    params=TimedPassbackParams,
    state=Entries,
    step=switched("timed_passback", step),
    severity="blue",
    handler="property",
    delivery="list",
    after=frozenset({"antipassback", "device_lost"}),
    told_in=nowhere,
    inhibitors=_causes,
)
