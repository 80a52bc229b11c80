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
from processors.rules.areas import AreaRead, area_name, area_of, last_in, without
from processors.rules.letting_in import ADMITTED
from processors.rules.missed import Doubt, settled
from processors.rules.places import nowhere, of_credential
from processors.rules.switch import SwitchedParams, switched, where_on
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

    last: tuple[AreaRead, ...] = ()
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
    if told.data.direction == "out":
        return replace(state, last=without(state.last, area)), NO_EFFECTS
    return _entered(now, state, area, evidence("granted", told))


def _entered(
    now: Situation, state: Entries, area: str, item: Evidence
) -> tuple[Entries, tuple[Effect, ...]]:
    before = last_in(state.last, area)
    if before is not None and item.time - before.time < ms(now.params.bounce_s):
        return state, NO_EFFECTS
    again = ms(now.params.again_s)
    until = max(state.until, item.time + again)
    last = (*without(state.last, area), AreaRead(area, item))
    state, forget = replace(state, last=last, until=until), SetDeadline("forget", until)
    if before is None or item.time - before.time > again:
        return state, (forget,)
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
    inputs=ADMITTED,
    scopes=where_on("timed_passback", of_credential),
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
