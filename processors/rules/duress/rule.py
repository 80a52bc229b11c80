"""Somebody used a duress code or a panic button: they are under threat.

Why: the one who types it stakes their safety on nobody noticing but us. Fires at once, on every
such reading, by itself: one alert per event, red, pushed, silent on site; it is never grouped,
suppressed or capped, and nothing anybody did before or after changes it. A help button that may
ring is `help_button`; the device says which of the two was pressed (`help.requested` with
`silent`), so that one press never rings for both. Misses terminals that have no duress code or
finger set up, and panic buttons whose make does not tell them from help buttons. Known false
alarms: a finger enrolled by mistake, a code typed by a child; nobody can tell them from outside, so
every one is treated as real.
"""

from dataclasses import dataclass

from pydantic import Field

from processors.core.effects import Effect, Input, OpenAlert, evidence
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.rules.places import at_door
from schemas.base import Words
from schemas.event_data import AccessDuress, HelpRequested
from schemas.events import Event


class DuressParams(Params):
    """Hours. A device never takes a duress back; a day on the feed is our own judgement."""

    clear_h: float = Field(default=24, gt=0)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No state: each reading stands for itself, in whatever order they come."""


def step(now: Situation, state: Nothing, told: Input) -> tuple[Nothing, tuple[Effect, ...]]:
    """One duress reading or panic button, one alert."""
    if not isinstance(told, Event) or not _is_silent_call(told):
        return state, NO_EFFECTS
    alert = OpenAlert(
        key=f"{now.scope.id}|{told.id}",
        place=now.scope.id,
        detail=_detail(told),
        evidence=(evidence(_step_of(told), told),),
        subject=told.subject,
        silent_on_site=True,
        identity=told.id,
        clear_after_ms=ms(now.params.clear_h * 3600),
    )
    return state, (alert,)


MEANS = {
    "pin": Words(zh="胁迫码", en="Duress code"),
    "fingerprint": Words(zh="胁迫指纹", en="Duress finger"),
}
OTHER_MEANS = Words(zh="胁迫凭证", en="Duress credential")
PANIC = Words(zh="紧急报警按钮", en="Panic button")


def _is_silent_call(event: Event) -> bool:
    data = event.data
    return isinstance(data, AccessDuress) or (isinstance(data, HelpRequested) and data.silent)


def _step_of(event: Event) -> str:
    return "duress_used" if isinstance(event.data, AccessDuress) else "panic_pressed"


def _detail(event: Event) -> Words:
    data, means = event.data, PANIC
    if isinstance(data, AccessDuress):
        means = MEANS.get(data.method, OTHER_MEANS)
    return Words(
        zh=f"使用{means.zh}，现场未响铃，设备直接报告，按真实处置。立即出警，勿回拨住户。",
        en=f"{means.en} used, no bell on site; the device says so itself, treat it as real. Go "
        "now; do not call back.",
    )


RULE = Rule(
    id="duress",
    version="2",
    title=Words(zh="胁迫开门", en="duress"),
    steps={
        "duress_used": Words(zh="使用胁迫凭证", en="duress credential used"),
        "panic_pressed": Words(zh="按下紧急报警按钮", en="panic button pressed"),
    },
    inputs=frozenset({"access.duress", "help.requested"}),
    scopes=at_door,
    params=DuressParams,
    state=Nothing,
    step=step,
    severity="red",
    handler="police",
    delivery="push",
    at_once=True,
)
