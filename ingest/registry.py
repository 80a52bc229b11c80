"""Which device of the site a reading comes from, and where that device's channel stands.

Pure: built from a `Site`, asked by the mapping. Identity is estate + the device's own id (or the
topic only it speaks on), never an address. A device that no site names stands in an estate of its
own kind (`UNREGISTERED`), where nothing it says can touch what is judged of a registered one.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingest.filter_tree import FilterTree
from ingest.topics import TOPIC_REMEMBERED_MAX, push_device
from schemas.base import MS_PER_S
from schemas.event_data import Direction
from schemas.site import ClockFault, DeviceSite, EstateSite, Site
from schemas.site_faults import UNREGISTERED, fold_native

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

UNKNOWN = "unknown"
REMEMBERED_MAX = 32_768
"""Topics and channels whose answer is kept; beyond that the longest unused is worked out again."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a reading belongs: estate, device, place, and how to read that device's clock.

    `clock_shift_ms` is how far ahead that clock is said to be, by the fault `fixed_shift`.
    `close_ups`: the estate keeps pictures cut out around a person.
    """

    estate: str
    device: str
    place: str
    known: bool = True
    direction: Direction | None = None
    zone: ZoneInfo | None = None
    clock_fault: ClockFault | None = None
    clock_shift_ms: int = 0
    inputs: Mapping[str, str] = field(default_factory=dict)
    close_ups: bool = False


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
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
        self._by_filter: FilterTree[_Entry] = FilterTree()
        self._topics: set[str] = set()
        for estate in site.estates if site else ():
            for device in estate.devices:
                self._add(_Entry(estate, device))
        self._remembered = lru_cache(REMEMBERED_MAX)(self._find_on_topic)
        self._at = lru_cache(REMEMBERED_MAX)(_placement)

    def _add(self, entry: _Entry) -> None:
        self._by_name[entry.device.id].append(entry)
        for native in entry.device.ids:
            self._by_id[fold_native(native)].append(entry)
        for pattern in entry.device.topics:
            self._by_filter.add(pattern, entry)
            self._topics.add(pattern)

    def adapter_of(self, topic: str) -> str | None:
        """The adapter that the site names for a topic, if it names one."""
        entry = self._on_topic(topic)
        return entry.device.adapter if entry else None

    def assumed_zone(self, estate: str, device: str) -> str | None:
        """The zone that a device's wall clock is read in though neither it nor its estate names
        one; None where one of them does.
        """
        for entry in self._by_name.get(device, []):
            named = {*entry.estate.model_fields_set, *entry.device.model_fields_set}
            if entry.estate.id == estate and "timezone" not in named:
                return entry.estate.timezone
        return None

    def topics(self) -> Iterable[str]:
        """The MQTT filters the site's devices speak on."""
        return sorted(self._topics)

    def place(self, topic: str, native: str | None, channel: str | None) -> Placement:
        """Where a reading belongs. An unknown device stands for its own place."""
        entry = self._on_topic(topic)
        if native is not None:
            entry = self._of_id(native, entry) or entry
        if entry is not None:
            return self._at(entry, channel if channel in entry.device.channels else None)
        device = unregistered_name(topic, native)
        return Placement(UNREGISTERED, device, device, known=False, zone=self._zone)

    def knows(self, topic: str, native: str | None = None, adapter: str | None = None) -> bool:
        """Whether a device of the site speaks on a topic, calls itself so, or is the one of an
        adapter whose id is a level of the topic.
        """
        if native is not None and self._of_id(native, None) is not None:
            return True
        asked = self._on_topic(topic) if adapter is None else self.sender(topic, adapter)
        return asked is not None

    def sender(self, topic: str, adapter: str | None) -> Placement | None:
        """The registered device that a message is of which could not be read, if one can tell.

        It speaks on the topic, or it is called by a level of it (as makes with a serial in their
        topics are) and of the adapter that refused the message. Only for messages that are
        rejected, because every level is looked for.
        """
        entry = self._on_topic(topic)
        named = (self._of_id(level, None) for level in topic.split("/") if level)
        entry = entry or next((e for e in named if e and e.device.adapter == adapter), None)
        return self._at(entry, None) if entry is not None else None

    def _of_id(self, native: str, near: _Entry | None) -> _Entry | None:
        """The device with this id in the estate that the topic is of; in any, if it is of none."""
        found = self._by_id.get(fold_native(native), [])
        if near is not None:
            found = [entry for entry in found if entry.estate is near.estate]
        return found[0] if len(found) == 1 else None

    def _on_topic(self, topic: str) -> _Entry | None:
        short = len(topic) <= TOPIC_REMEMBERED_MAX
        return self._remembered(topic) if short else self._find_on_topic(topic)

    def _find_on_topic(self, topic: str) -> _Entry | None:
        """The device only which speaks here; of several filters the narrowest counts."""
        named = self._by_name.get(push_device(topic) or "", [])
        if len(named) == 1:
            return named[0]
        return self._by_filter.narrowest(topic)


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
        clock_shift_ms=(device.clock_shift_s or 0) * MS_PER_S,
        inputs=device.inputs,
        close_ups=entry.estate.keep_close_ups,
    )


def unregistered_name(topic: str, native: str | None = None) -> str:
    """What a device is called that no site names: as it calls itself, or by its topic."""
    name = native or push_device(topic) or topic
    return name.strip().strip("/").replace("/", ".") or UNKNOWN
