"""A device says that whoever showed a credential is not the one it was given to.

Why: a card that goes from hand to hand opens doors to people nobody knows of. Fires at once when
the device itself reports another person than the holder (`is_holder` false) and the register holds
the holder's consent to face recognition. The comparison is the device's own: no face ever comes
here and none is compared. Without a consent nothing is told, and that is kept as the reason. Misses
devices that report no such verdict. Known false alarms: a new haircut, a mask, a twin.
"""

from dataclasses import dataclass

from pydantic import Field

from processors.core.effects import Deadline, Effect, Input, NearMiss, OpenAlert, evidence
from processors.core.rule import NO_EFFECTS, Rule, Situation, ms
from processors.rules.letting_in import ADMITTED
from processors.rules.places import of_credential
from processors.rules.switch import SwitchedParams, switched, where_on
from processors.rules.terms import Term, forgetting, term_of
from schemas.base import Words
from schemas.event_data import CredentialData, RegisterChanged
from schemas.events import Event


class SharedParams(SwitchedParams):
    """Ten minutes are our own judgement."""

    dedupe_min: float = Field(default=10, gt=0)


@dataclass(frozen=True, slots=True)
class Consent:
    """The holder's consent as the register has it."""

    registered: Term | None = None


def step(now: Situation, state: Consent, told: Input) -> tuple[Consent, tuple[Effect, ...]]:
    """One input of one credential."""
    if isinstance(told, Deadline):
        return Consent(), NO_EFFECTS
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _registered(state, told, told.data)
    assert isinstance(told.data, CredentialData)
    if told.data.is_holder is not False:
        return state, NO_EFFECTS
    if state.registered is None or not state.registered.holds(told.at):
        return state, (NearMiss("other_person", "the register holds no consent of the holder"),)
    alert = OpenAlert(
        key=f"{told.data.place}|{now.scope.id}",
        place=told.data.place,
        detail=DETAIL,
        evidence=(evidence("other_person", told),),
        subject=now.scope.id,
        clear_after_ms=ms(now.params.dedupe_min * 60),
    )
    return state, (alert,)


def _registered(
    state: Consent, event: Event, data: RegisterChanged
) -> tuple[Consent, tuple[Effect, ...]]:
    if data.record != "consent" or data.dwelling is not None:
        return state, NO_EFFECTS
    term = term_of(data, event.at)
    return Consent(term), (forgetting("forget", term),)


DETAIL = Words(
    zh="设备报告出示凭证者与登记持有人不一致；持有人已同意人脸核验。可能家人代用或识别有误。"
    "请先看录像，再与持有人核对。首办：物业。",
    en="The device says that whoever showed the credential is not its registered holder, who has "
    "consented to the check. Perhaps family, or a mistake of the device. Check the recording "
    "first, then ask the holder. First: property.",
)

RULE = Rule(
    id="shared_credential",
    version="1",
    title=Words(zh="非持有人使用", en="credential not with its holder"),
    steps={"other_person": Words(zh="设备报非持有人", en="the device says not the holder")},
    inputs=ADMITTED | {"access.presented", "access.denied", "register.changed"},
    scopes=where_on("shared_credential", of_credential),
    params=SharedParams,
    state=Consent,
    step=switched("shared_credential", step),
    severity="blue",
    handler="property",
    delivery="list",
)
