"""Which rules an event concerns, and where: worked out once for its type, device and place.

Most rules go by where a reading comes from. For those the way to their scopes and parameters is the
same for each reading of one type, of one device, at one place, as long as the configuration stands.
The others (whose card, which vehicle) are asked for every event.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from processors.core.effects import AlertOpened, Heard, Told
from processors.core.estate import Estate
from processors.core.outages import NONE
from processors.core.register import NOTHING
from processors.core.rule import Rule, Scopes, Situation, is_by_place
from processors.core.scope import Scope
from schemas.events import Event

PLACED_SCOPES = frozenset({"door", "lane", "zone", "dwelling"})
FROM_THE_OFFICE = frozenset({"config.activated", "register.changed", "watch.changed"})
"""What people write concerns what it names, not where it was written."""
ROUTES_MAX = 50_000
"""Beyond it all are worked out anew: names of devices come from outside, without number."""


class Spot(NamedTuple):
    """A scope that an input concerns, its key, and the parameters of the place it is judged by."""

    scope: Scope
    key: str
    place: str
    params: Any


class Route(NamedTuple):
    """One rule and its spots, None where the event itself must be asked."""

    rule: Rule
    idle: Callable[[Event], bool] | None
    spots: tuple[Spot, ...] | None


Known = dict[object, tuple[Scope, ...]]
"""The scopes of one event, by the function of the rules that finds them."""


def routes_of(estate: Estate, rules: Iterable[Rule], event: Event) -> tuple[Route, ...]:
    """The ways of an event to those of the rules that it may concern, in their order."""
    if event.type in FROM_THE_OFFICE:
        return tuple(Route(rule, rule.idle, None) for rule in rules)
    found = (Route(rule, rule.idle, _by_place(estate, rule, event)) for rule in rules)
    return tuple(route for route in found if route.spots != ())


def _by_place(estate: Estate, rule: Rule, event: Event) -> tuple[Spot, ...] | None:
    if rule.joined is not None or not is_by_place(rule.scopes, estate.config):
        return None
    scopes = rule.scopes(event, estate.config)
    return tuple(spot(estate, rule, scope, event.data.place) for scope in scopes)


def spots_of(estate: Estate, rule: Rule, event: Event, known: Known) -> list[Spot]:
    """The spots that an event concerns. `known` are the scopes found for it so far: rules share
    the functions that find them.
    """
    scopes = known.get(rule.scopes)
    if scopes is None:
        scopes = known[rule.scopes] = rule.scopes(event, estate.config)
    if rule.joined is not None:
        more = known.get(rule.joined)
        if more is None:
            more = known[rule.joined] = rule.joined(event, estate.config, estate.register)
        if more:
            scopes = tuple(dict.fromkeys((*scopes, *more)))
    return [spot(estate, rule, scope, event.data.place) for scope in scopes]


def spot(estate: Estate, rule: Rule, scope: Scope, told_at: str = "") -> Spot:
    """A scope as a rule judges it: by where it stands or, without a place, by where the input was.

    A deadline and another rule's alert are nowhere.
    """
    place = told_at
    if scope.kind in PLACED_SCOPES:
        place = scope.id
    elif scope.kind == "device" and (device := estate.config.device_by_id.get(scope.id)):
        place = device.place
    params = estate.params.get((rule.id, place))
    if params is None:
        params = rule.read_params(estate.config.rule_settings(rule.id, place))
        estate.params[(rule.id, place)] = params
    return Spot(scope, scope.key, place, params)


def situation(estate: Estate, rule: Rule, here: Spot, told: Told | Heard) -> Situation:
    """What a rule may look at in a step."""
    at = told.alert.updated_at if isinstance(told, AlertOpened) else told.at
    return Situation(
        here.params,
        estate.config,
        here.scope,
        here.place,
        at,
        estate.order.lateness_ms,
        NOTHING if rule.at_once else estate.register,
        NONE if rule.at_once else estate.outages,
        estate.behind,
    )


__all__ = ["Known", "Route", "Scopes", "Spot", "routes_of", "situation", "spot", "spots_of"]
