"""The surroundings of a trial: which mapping, which filters, whose messages. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args
from zoneinfo import ZoneInfo

from deploy.prove.trial import AS_CONFIGURED
from ingest.catalogue import Catalogue
from ingest.filters import reduce_filters, with_prefixes
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from ingest.topics import PUSH_ROOT, matches, push_device
from schemas.base import MS_PER_S
from schemas.site import ClockFault, DeviceSite, EstateSite, Site

LATENESS_MS = 2 * MS_PER_S
NEEDS_A_NUMBER = frozenset({"fixed_shift"})
"""A fault that says by how much cannot be tried without knowing that."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A device and what is known of it. `site` is None where there is no site file.

    `topic` is a filter on which only it speaks, for a device that nothing knows yet.
    """

    device: str
    catalogue: Catalogue
    site: Site | None = None
    timezone: str | None = None
    adapter: str | None = None
    topic: str = ""

    @property
    def entry(self) -> tuple[EstateSite, DeviceSite] | None:
        """The estate and the device in the site file, if it stands there."""
        for estate in self.site.estates if self.site else ():
            for device in estate.devices:
                if device.id == self.device:
                    return estate, device
        return None

    @property
    def lateness_ms(self) -> int:
        """How long its estate waits."""
        return round(self.entry[0].lateness_s * MS_PER_S) if self.entry else LATENESS_MS

    def mappers(self) -> Mapping[str, Mapper]:
        """The mapping as configured, and with each known fault of a clock set for this device."""
        found = {AS_CONFIGURED: Mapper(self.catalogue, self._registry(self.site))}
        if self.entry is not None:
            for fault in set(get_args(ClockFault)) - NEEDS_A_NUMBER:
                found[fault] = Mapper(self.catalogue, self._registry(self._with_fault(fault)))
        return found

    def _registry(self, site: Site | None) -> Registry:
        return Registry(site, ZoneInfo(self.timezone) if self.timezone else None)

    def _with_fault(self, fault: str) -> Site:
        assert self.site is not None
        estates = tuple(
            estate.model_copy(update={"devices": tuple(
                device.model_copy(update={"clock_fault": fault})
                if device.id == self.device else device for device in estate.devices
            )}) for estate in self.site.estates
        )  # fmt: skip
        return self.site.model_copy(update={"estates": estates})

    def filters(self, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        """What to listen to: the device's own topics, or those on which it could speak."""
        wanted = {f"{PUSH_ROOT}/{self.device}/#"}
        known = self.entry[1] if self.entry else None
        if self.topic:
            wanted.add(self.topic)
        elif known is not None and known.topics:
            wanted |= set(known.topics)
        else:
            name = known.adapter if known else self.adapter
            asked = self.catalogue.named(name) if name else self.catalogue.adapters.values()
            wanted |= {topic for adapter in asked for topic in adapter.spec.topics}
        return reduce_filters(with_prefixes(wanted, prefixes))

    def is_its(self, message: Message, mapper: Mapper) -> bool:
        """Whether a message that was heard is of this device."""
        if self.topic and matches(self.topic, message.topic):
            return True
        if push_device(message.topic) == self.device or self.device in message.topic.split("/"):
            return True
        if mapper.registry.place(message.topic, None, None).device == self.device:
            return True
        read = mapper.read(message, self.adapter)
        return not isinstance(read, Rejected) and any(e.data.device == self.device for e in read)
