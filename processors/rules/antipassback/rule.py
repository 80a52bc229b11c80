"""A credential enters an area it never left, or leaves one it never entered.

Why: one card let two people in, or its holder went out behind somebody else. Fires when two reads
of a credential in an area go the same way with none the other way between, or when the device
itself refuses for this reason. Soft: it only tells. An area is judged if the site says of every way
out of it that it is read (`exits_read`). All is forgiven at `forgive_at`; a second try at the same
door within `retry_s` is no second entry. Where a read between the two may be lost, because input
was missing or a device at one of the ways was away, it is not judged. Misses areas with one unread
way, and cards handed over where nobody reads them. Known false alarms: leaving behind a neighbour
who holds the door.
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
from processors.rules.areas import AreaRead, area_name, area_of, is_closed, last_in, without
from processors.rules.letting_in import ADMITTED
from processors.rules.missed import Doubt, settled
from processors.rules.night import LocalTime, next_clock
from processors.rules.places import nowhere, of_credential
from processors.rules.switch import SwitchedParams, switched, where_on
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import AccessDenied
from schemas.events import Event


class AntipassbackParams(SwitchedParams):
    """All are our own judgement. `forgive_at` is by the wall clock of the estate."""

    forgive_at: LocalTime = "04:00"
    retry_s: float = Field(default=60, ge=0)
    clear_s: float = Field(default=600, gt=0)


@dataclass(frozen=True, slots=True)
class Reads:
    """The last read of a credential in each area, and what waits to be judged."""

    last: tuple[AreaRead, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def step(now: Situation, state: Reads, told: Input) -> tuple[Reads, tuple[Effect, ...]]:
    """One input of one credential."""
    match told:
        case Deadline():
            return _judge(now, state, told) if told.name != "forgive" else (_forgiven(state), ())
        case AlertOpened():
            return state, NO_EFFECTS
    assert isinstance(told, Event)
    if isinstance(told.data, AccessDenied):
        return state, _refused(now, told, told.data)
    area = area_of(now.config, told.data.place)
    if told.data.direction is None or not is_closed(now.config, area):
        return state, NO_EFFECTS
    return _read(now, state, area, evidence(f"read_{told.data.direction}", told))


def _forgiven(state: Reads) -> Reads:
    return Reads(doubts=state.doubts)


def _read(
    now: Situation, state: Reads, area: str, item: Evidence
) -> tuple[Reads, tuple[Effect, ...]]:
    before = last_in(state.last, area)
    same_way = before is not None and before.direction == item.direction
    if before is not None and same_way and _is_retry(now, before, item):
        return state, (NearMiss(item.step, "read again at the same door: a second try"),)
    state = replace(state, last=(*without(state.last, area), AreaRead(area, item)))
    until = next_clock(now.at, now.params.forgive_at, now.config.timezone)
    forgive = SetDeadline("forgive", until)
    if before is None or not same_way:
        return state, (forgive,)
    doubt = Doubt(area, before, item, ms(now.params.clear_s))
    return replace(state, doubts=(*state.doubts, doubt)), (forgive, doubt.deadline)


def _is_retry(now: Situation, before: Evidence, item: Evidence) -> bool:
    return before.place == item.place and item.time - before.time < ms(now.params.retry_s)


def _judge(now: Situation, state: Reads, due: Deadline) -> tuple[Reads, tuple[Effect, ...]]:
    doubt, others = settled(state.doubts, due)
    state = replace(state, doubts=others)
    if doubt is None:
        return state, NO_EFFECTS
    if not doubt.is_sure(now, due):
        missing = NearMiss(doubt.item.step, "not judged: a read between may be missing")
        return state, (missing,)
    alert = OpenAlert(
        key=f"{doubt.area}|{now.scope.id}",
        place=doubt.item.place,
        detail=_detail(area_name(now.config, doubt.area), doubt.item.direction == "in"),
        evidence=(doubt.before, doubt.item),
        subject=now.scope.id,
        identity=doubt.item.id,
        clear_after_ms=doubt.clear_ms,
    )
    return state, (alert,)


def _refused(now: Situation, event: Event, data: AccessDenied) -> tuple[Effect, ...]:
    if data.reason != "anti_passback":
        return NO_EFFECTS
    alert = OpenAlert(
        key=f"{area_of(now.config, data.place)}|{now.scope.id}",
        place=data.place,
        detail=DETAIL_DEVICE,
        evidence=(evidence("device_says_so", event),),
        subject=now.scope.id,
        clear_after_ms=ms(now.params.clear_s),
    )
    return (alert,)


def _detail(area: Words, way_in: bool) -> Words:
    did = Words(zh="再次进入", en="came in again at")
    if not way_in:
        did = Words(zh="再次离开", en="left again from")
    lacks = Words(zh="离开" if way_in else "进入", en="way out" if way_in else "way in")
    return Words(
        zh=f"同一凭证{did.zh}{area.zh}，其间无{lacks.zh}读数。可能随他人通过未刷，或凭证转借。"
        "请先比对两次画面，再提醒逐人刷卡。首办：物业。",
        en=f"One credential {did.en} {area.en} with no {lacks.en} read between. Perhaps it went "
        "through with somebody else, or was lent. Compare both pictures first, then remind "
        "people to read one by one. First: property.",
    )


DETAIL_DEVICE = Words(
    zh="设备按防回传规则拒绝了该凭证。可能随他人通过未刷，或凭证转借。请先看录像，再与持卡人核对。"
    "首办：物业。",
    en="The device refused the credential by its own anti-passback. Perhaps it went through with "
    "somebody else, or was lent. Check the recording first, then ask the holder. First: property.",
)

RULE = Rule(
    id="antipassback",
    version="1",
    title=Words(zh="进出不成对", en="in and out do not pair"),
    steps={
        "read_in": Words(zh="进入读数", en="read on the way in"),
        "read_out": Words(zh="离开读数", en="read on the way out"),
        "device_says_so": Words(zh="设备按防回传拒绝", en="the device refused for it"),
    },
    inputs=ADMITTED | {"access.denied"},
    scopes=where_on("antipassback", of_credential),
    params=AntipassbackParams,
    state=Reads,
    step=switched("antipassback", step),
    severity="blue",
    handler="property",
    delivery="list",
    after=frozenset({"device_lost"}),
    told_in=nowhere,
)
