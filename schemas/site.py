"""The site file: one YAML that names the estates, their places and their devices.

Operators write it; ingest reads devices from it, and each estate's configuration for the
processors (`EstateConfig`) is cut out of it. Unknown places are faults, told with path and line.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from schemas.base import Model, Words
from schemas.event_data import Direction
from schemas.event_types import event_types
from schemas.place import AreaRules, DeviceConfig, EstateConfig, Place, Trees
from schemas.yaml_file import Document, Fault, FileFaults, Path, parse, validate

ClockFault = Literal["lost_offset_sign", "local_as_epoch", "utc_is_local"]


def _check_zone(name: str | None) -> str | None:
    if name is not None and name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; write one like Asia/Shanghai")
    return name


class ChannelSite(Model):
    """Where one channel, door or reader of a device looks or stands, and which way it faces."""

    place: str | None = None
    direction: Direction | None = None


class DeviceSite(Model):
    """One device: which adapter understands it, how to know it, and where it stands.

    `ids` are the device's own names for itself (MAC, serial, host name), `topics` the MQTT filters
    on which only it speaks. An address is no identity.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: Words | None = None
    adapter: str
    ids: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    place: str
    kind: Literal["reader", "panel", "camera", "recorder", "barrier", "gateway", "other"] = "other"
    direction: Direction | None = None
    channels: dict[str, ChannelSite] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    timezone: str | None = None
    clock_fault: ClockFault | None = None
    heartbeat_s: int | None = Field(default=None, gt=0)
    parent: str | None = None
    password_hash: str | None = None

    _zone = field_validator("timezone")(_check_zone)

    @field_validator("inputs")
    @classmethod
    def _known_types(cls, inputs: dict[str, str]) -> dict[str, str]:
        for channel, word in inputs.items():
            if word not in event_types():
                raise ValueError(f"input {channel}: {word!r} is not an event type of the table")
        return inputs


class EstateSite(Model):
    """One estate of the site file."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: Words
    timezone: str = "Asia/Shanghai"
    lateness_s: float = Field(default=2.0, ge=0, le=300)
    trees: Trees = Trees()
    places: tuple[Place, ...] = ()
    devices: tuple[DeviceSite, ...] = ()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    areas: tuple[AreaRules, ...] = ()

    _zone = field_validator("timezone")(_check_zone)

    def config(self) -> EstateConfig:
        """What the processors must know of the estate."""
        return EstateConfig(
            estate=self.id, name=self.name, timezone=self.timezone, lateness_s=self.lateness_s,
            trees=self.trees, places=self.places, rules=self.rules, areas=self.areas,
            devices=tuple(_device_config(device) for device in self.devices),
        )  # fmt: skip


def _device_config(device: DeviceSite) -> DeviceConfig:
    return DeviceConfig(
        id=device.id, name=device.name or Words(zh=device.id, en=device.id), place=device.place,
        kind=device.kind, heartbeat_s=device.heartbeat_s, parent=device.parent,
    )  # fmt: skip


class Site(Model):
    """All estates this installation serves."""

    version: Literal[1] = 1
    estates: tuple[EstateSite, ...] = ()

    def configs(self) -> dict[str, EstateConfig]:
        """The processors' configuration of each estate."""
        return {estate.id: estate.config() for estate in self.estates}


def zone(name: str) -> ZoneInfo:
    """A time zone by name."""
    return ZoneInfo(name)


def parse_site(text: str, file: str = "site.yaml") -> Site:
    """The site of a YAML text. Raises FileFaults with every fault, path and line."""
    document = parse(text, file)
    site = validate(document, Site)
    if faults := list(_faults(site, document)):
        raise FileFaults(faults)
    return site


def _faults(site: Site, document: Document) -> Iterator[Fault]:
    yield from _doubles(document, [estate.id for estate in site.estates], ("estates",))
    for at, estate in enumerate(site.estates):
        base: Path = ("estates", at)
        places = {place.id: place for place in estate.places}
        yield from _doubles(document, [p.id for p in estate.places], (*base, "places"))
        yield from _doubles(document, [d.id for d in estate.devices], (*base, "devices"))
        yield from _place_faults(document, estate, places, base)
        yield from _device_faults(document, estate, places, base)
        for index, area in enumerate(estate.areas):
            if area.place not in places:
                yield document.fault((*base, "areas", index, "place"), _unknown(area.place))


def _place_faults(
    document: Document, estate: EstateSite, places: dict[str, Place], base: Path
) -> Iterator[Fault]:
    for index, place in enumerate(estate.places):
        where = (*base, "places", index)
        if place.parent is not None and place.parent not in places:
            yield document.fault((*where, "parent"), _unknown(place.parent))
        for camera in place.seen_by:
            if camera not in places or places[camera].kind != "camera":
                yield document.fault(
                    (*where, "seen_by"), f"{camera!r} is not a camera of this estate"
                )


def _device_faults(
    document: Document, estate: EstateSite, places: dict[str, Place], base: Path
) -> Iterator[Fault]:
    known = {device.id for device in estate.devices}
    for index, device in enumerate(estate.devices):
        where = (*base, "devices", index)
        if device.place not in places:
            yield document.fault((*where, "place"), _unknown(device.place))
        if device.parent is not None and device.parent not in known:
            yield document.fault((*where, "parent"), f"{device.parent!r} is not a device here")
        for channel, spot in device.channels.items():
            if spot.place is not None and spot.place not in places:
                yield document.fault((*where, "channels", channel, "place"), _unknown(spot.place))


def _doubles(document: Document, ids: list[str], base: Path) -> Iterator[Fault]:
    counted = Counter(ids)
    for index, name in enumerate(ids):
        if counted[name] > 1:
            yield document.fault((*base, index, "id"), f"{name!r} is given {counted[name]} times")


def _unknown(place: str) -> str:
    return f"{place!r} is not a place of this estate; add it under places or mend the name"
