"""Places, the two trees above them, and what one estate's configuration tells the processors.

A place is a node below an estate: building, unit, dwelling, gate, lane, bay, door, barrier, camera,
zone. Two trees stand above estates: governance (grid → community → street → district → city) and
police (office → station → bureau → city bureau).
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal

from pydantic import Field

from schemas.base import MS_PER_S, Model, Words

PlaceKind = Literal[
    "estate", "building", "unit", "dwelling", "gate", "lane", "bay", "door", "barrier", "camera",
    "zone", "lift", "corridor", "care_home", "car_park",
]  # fmt: skip
DeviceKind = Literal["reader", "panel", "camera", "recorder", "barrier", "gateway", "other"]


class Position(Model):
    """Where something stands on earth: WGS 84, in degrees."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Place(Model):
    """A node of an estate. `seen_by` names the cameras that see it; `key` marks a key place.

    `exits_read`: whoever leaves by this door is read as well. `position` is where it stands.
    `capacity` is how many vehicles a car park has room for.
    """

    id: str
    kind: PlaceKind
    name: Words
    parent: str | None = None
    key: bool = False
    seen_by: tuple[str, ...] = ()
    exits_read: bool = False
    position: Position | None = None
    capacity: int | None = Field(default=None, ge=0)
    live_url: str | None = None
    recording_url: str | None = None


class DeviceConfig(Model):
    """What processors must know of a device: where it stands and how often it says it is alive.

    `heartbeat_s` is how often it says so, `silence_s` how long it may be silent at most, whatever
    it says; with both, the latter counts. `parent` is the device it hangs on (a reader on a panel,
    a camera on a recorder): when the parent is lost, the child is not reported for itself.
    """

    id: str
    name: Words
    place: str
    kind: DeviceKind = "other"
    heartbeat_s: int | None = Field(default=None, gt=0)
    silence_s: int | None = Field(default=None, gt=0)
    parent: str | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether its silence means something."""
        return self.heartbeat_s is not None or self.silence_s is not None


class AreaRules(Model):
    """Rule parameters for one place and all below it."""

    place: str
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Trees(Model):
    """Where an estate hangs in the governance tree and in the police tree, from near to far."""

    grid: str = ""
    community: str = ""
    street: str = ""
    district: str = ""
    city: str = ""
    police_office: str = ""
    police_station: str = ""
    police_bureau: str = ""
    city_bureau: str = ""


class EstateConfig(Model):
    """One estate as the processors see it, whole; it travels inside `config.activated`.

    `operator_rules` are the documents of its operator's own rules (`schemas.operator_rule`), plain:
    one that a reader does not understand is left out by itself, not the configuration with it.
    """

    estate: str
    name: Words
    timezone: str = "Asia/Shanghai"
    position: Position | None = None
    lateness_s: float = Field(default=2.0, ge=0, le=300)
    trees: Trees = Trees()
    places: tuple[Place, ...] = ()
    devices: tuple[DeviceConfig, ...] = ()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    areas: tuple[AreaRules, ...] = ()
    operator_rules: tuple[dict[str, Any], ...] = ()

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> "EstateConfig":
        """A changed configuration, made anew.

        A plain copy would keep what the first has worked out of its places, devices and areas.
        """
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**fields | dict(update or {}))

    @property
    def lateness_ms(self) -> int:
        """How long a reading may be on its way, in milliseconds."""
        return round(self.lateness_s * MS_PER_S)

    @cached_property
    def place_by_id(self) -> dict[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.places}

    @cached_property
    def device_by_id(self) -> dict[str, DeviceConfig]:
        """Devices by id."""
        return {device.id: device for device in self.devices}

    @cached_property
    def devices_at(self) -> dict[str, tuple[DeviceConfig, ...]]:
        """The devices that stand at each place."""
        found: dict[str, tuple[DeviceConfig, ...]] = {}
        for device in self.devices:
            found[device.place] = (*found.get(device.place, ()), device)
        return found

    @cached_property
    def memo(self) -> dict[tuple[str, str], Any]:
        """Room for what is worked out of it and needed again, by a name and a place."""
        return {}

    @cached_property
    def _area_by_place(self) -> dict[str, AreaRules]:
        return {area.place: area for area in self.areas}

    @cached_property
    def switched_on(self) -> frozenset[str]:
        """The rules that a setting of the estate or of an area enables."""
        settings = (self.rules, *(area.rules for area in self.areas))
        found = ((rule, given) for rules in settings for rule, given in rules.items())
        return frozenset(rule for rule, given in found if given.get("enabled") is True)

    @cached_property
    def digest(self) -> str:
        """A short hash of the whole configuration: its version."""
        return blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()

    def lineage(self, place: str | None) -> Iterator[Place]:
        """The place and what it stands in, from near to far; nothing for an unknown place."""
        seen: set[str] = set()
        while place and place not in seen and place in self.place_by_id:
            seen.add(place)
            node = self.place_by_id[place]
            yield node
            place = node.parent

    @cached_property
    def standing_in(self) -> dict[str | None, tuple[Place, ...]]:
        """The places that stand directly in each place; under None those that stand in none."""
        found: dict[str | None, tuple[Place, ...]] = {}
        for place in self.places:
            found[place.parent] = (*found.get(place.parent, ()), place)
        return found

    @cached_property
    def in_view(self) -> dict[str, tuple[str, ...]]:
        """The places that each camera's place sees."""
        found: dict[str, tuple[str, ...]] = {}
        for place in self.places:
            for camera in place.seen_by:
                found[camera] = (*found.get(camera, ()), place.id)
        return found

    def rule_settings(self, rule: str, place: str | None) -> dict[str, Any]:
        """The settings of a rule at a place: the estate's, overlaid from far areas to near ones."""
        settings = dict(self.rules.get(rule, {}))
        for node in reversed(list(self.lineage(place))):
            area = self._area_by_place.get(node.id)
            if area is not None:
                settings.update(area.rules.get(rule, {}))
        return settings

    def kind_of(self, place: str) -> PlaceKind | None:
        """The kind of a place, None for an unknown one."""
        node = self.place_by_id.get(place)
        return node.kind if node is not None else None

    def is_key(self, place: str | None) -> bool:
        """Whether the place, or what it stands in, is marked key."""
        return any(node.key for node in self.lineage(place))

    def place_name(self, place: str) -> Words:
        """The name for people, with the building or gate before it; the id where it is unknown."""
        nodes = [node for node in self.lineage(place) if node.kind != "estate"]
        if not nodes:
            return Words(zh=place, en=place)
        return Words(
            zh="".join(node.name.zh for node in reversed(nodes)),
            en=" ".join(node.name.en for node in reversed(nodes)),
        )

    def cameras_at(self, place: str) -> tuple[Place, ...]:
        """The cameras that see a place, or else those that see what it stands in."""
        for node in self.lineage(place):
            if node.seen_by:
                found = (self.place_by_id.get(camera) for camera in node.seen_by)
                return tuple(camera for camera in found if camera is not None)
        return ()
