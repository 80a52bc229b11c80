"""A visitor came without an escort, or one person alone where there must be two.

Why: an archive, a plant room or a nursery lets in visitors only with somebody, and cash only with
two. Fires when within `escort_s` of a grant no second credential was granted at the same door,
before or after it: for a credential of `escorted_classes` one of nobody else who needs an escort,
at a door with `two_person` any other. The class is the device's own word, or the register's from
its change on. Ways out do not count. Where input was missing or a device at the door was away it is
not judged. Misses grants without a credential, such as a guard's release, and an escort who goes in
without reading. Known false alarms: the second read refused at first and repeated too late.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.patterns import EMPTY, Window
from processors.core.rule import NO_EFFECTS, Rule, Scope, Situation, ms
from processors.core.words import span_words
from processors.rules.letting_in import ADMITTED
from processors.rules.missed import was_away
from processors.rules.places import nowhere, of_credential
from processors.rules.switch import SwitchedParams, switched, where_on
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import AccessGranted
from schemas.events import Event
from schemas.place import EstateConfig


class EscortParams(SwitchedParams):
    """All are our own judgement."""

    two_person: bool = False
    escort_s: float = Field(default=15, gt=0)
    escorted_classes: tuple[str, ...] = ("visitor",)
    clear_s: float = Field(default=600, gt=0)


@dataclass(frozen=True, slots=True)
class Escort:
    """The reads at a door just now, and who waits for company.

    Reads of who needs an escort have the step `visitor`, all others `granted`.
    """

    reads: Window = EMPTY
    waiting: Window = EMPTY


READS_MAX = 50


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The door, if it is known whose credential it was."""
    return (Scope("door", event.data.place),) if of_credential(event, config) else ()


def step(now: Situation, state: Escort, told: Input) -> tuple[Escort, tuple[Effect, ...]]:
    """One grant at one door, or the end of the wait for another."""
    if isinstance(told, Deadline):
        return _over(now, state, told)
    assert isinstance(told, Event)
    if told.data.direction == "out":
        return state, NO_EFFECTS
    needs_escort = _class_of(now, told) in now.params.escorted_classes
    return _read(now, state, evidence("visitor" if needs_escort else "granted", told))


def _class_of(now: Situation, event: Event) -> str | None:
    """The class of the credential: the device's word, or the register's, a pass being a visit."""
    told = event.data.credential_class if isinstance(event.data, AccessGranted) else None
    held = now.register.holding(event.subject, event.at)
    if told is not None or held is None:
        return told
    return held.credential_class or ("visitor" if held.record == "pass" else None)


def _read(now: Situation, state: Escort, item: Evidence) -> tuple[Escort, tuple[Effect, ...]]:
    since = item.time - ms(now.params.escort_s)
    reads = tuple(old for old in state.reads if old.time >= since)[-READS_MAX + 1 :]
    waiting = tuple(old for old in state.waiting if not _accompanies(item, old))
    needs = item.step == "visitor" or now.params.two_person
    if needs and not any(_accompanies(old, item) for old in reads):
        waiting = (*waiting, item)
    after = replace(state, reads=(*reads, item), waiting=waiting)
    return after, () if waiting == state.waiting else (_wait(now, waiting),)


def _accompanies(one: Evidence, other: Evidence) -> bool:
    """Whether the one read is company for the other: somebody else, and not two visitors."""
    both = one.step == other.step == "visitor"
    return one.subject != other.subject and not both


def _wait(now: Situation, waiting: Window) -> Effect:
    if not waiting:
        return CancelDeadline("escort")
    first = waiting[0].time
    return SetDeadline("escort", first + ms(now.params.escort_s), since=first)


def _over(now: Situation, state: Escort, due: Deadline) -> tuple[Escort, tuple[Effect, ...]]:
    since = due.at - ms(now.params.escort_s)
    gone = tuple(item for item in state.waiting if item.time <= since)
    left = state.waiting[len(gone) :]
    reads = tuple(item for item in state.reads if item.time > since)
    effects = (_wait(now, left),) if left else NO_EFFECTS
    state = replace(state, reads=reads, waiting=left)
    if not due.judged or was_away(now, (now.scope.id,), since):
        missing = NearMiss("escorted", "not judged: readings of that time may be missing")
        return state, (*effects, missing)
    return state, (*effects, *(_alert(now, item) for item in gone))


def _alert(now: Situation, item: Evidence) -> OpenAlert:
    return OpenAlert(
        key=f"{now.scope.id}|{item.subject}",
        place=now.scope.id,
        detail=_detail(now, item),
        evidence=(item,),
        subject=item.subject,
        identity=item.id,
        clear_after_ms=ms(now.params.clear_s),
    )


def _detail(now: Situation, item: Evidence) -> Words:
    span = span_words(ms(now.params.escort_s))
    if item.step == "visitor":
        return Words(
            zh=f"来访凭证在此授权，前后{span.zh}内无陪同人读数。可能陪同人未刷卡。请先看录像，"
            "再联系被访人到场陪同。首办：物业。",
            en=f"A visitor's credential was granted with no escort's read within {span.en}. "
            "Perhaps the escort did not read. Check the recording first, then ask the host to "
            "come. First: property.",
        )
    return Words(
        zh=f"此处须两人同行，前后{span.zh}内仅一人授权。可能第二人未刷卡。请先看录像，再与当班"
        "人员核对。首办：物业。",
        en=f"Two people must go in here, and only one was granted within {span.en}. Perhaps the "
        "second did not read. Check the recording first, then ask whoever is on duty. First: "
        "property.",
    )


RULE = Rule(
    id="escort_missing",
    version="1",
    title=Words(zh="缺少陪同", en="escort missing"),
    steps={
        "visitor": Words(zh="来访凭证授权", en="a visitor let in"),
        "granted": Words(zh="单人授权", en="one person let in"),
    },
    inputs=ADMITTED,
    scopes=where_on("escort_missing", scopes),
    params=EscortParams,
    state=Escort,
    step=switched("escort_missing", step),
    severity="yellow",
    handler="property",
    delivery="list",
    after=frozenset({"device_lost"}),
    told_in=nowhere,
)
