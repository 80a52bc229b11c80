"""Rules that ship switched off: they need a site's decision, whole or by area."""

from collections.abc import Callable
from typing import TypeVar

from processors.core.effects import Effect, Told
from processors.core.rule import NO_EFFECTS, Params, Scope, Scopes, Situation, by_place_if
from schemas.events import Event
from schemas.place import EstateConfig

State = TypeVar("State")
Input = TypeVar("Input", bound=Told)
Stepped = tuple[State, tuple[Effect, ...]]


class SwitchedParams(Params):
    """`enabled` switches the rule on, for the estate or an area."""

    enabled: bool = False


def switched(
    rule: str, step: Callable[[Situation, State, Input], Stepped[State]]
) -> Callable[[Situation, State, Input], Stepped[State]]:
    """The step of a rule that may be off: then an event changes nothing.

    The register is told nowhere in particular, so its changes count if the rule is on anywhere.
    Deadlines and what follows from an event that counted are let through.
    """

    def stepped(now: Situation, state: State, told: Input) -> Stepped[State]:
        if not now.params.enabled and isinstance(told, Event) and not _concerns(now, rule, told):
            return state, NO_EFFECTS
        return step(now, state, told)

    return stepped


def _concerns(now: Situation, rule: str, event: Event) -> bool:
    return event.type == "register.changed" and is_on_somewhere(now.config, rule)


def is_on_somewhere(config: EstateConfig, rule: str) -> bool:
    """Whether the estate or one of its areas has the rule switched on."""
    return rule in config.switched_on


def where_on(rule: str, scopes: Scopes) -> Scopes:
    """The scopes of an event, none in an estate that has the rule off: there it costs nothing."""

    def found(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
        return scopes(event, config) if rule in config.switched_on else ()

    return by_place_if(found, lambda config: rule not in config.switched_on)
