"""Which device of the site a reading comes from, and where that device's channel stands.

Pure: built from a `Site`, asked by the mapping. Identity is estate + the device's own id (or the
topic only it speaks on), never an address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from ingest.topics import matches, push_device
from schemas.event_data import Direction
from schemas.site import ClockFault, DeviceSite, EstateSite, Site

DEFAULT_ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a reading belongs: estate, device, place, and how to read that device's clock."""

    estate: str
    device: str
    place: str
    known: bool = True
    direction: Direction | None = None
    zone: ZoneInfo | None = None
    clock_fault: ClockFault | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    estate: EstateSite
    device: DeviceSite


class Registry:
    """The devices of a site, found by topic or by their own id.

    `zone` is used where no site names one: for `normalise --tz` and for installations that have
    not written a site file yet.
    """

    def __init__(self, site: Site | None = None, zone: ZoneInfo | None = None) -> None:
        """Index the site's devices."""
        self._zone = zone
        self._by_id: dict[str, _Entry] = {}
        self._by_name: dict[str, _Entry] = {}
        self._by_filter: list[tuple[str, _Entry]] = []
        for estate in site.estates if site else ():
            for device in estate.devices:
                self._add(_Entry(estate, device))
        estates = site.estates if site else ()
        self._default = estates[0].id if len(estates) == 1 else DEFAULT_ESTATE

    def _add(self, entry: _Entry) -> None:
        self._by_name.setdefault(entry.device.id, entry)
        for native in entry.device.ids:
            self._by_id[_fold(native)] = entry
        self._by_filter.extend((pattern, entry) for pattern in entry.device.topics)

    def adapter_of(self, topic: str) -> str | None:
        """The adapter that the site names for a topic, if it names one."""
        entry = self._on_topic(topic)
        return entry.device.adapter if entry else None

    def topics(self) -> Iterable[str]:
        """The MQTT filters the site's devices speak on."""
        return sorted({pattern for pattern, _ in self._by_filter})

    def place(self, topic: str, native: str | None, channel: str | None) -> Placement:
        """Where a reading belongs. An unknown device stands for its own place."""
        entry = self._by_id.get(_fold(native)) if native else None
        entry = entry or self._on_topic(topic)
        if entry is None:
            device = native or push_device(topic) or topic or "unknown"
            return Placement(
                self._default, _slash_free(device), _slash_free(device), known=False, zone=self._zone
            )
        return self._at(entry, channel)

    def _at(self, entry: _Entry, channel: str | None) -> Placement:
        device = entry.device
        spot = device.channels.get(channel) if channel is not None else None
        return Placement(
            estate=entry.estate.id,
            device=device.id,
            place=(spot and spot.place) or device.place,
            direction=(spot and spot.direction) or device.direction,
            zone=ZoneInfo(device.timezone or entry.estate.timezone),
            clock_fault=device.clock_fault,
            inputs=device.inputs,
        )

    def _on_topic(self, topic: str) -> _Entry | None:
        name = push_device(topic)
        if name is not None and name in self._by_name:
            return self._by_name[name]
        return next((entry for pattern, entry in self._by_filter if matches(pattern, topic)), None)


def _fold(native: str) -> str:
    return native.strip().lower().replace("-", ":")


def _slash_free(name: str) -> str:
    return name.strip().replace("/", ".")
