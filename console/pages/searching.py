"""Finds places, homes and devices in sight by a part of their name; each leads to its place."""

from collections.abc import Iterator
from urllib.parse import quote

from console.pages.bounds import Bounds
from console.pages.saying import Saying
from console.words import Language, pick
from schemas.base import Words

FOUND_MAX = 12
Candidate = tuple[str, Words, str, str, str]
"""What it is, its name, what else it is found by, its estate, its place."""


def search(bounds: Bounds, language: Language, asked: str) -> list[dict[str, str]]:
    """At most 12, those whose name begins so first. Every part of what was typed must be there."""
    parts = asked.casefold().split()
    found = []
    for kind, name, more, estate, place in _candidates(bounds):
        text = f"{name.zh} {name.en} {more}".casefold()
        if parts and all(part in text for part in parts):
            begins = any(one.casefold().startswith(parts[0]) for one in (name.zh, name.en, more))
            found.append((not begins, len(name.zh), pick(name, language), kind, estate, place))
    say = Saying(language).text
    return [
        {"name": name, "kind": say(f"kind_{kind}"), "estate": _estate(bounds, language, estate),
         "place": place, "of": estate, "href": place_link(language, estate, place)}
        for _, _, name, kind, estate, place in sorted(found)[:FOUND_MAX]
    ]  # fmt: skip


def place_link(language: Language, estate: str, place: str) -> str:
    """The page of a place."""
    return f"/places/{quote(place, safe='')}?estate={quote(estate, safe='')}&lang={language}"


def _estate(bounds: Bounds, language: Language, estate: str) -> str:
    seen = bounds.office.views.inputs.get(f"input/{estate}")
    if seen is not None and seen.view.name is not None:
        return pick(seen.view.name, language)
    return pick(bounds.office.cases.around.name(estate, estate), language)


def _candidates(bounds: Bounds) -> Iterator[Candidate]:
    office = bounds.office
    estates = {seen.view.estate for seen in list(office.views.inputs.values())}
    for estate in sorted(estates | set(bounds.office.cases.around.estates)):
        config = office.cases.around.config(estate)
        for place in config.places if config else ():
            if bounds.covers(estate, place.id):
                name = config.place_name(place.id) if config else place.name
                yield "place", name, place.id, estate, place.id
    for device in bounds.devices():
        yield "device", device.name, device.device, device.estate, device.place
    for home in bounds.glance().homes:
        yield "home", home.place_name, home.dwelling, home.estate, home.place
