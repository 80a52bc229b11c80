"""What happens every day beside the residents: staff, rounds, meters, the dance on the square."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bench.oracle.calendar import Day
from bench.oracle.register import GUARD, staff_card
from bench.oracle.scenes import LateLeave, Trip
from bench.oracle.site import PATROL
from bench.oracle.world import MINUTE, SECOND, World, steps
from deploy.simulation.doors import Swipe, cycle, granted
from deploy.simulation.facts import Fact
from deploy.simulation.stage import Stage, Step

ROUNDS = (1, 9, 15, 21)
"""The hours at which a round begins; each point has half an hour."""
PATROL_ROUNDS = tuple((hour, number, p) for hour in ROUNDS for number, p in enumerate(PATROL))
METER_HOURS = (6, 7.2, 8.1, 9.5, 11, 12.2, 13.4, 15, 16.6, 18.2, 19.5, 21)


@dataclass(frozen=True, slots=True)
class Routines:
    """Writes one day of them. `missed` are (round's start, point) that nobody goes to."""

    world: World
    day: Day
    rng: Random
    missed: frozenset[tuple[int, str]] = frozenset()
    silent: frozenset[tuple[str, int]] = frozenset()
    """(dwelling, day) on which a home's meters tell nothing."""

    def steps(self) -> Iterator[Step]:
        """All of a day's routines."""
        yield from self._office()
        yield from self._archive()
        yield from self._plant()
        yield from self._store()
        yield from self._rounds()
        yield from self._meters()
        yield from self._square()
        yield from self._background()

    def _office(self) -> Iterator[Step]:
        for number in range(4):
            card = staff_card("office", number)
            for begin, end in ((7.6, 11.8), (13.1, 17.5)):
                comes = begin + self.rng.uniform(0, 0.4)
                leaves = end + self.rng.uniform(0, 0.4)
                yield Step(self.day.at(comes), Swipe("office-door", card, "card", "in"))
                yield Step(self.day.at(leaves), Swipe("office-door", card, "card", "out"))

    def _archive(self) -> Iterator[Step]:
        """Two people each time, the second within ten seconds."""
        if not self.day.free:
            at = self.day.at(self.rng.uniform(9, 16))
            one, two = (staff_card("archive", n) for n in self.rng.sample(range(4), 2))
            yield Step(at, Pair((one, two), self.rng.uniform(2, 5)))
            yield Step(at + 40 * MINUTE, LateLeave("archive-door"))

    def _plant(self) -> Iterator[Step]:
        for hour in (8.5, 14, 20):
            came = hour + self.rng.uniform(0, 0.3)
            card = staff_card("plant", self.rng.randrange(2))
            yield Step(self.day.at(came), Swipe("plant-door", card, "card"))
            yield Step(self.day.at(came + 0.3), LateLeave("plant-door"))

    def _store(self) -> Iterator[Step]:
        for number in range(3):
            hour = 8 + 3 * number + self.rng.uniform(0, 1.5)
            yield Step(self.day.at(hour), Swipe("store-door", staff_card("store", number), "card"))

    def _rounds(self) -> Iterator[Step]:
        world = self.world
        for hour, number, point in PATROL_ROUNDS:
            start = self.day.at(hour + number / 2)
            end = start + 30 * MINUTE
            slot = world.note(
                self.day.start + MINUTE, "patrol", point,
                valid_from=start, valid_to=end,
            )  # fmt: skip
            yield from steps(slot)
            if (start, point) in self.missed:
                world.expect("patrol_missed", point, (end, end + 10 * MINUTE))
                continue
            read = start + round(self.rng.uniform(2, 26) * MINUTE)
            yield from steps(
                Fact(read, "access.granted", f"tag-{point}", point, subject=GUARD,
                     fields={"method": "card"})
            )  # fmt: skip

    def _meters(self) -> Iterator[Step]:
        """Water and movement in homes enrolled in care."""
        for home in self.world.cared_for:
            if (home.dwelling, self.day.number) in self.silent:
                continue
            for hour in METER_HOURS:
                at = self.day.at(hour) + round(self.rng.uniform(0, 40) * MINUTE)
                meter = f"meter-{home.dwelling}"
                yield from steps(
                    Fact(at, "meter.read", meter, home.dwelling, sequence=at,
                         fields={"quantity": "motion", "value": float(self.rng.randint(1, 9))})
                )  # fmt: skip

    def _square(self) -> Iterator[Step]:
        """The dance in the evening, which the square's own number allows for."""
        at = self.day.at(19)
        while at < self.day.at(20.6):
            at += round(self.rng.uniform(20, 60) * SECOND)
            yield from steps(counted(self.world, "square", at, self.rng.randint(22, 48)))

    def _background(self) -> Iterator[Step]:
        """Passers-by counted, cats on the wall, bicycles in the lift, things that stop briefly."""
        world, rng = self.world, self.rng
        for _ in range(12):
            at = self.day.at(rng.uniform(7, 22))
            yield from steps(counted(world, "forecourt", at, rng.randint(0, 9)))
            yield from steps(seen(world, rng.choice(world.grounds.lifts), at, ("person", 4)))
            spot = rng.choice(("bend", "corner"))
            yield from steps(*stay(world, spot, (at, round(rng.uniform(20, 400) * SECOND)), "car"))
        for wall in ("wall-east", "wall-west"):
            camera = world.camera_of(wall)
            at = self.day.at(rng.uniform(0, 23.9))
            fields = {"object": "cat", "track": str(at % 1_000_000), "zone": "line-1"}
            yield from steps(Fact(at, "line.crossed", camera, camera, "1", fields=fields))
        if rng.random() < 0.35:
            yield from self._ambulance()

    def _ambulance(self) -> Iterator[Step]:
        """Let in by the guard's hand, its plate read; in the fire lane for two minutes."""
        world = self.world
        at, plate = self.day.at(self.rng.uniform(0.5, 23)), world.plate()
        lane_in, lane_out = world.drive_lane("in"), world.drive_lane("out")
        yield Step(at, Trip(lane_in, plate, sure=True, method="remote"))
        yield from steps(*stay(world, "fire-lane-1", (at + 2 * MINUTE, 2 * MINUTE), "car"))
        yield Step(at + 20 * MINUTE, Trip(lane_out, plate, sure=True, method="remote"))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cards at the archive, the second `apart_s` later, on one opening of the door."""

    cards: tuple[str, str]
    apart_s: float

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Two grants, one cycle."""
        door = stage.estate.doors["archive-door"]
        start = stage.free_at(door.place, at)
        second = start + round(self.apart_s * SECOND)
        for card, shown in zip(self.cards, (start, second), strict=True):
            yield granted(door, shown, Swipe(door.place, card, "card"))
        yield from cycle(stage, door, (second, second + 1500, second + 5000))


def counted(world: World, zone: str, at: int, count: int) -> Fact:
    """How many people a camera counts in a zone."""
    camera = world.camera_of(zone)
    fields = {"object": "person", "zone": zone, "count": count}
    return Fact(at, "object.counted", camera, camera, "1", sequence=at, fields=fields)


def seen(world: World, place: str, at: int, what: tuple[str, int]) -> Fact:
    """One picture of something (label, track) at a place."""
    camera, (label, track) = world.camera_of(place), what
    fields = {"object": label, "label": label, "track": f"t{track}", "zone": place,
              "zones": (place,)}  # fmt: skip
    return Fact(at, "object.seen", camera, camera, "1", sequence=at, fields=fields)


def stay(world: World, place: str, span: tuple[int, int], label: str, every_s: int = 60
         ) -> Iterator[Fact]:  # fmt: skip
    """Something that a camera tracks at a place from `span[0]` on, for `span[1]` ms."""
    start, length = span
    track = start // SECOND % 10_000_000
    for at in range(start, start + length, every_s * SECOND):
        yield seen(world, place, at, (label, track))
    camera = world.camera_of(place)
    fields = {"object": label, "track": f"t{track}", "zone": place, "zones": (place,)}
    end = start + length
    yield Fact(end, "object.left", camera, camera, "1", sequence=end, fields=fields)
