"""A credential that was reported lost, has expired or was blocked is tried.

Why: somebody holds a card its holder has given up, or a tenant was never told of the end. Fires at
once when a device refuses a credential for one of these reasons; further tries of it at that door
within `dedupe_min` belong to the same alert. Misses devices that give no reason, or say of a card
they have deleted only that they do not know it. Known false alarms: a holder who found a lost card
again and did not say so; a renewal that has not reached the device.
"""

from dataclasses import dataclass

from pydantic import Field

from processors.core.effects import Effect, Input, OpenAlert, evidence
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.places import of_credential
from schemas.base import Words
from schemas.event_data import AccessDenied
from schemas.events import Event
from schemas.place import EstateConfig


class BlockedParams(Params):
    """Ten minutes are our own judgement."""

    dedupe_min: float = Field(default=10, gt=0)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Each refusal speaks for itself."""


SAID = {
    "lost": Words(zh="已挂失", en="reported lost"),
    "expired": Words(zh="已过期", en="expired"),
    "blocked": Words(zh="已停用", en="blocked"),
}


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The credential, or the door where the device does not tell which it was."""
    return of_credential(event, config) or (Scope("door", event.data.place),)


def step(now: Situation, state: Nothing, told: Input) -> tuple[Nothing, tuple[Effect, ...]]:
    """One refusal."""
    assert isinstance(told, Event)
    assert isinstance(told.data, AccessDenied)
    reason = told.data.reason
    if reason not in SAID or told.data.method == "plate":
        return state, NO_EFFECTS
    place = told.data.place
    alert = OpenAlert(
        key=place if told.subject is None else f"{place}|{told.subject}",
        place=place,
        detail=_detail(SAID[reason]),
        evidence=(evidence(reason, told),),
        subject=told.subject,
        clear_after_ms=ms(now.params.dedupe_min * 60),
    )
    return state, (alert,)


def _detail(said: Words) -> Words:
    return Words(
        zh=f"{said.zh}的凭证在此尝试，已被拒。可能原持卡人未知情，也可能卡已易手。请先看录像，"
        "再与登记人核对。首办：物业。",
        en=f"A credential that is {said.en} was tried here and refused. Perhaps its holder was not "
        "told, perhaps it changed hands. Check the recording first, then ask the registered "
        "holder. First: property.",
    )


RULE = Rule(
    id="blocked_credential",
    version="1",
    title=Words(zh="停用凭证尝试", en="blocked credential tried"),
    steps={
        "lost": Words(zh="挂失凭证被拒", en="refused as lost"),
        "expired": Words(zh="过期凭证被拒", en="refused as expired"),
        "blocked": Words(zh="停用凭证被拒", en="refused as blocked"),
    },
    inputs=frozenset({"access.denied"}),
    scopes=scopes,
    params=BlockedParams,
    state=Nothing,
    step=step,
    severity="yellow",
    handler="property",
    delivery="list",
    visit=True,
)
