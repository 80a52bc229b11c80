"""What a vehicle looks like, as cameras of many makes say it, and whether two of them can be one.

Every make has its own words; here they are folded into few colours and kinds. Cameras see silver
for white and a van for a car, so neighbours are no difference: only what no shadow explains is.
"""

from dataclasses import dataclass

from schemas.base import Words
from schemas.event_data import VehicleData

COLOURS: dict[str, Words] = {
    "white": Words(zh="白", en="white"),
    "silver": Words(zh="银", en="silver"),
    "grey": Words(zh="灰", en="grey"),
    "black": Words(zh="黑", en="black"),
    "red": Words(zh="红", en="red"),
    "pink": Words(zh="粉", en="pink"),
    "orange": Words(zh="橙", en="orange"),
    "yellow": Words(zh="黄", en="yellow"),
    "brown": Words(zh="棕", en="brown"),
    "green": Words(zh="绿", en="green"),
    "blue": Words(zh="蓝", en="blue"),
    "purple": Words(zh="紫", en="purple"),
}
KINDS: dict[str, Words] = {
    "car": Words(zh="小车", en="car"),
    "van": Words(zh="面包车", en="van"),
    "bus": Words(zh="客车", en="bus"),
    "truck": Words(zh="货车", en="truck"),
    "motorcycle": Words(zh="摩托车", en="motorcycle"),
    "cycle": Words(zh="非机动车", en="cycle"),
}
_COLOUR_WORDS = {
    "gray": "grey", "silvergray": "silver", "silvergrey": "silver", "darkgray": "grey",
    "darkgrey": "grey", "deepgray": "grey", "lightgray": "grey", "lightgrey": "grey",
    "gold": "yellow", "golden": "yellow", "beige": "yellow", "champagne": "yellow",
    "cyan": "blue", "darkblue": "blue", "lightblue": "blue", "violet": "purple",
    "maroon": "red", "tan": "brown",
}  # fmt: skip
_KIND_WORDS = {
    "car": (
        "car sedan sedancompact sedansports saloon saloncar salooncar smallcar smallvehicle suv "
        "suvmpv suvcrossover mpv hatchback coupe roadster convertible wagon midsizecar twoboxcar "
        "threeboxcar minicar passengercar bigcar 小型车 轿车 小汽车 越野车"
    ),
    "van": "van minivan minibus vanmini vanfull microbus lightvan pickup pickuptruck 面包车 皮卡",
    "bus": "bus largebus coach mediumbus midsizebus largecoach 客车 大型客车 公交车",
    "truck": "truck heavytruck largetruck mediumtruck bigtruck tractortrailer 货车 大型货车",
    "motorcycle": "motorcycle motorbike twowheeler 摩托车",
    "cycle": "nonmotor nonmotorvehicle bicycle tricycle ebike 非机动车 三轮车",
}
_KIND_OF = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_CODES = {"K1": "bus", "K2": "bus", "K3": "car", "K4": "van", "H1": "truck", "H2": "truck",
          "H3": "van", "H4": "van", "M1": "motorcycle", "M2": "motorcycle"}  # fmt: skip
"""The first two signs of a vehicle class of GA 24.4 as GA/T 1400 senders write it (`K33`). A light
lorry is counted with vans: cameras take either for the other."""
_NEAR_WORDS = """
white-silver silver-grey white-grey grey-black white-yellow silver-yellow red-pink red-orange
red-brown pink-purple orange-yellow orange-brown yellow-brown yellow-green brown-black brown-grey
green-blue green-black green-grey blue-purple blue-black blue-grey blue-silver purple-black
purple-red purple-brown car-van van-bus van-truck bus-truck motorcycle-cycle
"""
_NEAR = frozenset(frozenset(pair.split("-")) for pair in _NEAR_WORDS.split())
"""Colours and kinds that one camera or another takes for each other (our judgement)."""
_FOLDED = str.maketrans("", "", " -_/")
PLATES_OF_ONE_NUMBER = frozenset({"blue", "yellow"})
"""Small and large vehicles are numbered apart: one number may lawfully be on a blue and on a yellow
plate (GA 36, series of small and large motor vehicles)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Colour and kind in the words above, and the plate's colour; None where nobody said."""

    colour: str | None = None
    kind: str | None = None
    plate: str | None = None

    def known_with(self, other: "Looks") -> "Looks":
        """These looks, and of the other what these do not say."""
        if other == UNSEEN:
            return self
        return Looks(
            self.colour or other.colour, self.kind or other.kind, self.plate or other.plate
        )


UNSEEN = Looks()


def looks_of(data: VehicleData) -> Looks:
    """The looks of a reading."""
    return folded(data.vehicle_colour, data.vehicle_type, data.plate_colour)


def folded(colour: str | None, kind: str | None, plate: str | None) -> Looks:
    """Words of the makes as ours; an unknown word is no looks at all."""
    return Looks(_colour(colour), _kind(kind), _colour(plate))


def _colour(word: str | None) -> str | None:
    folded_word = (word or "").casefold().translate(_FOLDED)
    found = _COLOUR_WORDS.get(folded_word, folded_word)
    return found if found in COLOURS else None


def _kind(word: str | None) -> str | None:
    text = word or ""
    return _KIND_OF.get(text.casefold().translate(_FOLDED)) or _CODES.get(text[:2].upper())


def are_two_plates(one: Looks, other: Looks) -> bool:
    """Whether the plates are lawfully two, although they read the same."""
    return {one.plate, other.plate} == PLATES_OF_ONE_NUMBER


def differ(one: Looks, other: Looks) -> bool:
    """Whether these are surely two vehicles."""
    return _apart(one.colour, other.colour) or _apart(one.kind, other.kind)


def _apart(one: str | None, other: str | None) -> bool:
    if one is None or other is None or one == other:
        return False
    return frozenset((one, other)) not in _NEAR


def difference_words(one: Looks, other: Looks) -> Words | None:
    """What is said of two vehicles that do not look the same, None where nothing differs."""
    found = [
        Words(zh=f"车身{a.zh}、{b.zh}不同", en=f"{a.en} against {b.en}")
        for a, b in _differing(one.colour, other.colour, COLOURS)
    ] + [
        Words(zh=f"车型{a.zh}、{b.zh}不同", en=f"a {a.en} against a {b.en}")
        for a, b in _differing(one.kind, other.kind, KINDS)
    ]
    if not found:
        return None
    return Words(zh="，".join(w.zh for w in found), en=", ".join(w.en for w in found))


def _differing(
    one: str | None, other: str | None, words: dict[str, Words]
) -> list[tuple[Words, Words]]:
    if one is None or other is None or one == other:
        return []
    return [(words[one], words[other])]
