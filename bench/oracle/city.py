"""What only a city can see: one plate at two estates, sooner than anybody can drive.

Sightings of the month's estate, and readings of its vehicles at a second estate six kilometres
away: most of them lawful trips, some under a copy of the plate.
"""

from collections.abc import Iterator
from random import Random

from bench.oracle.month import Month
from bench.oracle.site import sister
from bench.oracle.truth import SLACK_MS, Expected
from bench.oracle.world import MINUTE
from deploy.simulation.estate import Estate, Lane
from deploy.simulation.events import DEMO_KEYS
from schemas.base import Words
from schemas.event_data import PlateRef
from schemas.events import event_id
from schemas.sightings import Sighting

COPIES_A_MONTH, TRIPS_A_MONTH = 6, 200
LEAST_MS = round(6 / 50 * 60 * MINUTE)
"""Six kilometres at 50 km/h."""
ROOM_MS = 30 * MINUTE


def sightings(month: Month) -> Iterator[Sighting]:
    """All sightings of the month in order of time; the month must have been played.

    What should be found is added to the stage's expectations.
    """
    rng, far = Random(f"{month.world.seed}/city"), sister()
    found = [_sighting(month.world.estate, *trip) for trip in month.stage.trips]
    share = month.world.calendar.days / 30
    trips = sorted(month.stage.trips, key=lambda trip: trip[0])
    alone = [trip for trip, after in zip(trips, _next(trips), strict=True) if after > ROOM_MS]
    lanes = far.lanes["in"]
    for number, (at, lane, plate) in enumerate(
        rng.sample(alone, min(len(alone), round((COPIES_A_MONTH + TRIPS_A_MONTH) * share) + 2))
    ):
        is_copy = number < max(2, round(COPIES_A_MONTH * share))
        later = at + round(rng.uniform(0.3, 0.75) * LEAST_MS if is_copy else 2 * LEAST_MS)
        there = rng.choice(lanes)
        found.append(_sighting(far, later, there, plate))
        if is_copy:
            places = (there.place, there.lane, lane.place, lane.lane)
            month.stage.expected.append(
                Expected("cloned_plate", places, at, later + SLACK_MS, severity="orange",
                         delivery="push", handler="police")
            )  # fmt: skip
    yield from sorted(found, key=lambda one: (one.time, one.id))


def _next(trips: list[tuple[int, Lane, str]]) -> Iterator[int]:
    """How long it is from each passage to the next one of its plate, and from the one before."""
    last: dict[str, int] = {}
    gaps = [10**15] * len(trips)
    index: dict[str, int] = {}
    for number, (at, _, plate) in enumerate(trips):
        if plate in last:
            gaps[index[plate]] = min(gaps[index[plate]], at - last[plate])
            gaps[number] = at - last[plate]
        last[plate], index[plate] = at, number
    return iter(gaps)


def _sighting(estate: Estate, at: int, lane: Lane, plate: str) -> Sighting:
    place, camera = lane.place, lane.plate_camera
    ref = DEMO_KEYS.city.plate(plate)
    config = estate.config
    return Sighting(
        id=event_id(config.estate, camera, "plate.read", at, plate), type="plate.read", time=at,
        received_at=at + 300, estate=config.estate, estate_name=config.name,
        timezone=config.timezone, position=config.position, place=place,
        place_name=Words(zh=place, en=place), device=camera,
        plate=PlateRef(ref=ref.ref, skeleton=ref.skeleton), confidence=0.97,
        direction="in" if lane.way == "in" else "out",
    )  # fmt: skip
