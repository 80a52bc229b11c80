"""What is wrong with a site that has the right shape: names that lead nowhere, doubles. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from schemas.device_site import DeviceSite, FaceSite
from schemas.estate_site import EstateSite, Site
from schemas.place import Place
from schemas.yaml_file import Fault, Path, Source

OTHERS_SHOWN = 3
UNREGISTERED = "estate"
"""The estate that devices of no site file stand in."""
FACE_PAPERS = {
    "owners_resolution": "date and number of the owners' resolution that wants it",
    "notice": "where the notice to those who pass it hangs",
    "impact_assessment": "number of the impact assessment",
    "other_way_in": "how one comes in without a face",
    "guardians_consent_under_14": "where the guardians' consents lie, or that no child is enrolled",
    "retention_days": "after how many days faces are deleted",
}
"""What a device that recognises faces is adopted with."""


def site_faults(site: Site, source: Source) -> Iterator[Fault]:
    """Every fault, at its path."""
    yield from _doubles(source, [estate.id for estate in site.estates], ("estates",))
    for at, estate in enumerate(site.estates):
        yield from _estate_faults(source, estate, ("estates", at))
    yield from _filter_faults(source, site)


def _estate_faults(source: Source, estate: EstateSite, base: Path) -> Iterator[Fault]:
    if estate.id == UNREGISTERED:
        what = f"{UNREGISTERED!r} is where devices stand that nobody registered; take another id"
        yield source.fault((*base, "id"), what)
    places = {place.id: place for place in estate.places}
    yield from _doubles(source, [p.id for p in estate.places], (*base, "places"))
    yield from _doubles(source, [d.id for d in estate.devices], (*base, "devices"))
    yield from _place_faults(source, estate, places, base)
    yield from _device_faults(source, estate, places, base)
    yield from _native_faults(source, estate, base)
    for index, area in enumerate(estate.areas):
        if area.place not in places:
            yield source.fault((*base, "areas", index, "place"), _unknown(area.place))


def _place_faults(
    source: Source, estate: EstateSite, places: dict[str, Place], base: Path
) -> Iterator[Fault]:
    for index, place in enumerate(estate.places):
        where = (*base, "places", index)
        if place.parent is not None and place.parent not in places:
            yield source.fault((*where, "parent"), _unknown(place.parent))
        for camera in place.seen_by:
            if camera not in places or places[camera].kind != "camera":
                yield source.fault(
                    (*where, "seen_by"), f"{camera!r} is not a camera of this estate"
                )


def _device_faults(
    source: Source, estate: EstateSite, places: dict[str, Place], base: Path
) -> Iterator[Fault]:
    known = {device.id: device.parent for device in estate.devices}
    for index, device in enumerate(estate.devices):
        where = (*base, "devices", index)
        if not device.adapter:
            yield source.fault((*where, "adapter"), "is missing; add it, or name a template")
        if device.place not in places:
            yield source.fault((*where, "place"), _unknown(device.place))
        if device.parent is not None and device.parent not in known:
            yield source.fault((*where, "parent"), f"{device.parent!r} is not a device here")
        for channel, spot in device.channels.items():
            if spot.place is not None and spot.place not in places:
                yield source.fault((*where, "channels", channel, "place"), _unknown(spot.place))
        if _hangs_on_itself(device, known):
            yield source.fault((*where, "parent"), f"{device.id!r} would hang on itself")
        if device.recognises_faces:
            yield from face_faults(source, device, where)


def _hangs_on_itself(device: DeviceSite, above: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    node = device.parent
    while node is not None and node not in seen and node != device.id:
        seen.add(node)
        node = above.get(node)
    return node == device.id


def face_faults(source: Source, device: DeviceSite, where: Path) -> Iterator[Fault]:
    """What a device that recognises faces does not say, though it must."""
    told = device.face or FaceSite()
    lacking = [name for name in FACE_PAPERS if not str(getattr(told, name) or "").strip()]
    for name in lacking:
        what = f"is missing, and this device recognises faces; write {FACE_PAPERS[name]}"
        if name == lacking[0]:
            what += " (one that does not: recognises_faces: false)"
        yield source.fault((*where, "face", name), what)


def _native_faults(source: Source, estate: EstateSite, base: Path) -> Iterator[Fault]:
    """Two devices of one estate cannot have one name for themselves."""
    owners: dict[str, str] = {}
    for index, device in enumerate(estate.devices):
        for at, native in enumerate(device.ids):
            owner = owners.setdefault(fold_native(native), device.id)
            if owner != device.id:
                what = f"{native!r} is also an id of {owner!r}; one of the two is wrong"
                yield source.fault((*base, "devices", index, "ids", at), what)


def _filter_faults(source: Source, site: Site) -> Iterator[Fault]:
    """A filter that two devices have tells neither of them."""
    owners: dict[str, tuple[str, str]] = {}
    for at, estate in enumerate(site.estates):
        for index, device in enumerate(estate.devices):
            for number, topic in enumerate(device.topics):
                owner = owners.setdefault(topic, (estate.id, device.id))
                if owner != (estate.id, device.id):
                    what = (
                        f"{topic!r} is also a filter of {owner[1]!r} in {owner[0]!r}; only one "
                        "device may speak there (tell those behind it by ids)"
                    )
                    path = ("estates", at, "devices", index, "topics", number)
                    yield source.fault(path, what)


def _doubles(source: Source, ids: list[str], base: Path) -> Iterator[Fault]:
    counted = Counter(ids)
    if len(counted) == len(ids):
        return
    spots: dict[str, list[Fault]] = {}
    for index, name in enumerate(ids):
        if counted[name] > 1:
            spots.setdefault(name, []).append(source.fault((*base, index, "id"), ""))
    for name, found in spots.items():
        for spot in found:
            others = [f"{one.file}:{one.line}" for one in found if one is not spot]
            also = ", ".join(others[:OTHERS_SHOWN])
            what = f"{name!r} is given {len(found)} times, also at {also}; rename one or delete it"
            yield replace(spot, what=what)


def fold_native(native: str) -> str:
    """A device's own name as it is compared: spelling of MACs and capitals do not matter."""
    return native.strip().strip("/").lower().replace("-", ":").replace("/", ".")


def _unknown(place: str) -> str:
    return f"{place!r} is not a place of this estate; add it under places or mend the name"
