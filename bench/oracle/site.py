"""The oracle's estate: larger than the demonstration's, and with every kind of device.

Households, doors, gates, lanes, lifts, corridors, zones, a car park, staff rooms, and a second
estate six kilometres away for what only a city can see. Everybody and everything is invented.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from deploy.simulation.estate import DAHUA, ESP_RFID, FRIGATE, GATE, HIKVISION, Estate
from schemas.base import Words
from schemas.device_site import ChannelSite, DeviceSite
from schemas.estate_site import EstateSite
from schemas.place import AreaRules, Place, Position

ESTATE, SISTER = "lakeside-court", "hillside-court"
LAT, LON = 30.60, 114.30
M_PER_DEGREE = 111_320
BEAT_S, CAMERA_BEAT_S = 300, 600
PLAIN = "generic_json"
"""The adapter of what sends plain JSON: buttons, detectors, counters."""
UNITS = 2
ENTRY_ONLY = frozenset({(3, 2)})
"""(building, unit) whose door reads only who comes in; there, and where people like, a button lets
them out."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the estate is; six buildings of 50 homes are 300 households.

    `beat_s` is how often terminals and barriers say that they are alive; cameras half as often.
    """

    buildings: int = 6
    homes_a_unit: int = 25
    beat_s: int = 600


@dataclass(slots=True)
class _Draft:
    """Places and devices as they are put down."""

    beat_s: int = BEAT_S

    places: list[Place] = field(default_factory=list)
    devices: list[DeviceSite] = field(default_factory=list)

    def place(self, ident: str, kind: str, parent: str | None, **more: Any) -> str:
        """One place, named by its id."""
        name = more.pop("name", None) or Words(zh=f"{ident}处", en=ident.replace("-", " "))
        self.places.append(
            Place.model_validate(
                {"id": ident, "kind": kind, "name": name, "parent": parent, **more}
            )
        )
        return ident

    def device(self, ident: str, place: str, adapter: str = PLAIN, **more: Any) -> str:
        """One device."""
        if "heartbeat_s" in more:
            more["heartbeat_s"] = more["heartbeat_s"] * self.beat_s // BEAT_S
        plain = {"id": ident, "place": place, "adapter": adapter, **more}
        self.devices.append(DeviceSite.model_validate(plain))
        return ident

    def camera(self, sees: str, adapter: str = PLAIN, **more: Any) -> str:
        """A camera of its own place, named after what it sees."""
        ident = self.place(f"cam-{sees}", "camera", None)
        more.setdefault("heartbeat_s", CAMERA_BEAT_S)
        return self.device(ident, ident, adapter, kind="camera", **more)


def at_m(east: float, north: float) -> Position:
    """A position so many metres east and north of the estate's corner."""
    return Position(lat=LAT + north / M_PER_DEGREE, lon=LON + east / (M_PER_DEGREE * 0.861))


def build(size: Size, rules: dict[str, dict[str, Any]]) -> Estate:
    """The estate of that size. `rules` are its settings, as an operator would write them."""
    draft = _Draft(size.beat_s)
    draft.place(ESTATE, "estate", None)
    draft.device("nvr", ESTATE, kind="recorder", heartbeat_s=CAMERA_BEAT_S)
    _people_gates(draft)
    _vehicle_gates(draft)
    for number in range(1, size.buildings + 1):
        _building(draft, number, size)
    _staff_rooms(draft)
    _grounds(draft)
    return Estate(
        EstateSite(
            id=ESTATE, name=Words(zh="湖畔苑", en="Lakeside Court"), position=at_m(0, 0),
            lateness_s=4, places=tuple(draft.places), devices=tuple(draft.devices), rules=rules,
            areas=tuple(_areas()),
        )
    )  # fmt: skip


def with_meters(estate: Estate, dwellings: Iterable[str]) -> Estate:
    """The estate with a meter in each of some homes."""
    meters = tuple(
        DeviceSite(id=f"meter-{home}", place=home, adapter=PLAIN, silence_s=86_400)
        for home in dwellings
    )
    devices = (*estate.site.devices, *meters)
    return Estate(estate.site.model_copy(update={"devices": devices}))


def sister() -> Estate:
    """The second estate: two lanes with plate cameras, six kilometres away."""
    draft = _Draft()
    draft.place(SISTER, "estate", None)
    _lanes(draft, "gate-main", HIKVISION)
    return Estate(
        EstateSite(
            id=SISTER, name=Words(zh="山坡苑", en="Hillside Court"), position=at_m(6000, 0),
            lateness_s=4, places=tuple(draft.places), devices=tuple(draft.devices),
        )
    )  # fmt: skip


def _people_gates(draft: _Draft) -> None:
    for name, north in (("south", 0), ("north", 400)):
        gate = f"gate-{name}"
        camera = draft.camera(gate, parent="nvr")
        draft.place(gate, "gate", ESTATE, seen_by=(camera,))
        door = draft.place(
            f"{gate}-door", "door", gate, exits_read=True, seen_by=(camera,),
            position=at_m(150, north),
        )  # fmt: skip
        for way in ("in", "out"):
            draft.device(
                f"term-{gate}-{way}", door, HIKVISION, kind="reader", direction=way,
                heartbeat_s=BEAT_S,
            )  # fmt: skip
        draft.device(f"counter-{gate}", door, GATE, heartbeat_s=BEAT_S)


def _vehicle_gates(draft: _Draft) -> None:
    _lanes(draft, "gate-east", HIKVISION)
    _lanes(draft, "gate-west", DAHUA)


def _lanes(draft: _Draft, gate: str, adapter: str) -> None:
    draft.place(gate, "gate", draft.places[0].id, exits_read=True)
    spots = {}
    for channel, way in (("1", "in"), ("2", "out")):
        lane = draft.place(f"{gate}-{way}", "lane", gate, exits_read=way == "out")
        spot = draft.place(f"{lane}-barrier", "barrier", lane)
        spots[channel] = ChannelSite(place=spot, direction="in" if way == "in" else "out")
        draft.device(
            f"plate-{lane}", spot, adapter, kind="camera", direction=way,
            heartbeat_s=CAMERA_BEAT_S,
        )  # fmt: skip
    draft.device(f"barrier-{gate}", gate, GATE, kind="barrier", heartbeat_s=BEAT_S, channels=spots)


def _building(draft: _Draft, number: int, size: Size) -> None:
    building = f"b{number}"
    camera = draft.camera(building, parent="nvr")
    draft.place(building, "building", ESTATE, seen_by=(camera,))
    lift_camera = draft.camera(f"{building}-lift")
    draft.place(f"{building}-lift", "lift", building, seen_by=(lift_camera,))
    facade = draft.camera(f"{building}-facade")
    draft.place(f"{building}-facade", "zone", ESTATE, seen_by=(facade,))
    draft.device(f"fire-{building}", building, kind="panel", silence_s=86_400)
    for unit in range(1, UNITS + 1):
        _unit(draft, (building, number, unit), size.homes_a_unit)


def _unit(draft: _Draft, which: tuple[str, int, int], homes: int) -> None:
    building, number, count = which
    unit = draft.place(f"{building}-u{count}", "unit", building)
    both_ways = (number, count) not in ENTRY_ONLY
    door = draft.place(
        f"{unit}-door", "door", unit, seen_by=(f"cam-{building}",), exits_read=both_ways,
        position=at_m(60 * number, 100 + 100 * count),
    )  # fmt: skip
    family = (HIKVISION, DAHUA, HIKVISION, ESP_RFID)[(number * UNITS + count) % 4]
    common = {"kind": "reader", "heartbeat_s": BEAT_S}
    draft.device(
        f"term-{unit}", door, family, **common, **({"direction": "in"} if both_ways else {})
    )
    if both_ways:
        draft.device(f"term-{unit}-out", door, family, direction="out", **common)
    if count == 1:
        draft.device(f"counter-{unit}", door, GATE, heartbeat_s=BEAT_S)
    hall_camera = draft.camera(f"{unit}-hall")
    hall = draft.place(f"{unit}-hall", "corridor", unit, seen_by=(hall_camera,))
    draft.device(f"smoke-{unit}", hall, silence_s=86_400)
    for home in range(homes):
        ident = f"{unit}-{home // 2 + 1:02}{home % 2 + 1:02}"
        draft.place(ident, "dwelling", unit)


STAFF = ("office", "archive", "plant")
NO_HOMES = frozenset({*STAFF, "lodge"})


def _staff_rooms(draft: _Draft) -> None:
    """The office reads both ways; the archive wants two people; the plant room has usual hours."""
    for room in STAFF:
        camera = draft.camera(room, parent="nvr")
        draft.place(room, "building", ESTATE, key=room != "office", seen_by=(camera,))
        door = draft.place(
            f"{room}-door", "door", room, exits_read=room == "office", seen_by=(camera,),
            key=room != "office",
        )  # fmt: skip
        draft.device(
            f"term-{room}-in", door, HIKVISION, kind="reader", direction="in", heartbeat_s=BEAT_S
        )
        if room == "office":
            draft.device(
                f"term-{room}-out", door, HIKVISION, kind="reader", direction="out",
                heartbeat_s=BEAT_S,
            )  # fmt: skip
    draft.place("store", "zone", ESTATE)
    draft.place("store-door", "door", "store")
    draft.device("term-store", "store-door", HIKVISION, kind="reader", heartbeat_s=BEAT_S)
    draft.device("counter-plant", "plant-door", GATE, heartbeat_s=BEAT_S)
    draft.device("panel-office", "office", kind="panel", heartbeat_s=BEAT_S)


FIRE_LANES = ("fire-lane-1", "fire-lane-2")
PATROL = ("patrol-1", "patrol-2", "patrol-3")


def _grounds(draft: _Draft) -> None:
    """Yards that track people, a square, fire lanes, a car park, the wall, patrol points."""
    for yard, key in (("yard-north", False), ("yard-south", False), ("kindergarten", True)):
        camera = draft.place(f"cam-{yard}", "camera", None)
        draft.place(yard, "zone", ESTATE, key=key, seen_by=(camera,))
        draft.device(
            camera, camera, FRIGATE, kind="camera", heartbeat_s=CAMERA_BEAT_S,
            channels={yard: ChannelSite(place=yard)},
        )  # fmt: skip
    for zone in ("square", "forecourt", "wall-east", "wall-west", "bend", "corner", *FIRE_LANES):
        camera = draft.camera(zone)
        draft.place(zone, "zone", ESTATE, seen_by=(camera,))
    draft.place("car-park", "car_park", ESTATE)
    for point in PATROL:
        draft.place(point, "zone", ESTATE)
        draft.device(f"tag-{point}", point, silence_s=3 * 86_400)
    draft.place("lodge", "building", ESTATE)
    draft.device("sos-square", "square", silence_s=86_400)
    draft.device("panic-lodge", "lodge", silence_s=86_400)


def _areas() -> Iterator[AreaRules]:
    """What an operator switches on where it makes sense, and numbers of single places."""
    on = {"enabled": True}
    yield AreaRules(place="office", rules={"antipassback": on})
    yield AreaRules(place="store", rules={"timed_passback": on})
    yield AreaRules(place="archive", rules={"escort_missing": {**on, "two_person": True}})
    yield AreaRules(place="kindergarten", rules={"night_pattern": on})
    for lane in FIRE_LANES:
        yield AreaRules(place=lane, rules={"fire_lane_blocked": {"fire_lane": True}})
    for point in PATROL:
        yield AreaRules(place=point, rules={"patrol_missed": on})
    yield AreaRules(place="square", rules={"crowd": {"people_min": 60}})
    for wall in ("wall-east", "wall-west"):
        yield AreaRules(place=wall, rules={"intrusion": {"perimeter": True}})


@dataclass(frozen=True)
class Grounds:
    """Where things of each kind can happen, by place."""

    estate: Estate

    @cached_property
    def plain_doors(self) -> tuple[str, ...]:
        """Unit doors and people's gates."""
        return (*self.estate.unit_doors, *self.estate.gate_doors)

    @cached_property
    def buildings(self) -> tuple[str, ...]:
        """The residential buildings."""
        places = self.estate.config.places
        return tuple(p.id for p in places if p.kind == "building" and p.id not in NO_HOMES)

    @cached_property
    def halls(self) -> tuple[str, ...]:
        """The corridors of the units."""
        return tuple(p.id for p in self.estate.config.places if p.kind == "corridor")

    @cached_property
    def lifts(self) -> tuple[str, ...]:
        """The lifts."""
        return tuple(p.id for p in self.estate.config.places if p.kind == "lift")

    @cached_property
    def dwellings(self) -> tuple[str, ...]:
        """The homes, by place."""
        return tuple(p.id for p in self.estate.config.places if p.kind == "dwelling")
