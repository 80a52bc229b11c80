"""Which homes are somebody's own, by the areas of their account. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.register.known import Known


@dataclass(frozen=True, slots=True)
class Home:
    """A home: its name in the register, its address for people, the place of the site it is at."""

    estate: str
    name: str
    address: str
    place: str | None


def own_homes(areas: Iterable[str], known: Known) -> tuple[Home, ...]:
    """The homes that areas name. Where two estates have one of the same name, the account must
    name the estate as well.
    """
    told = frozenset(areas)
    near = [estate for estate in known.homes if estate in told]
    by_name: dict[str, list[Home]] = {}
    for estate in near or known.homes:
        for home in _named(estate, told, known):
            by_name.setdefault(home.name, []).append(home)
    only = (home for homes in by_name.values() if len(homes) == 1 or near for home in homes)
    return tuple(sorted(only, key=lambda home: (home.estate, home.name)))


def _named(estate: str, told: frozenset[str], known: Known) -> Iterable[Home]:
    places = known.places.get(estate, {})
    names = {name for some in known.homes[estate].values() for name in some}
    for name in names & told:
        yield Home(estate, name, _address(estate, name, known), name if name in places else None)


def _address(estate: str, name: str, known: Known) -> str:
    called = (text for text, homes in known.homes[estate].items() if homes == (name,))
    return max(called, key=lambda text: (text != name, text), default=name)
