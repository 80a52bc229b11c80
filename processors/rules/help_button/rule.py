"""Somebody pressed a help or SOS button.

Why: they ask for help, and whoever answers first need not know more than where. Fires on every
press of a button that may ring; presses of one home, or of one person's button outside it, within
`group_min` of each other are one alert that counts them. It is red where the home, or the button's
bearer, is enrolled in care (own or a guardian's consent, in force and withdrawable at any time).
A panic button, which must not ring, is `duress` (`help.requested` with `silent`): one press is told
by one of the two, never by both. Misses buttons out of battery or range. Known false alarms:
presses by children and while cleaning; each is answered all the same.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    Deadline,
    Effect,
    Input,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.terms import Term, forgetting, term_of
from schemas.base import Words
from schemas.event_data import HelpRequested, RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig


class HelpParams(Params):
    """Minutes. How long a further press belongs to the earlier call is our own judgement."""

    group_min: float = Field(default=30, gt=0)


@dataclass(frozen=True, slots=True)
class Caller:
    """A home or a bearer: their consent to be looked after, and the presses of the call."""

    consent: Term | None = None
    presses: int = 0


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The home of a press; outside of one the bearer, or else the place.

    A consent concerns its home and, where it names one, the bearer.
    """
    data = event.data
    bearer = (Scope("credential", event.subject),) if event.subject else ()
    if isinstance(data, RegisterChanged):
        if data.record != "consent" or data.dwelling is None:
            return ()
        return (Scope("dwelling", data.dwelling), *bearer)
    if not isinstance(data, HelpRequested) or data.silent:
        return ()
    home = next((node.id for node in config.lineage(data.place) if node.kind == "dwelling"), None)
    if home is not None:
        return (Scope("dwelling", home),)
    return bearer or (Scope("dwelling", data.place),)


def step(now: Situation, state: Caller, told: Input) -> tuple[Caller, tuple[Effect, ...]]:
    """One press, one change of the consent, or the end of either."""
    if isinstance(told, Deadline):
        if told.name == "consent":
            return replace(state, consent=None), NO_EFFECTS
        return replace(state, presses=0), NO_EFFECTS
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        consent = term_of(told.data, told.at)
        return replace(state, consent=consent), (forgetting("consent", consent),)
    return _pressed(now, state, told)


def _pressed(now: Situation, state: Caller, event: Event) -> tuple[Caller, tuple[Effect, ...]]:
    state = replace(state, presses=state.presses + 1)
    group = ms(now.params.group_min * 60)
    enrolled = state.consent is not None and state.consent.holds(now.at)
    alert = OpenAlert(
        key=now.scope.id,
        place=event.data.place,
        detail=_detail(state.presses, enrolled),
        evidence=(evidence("pressed", event),),
        subject=event.subject,
        severity="red" if enrolled else None,
        also=("property", "police") if enrolled else None,
        clear_after_ms=group,
    )
    return state, (SetDeadline("group", now.at + group), alert)


def _detail(presses: int, enrolled: bool) -> Words:
    often = Words(zh="", en="")
    if presses > 1:
        often = Words(zh=f"，已按{presses}次", en=f", {presses} times by now")
    care = Words(zh="", en="")
    if enrolled:
        care = Words(zh="，已同意接受关爱", en="; enrolled in care by consent")
    return Words(
        zh=f"按下求助按钮{often.zh}{care.zh}。请立即回拨或对讲确认；无人应答即上门查看，必要时拨打120。"
        "首办：关爱站。",
        en=f"A help button was pressed{often.en}{care.en}. Call back now; if nobody answers go "
        "there, and call 120 if need be. First: care station.",
    )


RULE = Rule(
    id="help_button",
    version="1",
    title=Words(zh="按钮求助", en="help button"),
    steps={"pressed": Words(zh="按下求助按钮", en="help button pressed")},
    inputs=frozenset({"help.requested", "register.changed"}),
    scopes=scopes,
    params=HelpParams,
    state=Caller,
    step=step,
    severity="orange",
    handler="care_station",
    also=("property",),
    delivery="push",
)
