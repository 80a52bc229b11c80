"""Which homes, gates, vehicles, devices and places somebody sees: those of their areas."""

from collections.abc import Iterable, Mapping

from console.around.asking import Asked
from console.around.homes import Located, where_of
from schemas.base import Words
from schemas.place import EstateConfig, Place
from schemas.views import CareView, DeviceView, HomeView, PassagesView, VehiclesView

NOT_FOR = frozenset({"property", "resident"})
"""How a home is used is for the police and the grid, and for those who supervise them."""


def homes_seen(asked: Asked) -> list[Located]:
    """The homes in sight."""
    if asked.who.role in NOT_FOR:
        return []
    around = asked.office.cases.around
    return [
        Located(home, where_of(home, around.config(home.estate)))
        for home in asked.office.glance().homes
        if asked.covers(home.estate, home.place)
    ]


def care_seen(asked: Asked) -> list[CareView]:
    """The homes looked after that are in sight."""
    if asked.who.role in NOT_FOR:
        return []
    return [one for one in asked.office.glance().care if asked.covers(one.estate, one.place)]


def passages_seen(asked: Asked, all_of: Iterable[PassagesView]) -> list[PassagesView]:
    """The gates in sight among some."""
    return [one for one in all_of if asked.covers(one.estate, one.gate)]


def vehicles_seen(asked: Asked) -> list[VehiclesView]:
    """The places in sight that count their vehicles; whole estates first."""
    found = asked.office.views.models.vehicles()
    mine = [one for one in found if asked.covers(one.estate, one.place)]
    return sorted(mine, key=lambda one: (one.estate, one.place != one.estate, one.place))


def devices_seen(asked: Asked) -> list[DeviceView]:
    """The devices in sight, in order."""
    found = list(asked.office.views.devices.values())
    mine = [one for one in found if asked.covers(one.estate, one.place)]
    return sorted(mine, key=lambda one: (one.estate, one.device))


def place_of(asked: Asked, estate: str | None, name: str) -> tuple[str, str] | None:
    """The estate and id of a place in sight; None where there is none.

    An address may leave the estate out where one alone has such a place.
    """
    estates = [estate] if estate else _estates(asked)
    found = [one for one in estates if _has(asked, one, name) and asked.covers(one, name)]
    return (found[0], name) if len(found) == 1 or (estate and found) else None


def _estates(asked: Asked) -> list[str]:
    views = asked.office.views
    inputs = {seen.view.estate for seen in views.inputs.values()}
    return sorted(inputs | {one.estate for one in views.devices.values()})


def _has(asked: Asked, estate: str, name: str) -> bool:
    config = asked.office.cases.around.config(estate)
    if config is not None:
        return name == estate or name in config.place_by_id
    return name == estate or (estate, name) in asked.office.views.places


def place_name(asked: Asked, estate: str, place: str) -> Words:
    """A place's name for people: the site's, else what devices say of it."""
    config = asked.office.cases.around.config(estate)
    if config is not None:
        return config.name if place == estate else config.place_name(place)
    return asked.office.views.place_name(estate, place)


def area_name(asked: Asked, area: str) -> str:
    """An estate's or a node's name for people; its id where nobody has told another."""
    config = asked.office.cases.around.config(area)
    seen = next(
        (s.view for s in list(asked.office.views.inputs.values()) if s.view.estate == area), None
    )
    words = config.name if config else seen.name if seen else None
    return asked.tongue.pick(words) if words else area


def below(config: EstateConfig | None, place: str) -> set[str]:
    """A place and all that stands in it."""
    found, next_ones = {place}, [place]
    standing: Mapping[str | None, tuple[Place, ...]] = config.standing_in if config else {}
    while next_ones:
        for node in standing.get(next_ones.pop(), ()):
            if node.id not in found:
                found.add(node.id)
                next_ones.append(node.id)
    return found


def home_named(asked: Asked, estate: str, dwelling: str) -> HomeView | None:
    """A home in sight by its name."""
    for one in homes_seen(asked):
        if (one.home.estate, one.home.dwelling) == (estate, dwelling):
            return one.home
    return None
