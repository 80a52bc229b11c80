"""What the register may name: estates, their places, and the homes that were entered. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from schemas.site import Site


@dataclass(frozen=True, slots=True)
class Known:
    """Estates with the places of each by id and by name; `homes` by name, and by address.

    An empty `places` means that no site file was read: then any place may be named. `estates` empty
    means that nothing was ever heard: then any estate may be, unless somebody's areas bound it.
    """

    estates: frozenset[str] = frozenset()
    places: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    homes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    is_bounded: bool = False

    @property
    def only_estate(self) -> str | None:
        """The estate, where there is only one."""
        return next(iter(self.estates)) if len(self.estates) == 1 else None

    def estate_fault(self, estate: str) -> str | None:
        """Why an estate cannot be named, None if it can."""
        if estate in self.estates or not (self.estates or self.is_bounded):
            return None
        return f"{estate!r} is no estate known here; there are: {', '.join(sorted(self.estates))}"

    def place(self, estate: str, name: str) -> str:
        """A place's id by its id or name. Raises ValueError with how to mend it."""
        if estate not in self.places:
            return name
        return _only(self.places[estate], name, "place", "the site file has none of that name")

    def home(self, estate: str, name: str) -> str:
        """A home's name by its name or address. Raises ValueError with how to mend it."""
        found = self.homes.get(estate, {})
        return _only(found, name, "home", "import dwellings first, or mend the name")


def _only(found: Mapping[str, tuple[str, ...]], name: str, what: str, mend: str) -> str:
    match found.get(name, ()):
        case (only,):
            return only
        case ():
            raise ValueError(f"{name!r} is no {what} of this estate: {mend}")
        case several:
            raise ValueError(f"{name!r} means several: {', '.join(several)}; write one of them")


def places_of(site: Site) -> dict[str, dict[str, tuple[str, ...]]]:
    """The places of each estate of a site, by id and by what people call them."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for estate in site.estates:
        config, names = estate.config(), found.setdefault(estate.id, {})
        for place in estate.places:
            whole = config.place_name(place.id)
            for name in {place.name.zh, place.name.en, whole.zh, whole.en}:
                names[name] = (*names.get(name, ()), place.id)
        names.update({place.id: (place.id,) for place in estate.places})
    return found


def homes_of(site: Site) -> Iterator[tuple[str, str]]:
    """The homes that a site itself names: estate and place."""
    for estate in site.estates:
        yield from ((estate.id, place.id) for place in estate.places if place.kind == "dwelling")
