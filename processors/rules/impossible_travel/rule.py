"""One credential is read at two places sooner than anybody can go from one to the other.

Why: then there are two of it, or somebody shares it from a distance. Fires when the time between
two reads in a row is below the least travel time of the pair of places: the `percentile` of what
all passages between them took, times `share`, once `samples_min` are known; else the distance at
`walk_m_s`, if the site gives positions; else never. What is learned belongs to the pair of places
and to nobody in particular. Only reads that a device's own clock has timed count, since a backlog
without clocks arrives at once; reads from afar (a remote release, a plate) do not. Misses places
further apart than `memory_min`, and copies used with patience. Known false alarms: one card number
given out twice, a clock that has just jumped.
"""

from dataclasses import dataclass

from pydantic import Field

from processors.core.effects import (
    Deadline,
    Effect,
    Found,
    OpenAlert,
    SetDeadline,
    TellScope,
    Told,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Rule, Scope, Situation, ms
from processors.core.words import span_words
from processors.rules.distances import metres_between, position_of
from processors.rules.impossible_travel.learned import Learned, learned, least_ms
from processors.rules.letting_in import ADMITTED
from processors.rules.places import of_credential
from processors.rules.switch import SwitchedParams, switched, where_on
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import CredentialData
from schemas.events import Event


class TravelParams(SwitchedParams):
    """All are our own judgement; 2 m/s is a person in a hurry."""

    percentile: float = Field(default=1, gt=0, le=10)
    share: float = Field(default=0.8, gt=0, le=1)
    samples_min: int = Field(default=200, ge=2)
    walk_m_s: float = Field(default=2, gt=0)
    memory_min: float = Field(default=10, gt=0)
    clear_s: float = Field(default=600, gt=0)


UNKNOWN = Learned()


@dataclass(frozen=True, slots=True)
class Travel:
    """Of a credential: its last read. Of a pair of places: the quickest passages between them."""

    last: Evidence | None = None
    passages: Learned = UNKNOWN


FROM_AFAR = frozenset({"remote", "button", "plate"})


def step(now: Situation, state: Travel, told: Told) -> tuple[Travel, tuple[Effect, ...]]:
    """One read of one credential, or what it took between two places."""
    match told:
        case Deadline():
            return Travel(), NO_EFFECTS
        case Found(items=(before, item)):
            return _passage(now, state, before, item)
    assert isinstance(told, Event)
    assert isinstance(told.data, CredentialData)
    if told.data.method in FROM_AFAR or told.data.time_from != "device":
        return state, NO_EFFECTS
    return _read(now, state, evidence("read", told))


def _read(now: Situation, state: Travel, item: Evidence) -> tuple[Travel, tuple[Effect, ...]]:
    before = state.last
    forget = SetDeadline("forget", item.time + ms(now.params.memory_min * 60))
    if before is None or before.place == item.place:
        return Travel(item), (forget,)
    pair = Scope("pair", "|".join(sorted((before.place, item.place))))
    return Travel(item), (forget, TellScope(pair, _found(before, item)))


def _found(before: Evidence, item: Evidence) -> Found:
    return Found(item.time, item.place, (before, item))


def _passage(
    now: Situation, state: Travel, before: Evidence, item: Evidence
) -> tuple[Travel, tuple[Effect, ...]]:
    took = item.time - before.time
    least = _least(now, state, before, item)
    after = Travel(passages=learned(state.passages, took, now.params.percentile))
    if least is None or took >= least:
        return after, NO_EFFECTS
    alert = OpenAlert(
        key=f"{now.scope.id}|{item.subject}",
        place=item.place,
        detail=_detail(now, (before, item), least),
        evidence=(before, item),
        subject=item.subject,
        clear_after_ms=ms(now.params.clear_s),
    )
    return after, (alert,)


def _least(now: Situation, state: Travel, before: Evidence, item: Evidence) -> float | None:
    """The least travel time in ms, None where nothing is known."""
    if state.passages.count >= now.params.samples_min:
        return float(now.params.share) * least_ms(state.passages, now.params.percentile)
    one = position_of(now.config, before.place)
    other = position_of(now.config, item.place)
    if one is None or other is None:
        return None
    return metres_between(one, other) / float(now.params.walk_m_s) * MS_PER_S


def _detail(now: Situation, reads: tuple[Evidence, Evidence], least: float) -> Words:
    before, item = reads
    took, least_span = span_words(item.time - before.time), span_words(round(least))
    there = now.config.place_name(before.place)
    return Words(
        zh=f"同一凭证{took.zh}前在{there.zh}，两处之间至少需{least_span.zh}。可能卡号重复、设备"
        "时钟跳变，或凭证被复制。请先比对两处画面，再核对登记。",
        en=f"The same credential was read at {there.en} {took.en} before; between the two it takes "
        f"at least {least_span.en}. Perhaps a number given out twice, a clock that jumped, or a "
        "copy. Compare the pictures of both places first, then look it up in the register.",
    )


RULE = Rule(
    id="impossible_travel",
    version="1",
    title=Words(zh="两处读卡过近", en="at two places too soon"),
    steps={"read": Words(zh="读到凭证", en="read here")},
    inputs=ADMITTED | {"access.presented", "access.denied"},
    scopes=where_on("impossible_travel", of_credential),
    params=TravelParams,
    state=Travel,
    step=switched("impossible_travel", step),
    severity="yellow",
    handler="police",
    delivery="list",
    visit=True,
)
