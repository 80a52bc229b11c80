"""The simulated estate as its site file has it: doors, lanes and yards with their devices.

Nothing here is written twice: places and devices come from `site.yaml` alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from schemas.place import EstateConfig
from schemas.site import DeviceSite, EstateSite, Site, parse_site

HIKVISION, DAHUA, FRIGATE = "hikvision_isapi", "dahua", "frigate"
ESP_RFID, GATE = "esp_rfid", "riverside_gate"


@dataclass(frozen=True, slots=True)
class Door:
    """A door: the device that reads and watches it, and the counter over its leaf, if any.

    `name` is what its device calls it, for makes that send a name. `exit_device` reads on the way
    out, where nobody can leave by a button.
    """

    place: str
    name: str
    device: str
    exit_device: str | None
    family: str
    counter: str | None
    cameras: tuple[str, ...]

    @property
    def channel(self) -> str | None:
        """The door as its device counts it: terminals from 1, door stations from 0."""
        return {HIKVISION: "1", DAHUA: "0"}.get(self.family)

    def read_by(self, way: str) -> tuple[str, str | None, dict[str, str]]:
        """The device, the channel and the reader's number (as data) of a reading on one way."""
        device = self.exit_device if way == "out" and self.exit_device else self.device
        if self.family == ESP_RFID:
            return device, self.name, {}
        return device, self.channel, {"reader": "1"}

    @property
    def tells_lock(self) -> bool:
        """Whether the device reports its lock beside its leaf; only access terminals do."""
        return self.family == HIKVISION


@dataclass(frozen=True, slots=True)
class Lane:
    """One way through a vehicle gate: plate camera, arm and loop.

    `place` is the barrier, where all of them stand; `lane` the lane it bars.
    """

    place: str
    lane: str
    way: str
    plate_camera: str
    camera_channel: str
    controller: str
    channel: str
    loop: tuple[str, str]
    """The device that tells the loop, and its channel for it."""


@dataclass(frozen=True, slots=True)
class Yard:
    """Open ground that a yard camera watches; `judges`: it tells loitering itself, not tracks."""

    place: str
    device: str
    channel: str
    key: bool
    judges: bool = False


@dataclass(frozen=True)
class Estate:
    """The one estate of the simulation."""

    site: EstateSite

    @cached_property
    def config(self) -> EstateConfig:
        """What the processors must know of it."""
        return self.site.config()

    @cached_property
    def devices(self) -> Mapping[str, DeviceSite]:
        """Devices by id."""
        return {device.id: device for device in self.site.devices}

    @cached_property
    def doors(self) -> dict[str, Door]:
        """Doors by place."""
        entries = (device for device in self._of_kind("reader") if device.direction != "out")
        return {device.place: self._door(device) for device in entries}

    @cached_property
    def unit_doors(self) -> tuple[str, ...]:
        """The doors of the units, by place."""
        return tuple(p for p in self.doors if self._parent_kind(p) == "unit")

    @cached_property
    def gate_doors(self) -> tuple[str, ...]:
        """The pedestrian gates' doors, by place."""
        return tuple(p for p in self.doors if self._parent_kind(p) == "gate")

    @cached_property
    def counted_doors(self) -> tuple[str, ...]:
        """The doors whose passages are counted, by place."""
        return tuple(door.place for door in self.doors.values() if door.counter)

    @cached_property
    def lanes(self) -> dict[str, tuple[Lane, ...]]:
        """Lanes by way, `in` and `out`, in the order of the gates."""
        lanes = [lane for device in self._of_kind("barrier") for lane in self._lanes(device)]
        return {way: tuple(lane for lane in lanes if lane.way == way) for way in ("in", "out")}

    @cached_property
    def yards(self) -> tuple[Yard, ...]:
        """The yards in which a camera tracks people."""
        return tuple(
            Yard(str(spot.place), device.id, channel, self.config.is_key(spot.place))
            for device in self.site.devices
            if device.adapter == FRIGATE
            for channel, spot in device.channels.items()
        )

    @cached_property
    def judged_yards(self) -> tuple[Yard, ...]:
        """The yards whose camera says for itself that somebody loiters."""
        return tuple(
            Yard(device.place, device.id, "0", self.config.is_key(device.place), judges=True)
            for device in self._of_kind("camera")
            if self.config.kind_of(device.place) == "zone"
        )

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """What hangs on each device that something hangs on."""
        parents = dict.fromkeys(device.parent for device in self.site.devices if device.parent)
        return {
            parent: tuple(d.id for d in self.site.devices if d.parent == parent)
            for parent in parents
        }

    def direction(self, device: str, channel: str | None) -> str | None:
        """The way a device or its channel faces, where the device itself does not say."""
        site = self.devices.get(device)
        if site is None:
            return None
        spot = site.channels.get(channel) if channel is not None else None
        return (spot.direction if spot else None) or site.direction

    def _of_kind(self, kind: str) -> Iterable[DeviceSite]:
        return (device for device in self.site.devices if device.kind == kind)

    def _parent_kind(self, place: str) -> str | None:
        parent = self.config.place_by_id[place].parent
        return self.config.kind_of(parent) if parent else None

    def _door(self, reader: DeviceSite) -> Door:
        place = self.config.place_by_id[reader.place]
        counters = [d.id for d in self._of_kind("other") if d.place == place.id]
        lines = [
            d.id for d in self._of_kind("camera") if d.place in place.seen_by and d.adapter == DAHUA
        ]
        counter = next(iter(counters + lines), None)
        exits = (d.id for d in self._of_kind("reader") if d.place == place.id and d != reader)
        return Door(
            place.id, place.name.en, reader.id, next(exits, None), reader.adapter, counter,
            place.seen_by,
        )  # fmt: skip

    def _lanes(self, controller: DeviceSite) -> Iterable[Lane]:
        for channel, spot in controller.channels.items():
            camera = next(d for d in self._of_kind("camera") if d.place == spot.place)
            wired = next((c for c, word in camera.inputs.items() if word == "loop.occupied"), None)
            loop = (camera.id, wired) if wired else (controller.id, channel)
            yield Lane(
                str(spot.place), str(self.config.place_by_id[str(spot.place)].parent),
                str(spot.direction), camera.id,
                "1" if camera.adapter == HIKVISION else "0", controller.id, channel, loop,
            )  # fmt: skip


def load_site() -> Site:
    """The demo site file."""
    text = files(__package__).joinpath("site.yaml").read_text(encoding="utf-8")
    return parse_site(text, "deploy/simulation/site.yaml")


def load_estate() -> Estate:
    """The estate of the demo site file."""
    return Estate(load_site().estates[0])
