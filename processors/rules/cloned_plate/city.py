"""One plate at two estates, closer in time than anybody can drive.

Why: see rule.py; this is the half that no estate can see alone. Fires when a plate is read at two
estates and the time between is less than the way takes at the speed limits: the first `street_km`
at the limit of streets, what is more at that of motorways, as the crow flies. Where a site gives no
position, less than `apart_s`. Letters that readers confuse, or a reading of little confidence, make
it a doubtful finding, which is listed; two look-alike plates both read for sure are two plates.
Misses a copy driven where or when the way would have been possible, and plates one letter apart.
Known false alarms: a gateway whose clock is wrong, a vehicle on a car carrier, estates that share a
gate and give no position.
"""

from pydantic import Field

from processors.core.city import CityRule, Finding
from processors.core.rule import Params, ms
from processors.core.words import clock_text
from processors.rules.cloned_plate.words import STEPS, TITLE
from processors.rules.distances import metres_between
from processors.rules.lanes import SURE_MIN
from processors.rules.looks import Looks, are_two_plates, difference_words, folded
from schemas.base import Words
from schemas.sightings import Sighting

WAYS = {
    "vehicle.entered": Words(zh="驶入", en="in"),
    "vehicle.exited": Words(zh="驶出", en="out"),
    "in": Words(zh="驶入", en="in"),
    "out": Words(zh="驶出", en="out"),
}
READ = Words(zh="读到", en="read")


class CityParams(Params):
    """50 and 120 km/h are the limits of urban streets and of motorways (Implementing Regulations
    of the Road Traffic Safety Law, articles 45 and 78); the others are our own judgement.
    """

    street_kmh: float = Field(default=50, gt=0)
    street_km: float = Field(default=10, ge=0)
    motorway_kmh: float = Field(default=120, gt=0)
    apart_s: float = Field(default=60, gt=0)
    sure_min: float = Field(default=SURE_MIN, ge=0, le=1)


def judge(params: CityParams, earlier: Sighting, later: Sighting) -> Finding | None:
    """Whether one vehicle can have been at both; None if so, or if they are two plates."""
    if earlier.estate == later.estate:
        return None
    sure = _is_sure(params, earlier), _is_sure(params, later)
    same = earlier.plate.ref == later.plate.ref
    looks = _looks(earlier), _looks(later)
    if (not same and all(sure)) or are_two_plates(*looks):
        return None
    metres = metres_of(earlier, later)
    if later.time - earlier.time >= least_ms(params, metres):
        return None
    detail = _detail(earlier, later, metres, same=same)
    steps = ("seen_first", "seen_elsewhere")
    return Finding(earlier, later, steps, detail, None if same and all(sure) else "list")


def metres_of(one: Sighting, other: Sighting) -> float | None:
    """How far apart two sightings' estates are, None where a site does not say."""
    if one.position is None or other.position is None:
        return None
    return metres_between(one.position, other.position)


def least_ms(params: CityParams, metres: float | None) -> int:
    """The least time a way takes, in ms; by `apart_s` where nobody knows how far it is."""
    if metres is None:
        return ms(params.apart_s)
    street = min(metres / 1000, params.street_km)
    hours = street / params.street_kmh + (metres / 1000 - street) / params.motorway_kmh
    return ms(hours * 3600)


def _is_sure(params: CityParams, one: Sighting) -> bool:
    return one.confidence is None or one.confidence >= params.sure_min


def _looks(one: Sighting) -> Looks:
    return folded(one.vehicle_colour, one.vehicle_type, one.plate_colour)


def _detail(earlier: Sighting, later: Sighting, metres: float | None, *, same: bool) -> Words:
    first, then = _way(earlier), _way(later)
    at, again = (clock_text(one.time, one.timezone) for one in (earlier, later))
    place, name = earlier.place_name, earlier.estate_name
    away, looks = _away(metres), difference_words(_looks(earlier), _looks(later))
    said = looks or Words(zh="", en="")
    plate = Words(zh="", en="")
    if not same:
        plate = Words(
            zh="两次号牌有易混字符，可能误读。", en=" The plates look alike, perhaps misread."
        )
    return Words(
        zh=f"{at}{name.zh}{place.zh}{first.zh}，{again}又在{away.zh}此处{then.zh}"
        f"{said.zh and '；' + said.zh}。{plate.zh}请先比对两图，勿仅凭此拦车。首办：民警。",
        en=f"{first.en.capitalize()} at {name.en} {place.en} {at}, {then.en} here{away.en} {again}"
        f"{said.en and '; ' + said.en}.{plate.en} Compare both pictures first, and stop nobody on "
        "this alone. First: police.",
    )


def _way(one: Sighting) -> Words:
    return WAYS.get(one.type) or WAYS.get(one.direction or "") or READ


def _away(metres: float | None) -> Words:
    if metres is None:
        return Words(zh="另一小区", en="")
    if metres < 950:
        return Words(zh=f"{round(metres, -1):.0f}米外", en=f", {round(metres, -1):.0f} m away,")
    return Words(zh=f"{metres / 1000:.0f}公里外", en=f", {metres / 1000:.0f} km away,")


CITY_RULE = CityRule(
    id="cloned_plate",
    version="1",
    title=TITLE,
    steps=STEPS,
    params=CityParams,
    judge=judge,
    severity="orange",
    handler="police",
    delivery="push",
)
