"""Which device of the site a reading comes from, and where that device's channel stands.

Pure: built from a `Site`, asked by the mapping. Identity is estate + the device's own id (or the
topic only it speaks on), never an address.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.topics import TOPIC_REMEMBERED_MAX, matches, push_device
from schemas.event_data import Direction
from schemas.site import ClockFault, DeviceSite, EstateSite, Site

DEFAULT_ESTATE = "estate"
UNKNOWN = "unknown"
REMEMBERED_MAX = 8192
"""Topics and channels whose answer is kept; beyond that the longest unused is worked out again."""


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


@dataclass(frozen=True, slots=True, eq=False)
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
        self._by_id: dict[str, list[_Entry]] = defaultdict(list)
        self._by_name: dict[str, list[_Entry]] = defaultdict(list)
        self._by_filter: list[tuple[str, _Entry]] = []
        estates = site.estates if site else ()
        for estate in estates:
            for device in estate.devices:
                self._add(_Entry(estate, device))
        self._by_filter.sort(key=lambda item: _breadth(item[0]))
        self._default = estates[0].id if len(estates) == 1 else DEFAULT_ESTATE
        self._remembered = lru_cache(REMEMBERED_MAX)(self._find_on_topic)
        self._at = lru_cache(REMEMBERED_MAX)(_placement)

    def _add(self, entry: _Entry) -> None:
        self._by_name[entry.device.id].append(entry)
        for native in entry.device.ids:
            self._by_id[_fold(native)].append(entry)
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
        entry = self._on_topic(topic)
        if native is not None:
            entry = self._of_id(native, entry) or entry
        if entry is not None:
            return self._at(entry, channel if channel in entry.device.channels else None)
        device = _plain(native or push_device(topic) or topic) or UNKNOWN
        return Placement(self._default, device, device, known=False, zone=self._zone)

    def _of_id(self, native: str, near: _Entry | None) -> _Entry | None:
        """The device with this id; where estates share one, that of the estate the topic is of."""
        found = self._by_id.get(_fold(native), [])
        if len(found) > 1:
            found = [entry for entry in found if near and entry.estate is near.estate]
        return found[0] if len(found) == 1 else None

    def _on_topic(self, topic: str) -> _Entry | None:
        short = len(topic) <= TOPIC_REMEMBERED_MAX
        return self._remembered(topic) if short else self._find_on_topic(topic)

    def _find_on_topic(self, topic: str) -> _Entry | None:
        """The device only which speaks here; of several filters the narrowest counts."""
        named = self._by_name.get(push_device(topic) or "", [])
        if len(named) == 1:
            return named[0]
        return next((entry for pattern, entry in self._by_filter if matches(pattern, topic)), None)


def _placement(entry: _Entry, channel: str | None) -> Placement:
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


def _breadth(pattern: str) -> tuple[int, int, int]:
    """How much a filter takes in: `#` before `+` before plain levels, few levels before many."""
    levels = pattern.split("/")
    return ("#" in levels, levels.count("+"), -len(levels))


def _fold(native: str) -> str:
    return native.strip().lower().replace("-", ":")


def _plain(name: str) -> str:
    return name.strip().strip("/").replace("/", ".")
