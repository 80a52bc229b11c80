"""Things in a picture: what devices call them, and which place indoors they stand in.

The lists are closed. A word that stands in none is no reason for an alert: a model that calls a
thing by another name is mended in its adapter, or its word is added here.
"""

from collections.abc import Callable
from functools import lru_cache

from schemas.event_data import CameraData, ObjectSeen
from schemas.events import Event
from schemas.place import EstateConfig

SEEN = frozenset({"object.seen", "zone.entered"})
LEFT = frozenset({"object.left", "zone.left"})
EBIKES = frozenset({
    "ebike", "electricbike", "electricbicycle", "electricmotorcycle", "electricscooter",
    "electromobile", "escooter", "moped", "motorbike", "motorcycle", "motorscooter",
    "nonmotor", "nonmotorvehicle", "nonmotorizedvehicle", "twowheeler",
    "电动车", "电动自行车", "电动摩托车", "电瓶车", "摩托车", "非机动车",
})  # fmt: skip
"""An e-bike, or what models trained on other streets take it for: the COCO labels that Frigate
ships know motorcycle and bicycle alone; Dahua says NonMotor, Huawei electromobile, face gates of
the common Chinese protocol have an operator of their own for it (here `e-bike`)."""
BICYCLES = frozenset({"bicycle", "bike", "自行车"})
ITEMS = BICYCLES | {
    "abandonedobject", "babycarriage", "bag", "baggage", "bed", "box", "cabinet", "cardboard",
    "cardboardbox", "cart", "carton", "chair", "clutter", "couch", "crate", "debris", "desk",
    "diningtable", "furniture", "garbage", "garbagebag", "idleobject", "leftobject", "luggage",
    "mattress", "package", "pallet", "parcel", "pile", "pottedplant", "pram", "refrigerator",
    "rubbish", "shelf", "shoppingcart", "sofa", "stroller", "suitcase", "sundries", "table",
    "trash", "trashcan", "tricycle", "trolley", "unattendedbaggage", "unattendedobject",
    "washingmachine", "wastebin", "杂物", "堆物", "堆积物", "遗留物", "物品遗留", "垃圾", "纸箱",
    "家具", "婴儿车", "三轮车",
}  # fmt: skip
"""What is left standing about: the makers' own verdicts (an object left behind, unattended or
idle), and the names that models have for household things."""
TAKEN = frozenset({"removedobject", "takenobject"})
"""Verdicts that something which stood there is gone."""
VERIFIED = "-verified"
INDOOR_KINDS = frozenset({"building", "unit"})
_FOLDED = str.maketrans("", "", " -_")
Wanted = Callable[[EstateConfig, str], bool]


@lru_cache(maxsize=1024)
def _folded(word: str) -> str:
    """A word without case, blanks, dashes and what Frigate writes behind a label it is sure of."""
    return word.strip().casefold().removesuffix(VERIFIED).translate(_FOLDED)


def words_of(event: Event) -> frozenset[str]:
    """What a reading calls the things it tells of, folded; several stand side by side."""
    data = event.data
    assert isinstance(data, CameraData)
    label = data.label if isinstance(data, ObjectSeen) else None
    named = ",".join(text for text in (data.object, label) if text)
    return frozenset(_folded(word) for word in named.split(",") if word)


def track_of(event: Event) -> str | None:
    """The device's name for one thing, made unlike another device's; None where it tracks none."""
    data = event.data
    assert isinstance(data, CameraData)
    return None if data.track is None else f"{data.device}/{data.track}"


def is_lift(config: EstateConfig, place: str) -> bool:
    """Whether a place is a lift's cabin."""
    return config.kind_of(place) == "lift"


def is_way(config: EstateConfig, place: str) -> bool:
    """Whether a place is one that people must pass to get out: a corridor, or any drawn zone."""
    return config.kind_of(place) in ("corridor", "zone")


def is_indoors(config: EstateConfig, place: str) -> bool:
    """Whether a place is inside: a corridor, or a zone that stands in a building."""
    if config.kind_of(place) == "corridor":
        return True
    return any(node.kind in INDOOR_KINDS for node in config.lineage(place))


def where(event: Event, config: EstateConfig, wanted: Wanted) -> tuple[str, ...]:
    """Where of the wanted places a camera's reading belongs.

    The places the device names, if the site knows one of them; else the one the camera sees, or
    stands in. A camera that sees several and names none does not say which: then nowhere.
    """
    data = event.data
    assert isinstance(data, CameraData)
    zones = (data.zone, *data.zones) if isinstance(data, ObjectSeen) else (data.zone,)
    named = [zone for zone in dict.fromkeys(zones) if zone and config.kind_of(zone) is not None]
    if named:
        return tuple(zone for zone in named if wanted(config, zone))
    seen = watched(event, config, wanted)
    if seen:
        return seen if len(seen) == 1 else ()
    return tuple(node.id for node in config.lineage(data.place) if wanted(config, node.id))[:1]


def watched(event: Event, config: EstateConfig, wanted: Wanted) -> tuple[str, ...]:
    """All the wanted places that the camera of a reading sees."""
    seen = config.in_view.get(event.data.place, ())
    return tuple(place for place in seen if wanted(config, place))
