"""What cameras see: people who stay, crowds, e-bikes, things in the way, falls, the wall."""

from collections.abc import Iterator

from bench.oracle.plots import plot
from bench.oracle.plots.doors import at_night
from bench.oracle.routines import counted, seen, stay
from bench.oracle.truth import Expected
from bench.oracle.world import HOUR, MINUTE, SECOND, World, judged, steps
from deploy.simulation.estate import Yard
from deploy.simulation.facts import Fact, Truth
from deploy.simulation.incidents import Loiter
from deploy.simulation.stage import Scene, Step
from deploy.simulation.yards import Stroll, Verdict

DAY = 24 * HOUR
EBIKE = "e-bike"


@plot("loitering", 7)
def loiter(world: World) -> Iterator[Step]:
    """Somebody is in a yard for longer than five minutes; yellow at night at a key place."""
    yard = world.rng.choice(world.estate.yards)
    at = world.take(yard.place, 12 * MINUTE)
    yield Step(at, _loiter(world, yard, at, tracked=True))


@plot("loitering", 4)
def loiter_judged(world: World) -> Iterator[Step]:
    """The camera itself says that somebody stays too long."""
    yard = world.rng.choice(world.estate.yards)
    at = world.take(yard.place, 12 * MINUTE)
    yield Step(at, _loiter(world, yard, at, tracked=False))


def _loiter(world: World, yard: Yard, at: int, *, tracked: bool) -> Scene:
    serious = yard.key and at_night(world, at)

    def judge(truth: Truth) -> Expected:
        return Expected(
            "loitering", world.around(yard.place), truth.began_at, truth.at + 40 * SECOND,
            severity="yellow" if serious else "blue", delivery="list",
            handler="police" if serious else "property",
        )  # fmt: skip

    stay_s = world.rng.uniform(400, 600)
    return judged(Loiter(Stroll(yard, stay_s, 30) if tracked else Verdict(yard, stay_s)), judge)


@plot("loitering", 5)
def nearly_loiter(world: World) -> Iterator[Step]:
    """Four and a half minutes, or a bicycle for ten: nothing."""
    yard = world.rng.choice(world.estate.yards)
    at = world.take(yard.place, 20 * MINUTE)
    yield Step(at, Stroll(yard, 265, 25))
    yield Step(at + 7 * MINUTE, Stroll(yard, 600, 30, "bicycle"))


@plot("crowd", 5)
def crowd(world: World) -> Iterator[Step]:
    """Forty people before the gate for some minutes."""
    at = world.take("forecourt", 10 * MINUTE)
    world.expect(
        "crowd", "forecourt", (at + 55 * SECOND, at + 90 * SECOND), severity="orange",
        delivery="push", handler="police",
    )  # fmt: skip
    yield from steps(*_many(world, "forecourt", at, 300))


@plot("crowd", 4)
def short_crowd(world: World) -> Iterator[Step]:
    """Forty people for forty seconds: nothing."""
    yield from steps(*_many(world, "forecourt", world.take("forecourt", 5 * MINUTE), 40))


def _many(world: World, zone: str, at: int, length_s: int) -> Iterator[Fact]:
    for second in range(0, length_s, 10):
        yield counted(world, zone, at + second * SECOND, world.rng.randint(36, 48))
    yield counted(world, zone, at + length_s * SECOND, 3)


@plot("ebike_in_lift", 6)
def ebike_rides(world: World) -> Iterator[Step]:
    """An e-bike in a lift, in several pictures of one ride."""
    lift = world.rng.choice(world.grounds.lifts)
    at = world.take(lift, MINUTE)
    world.expect(
        "ebike_in_lift", lift, (at, at + 6 * SECOND), severity="orange", delivery="push",
        handler="property",
    )  # fmt: skip
    track = at // SECOND % 1_000_000
    yield from steps(*(seen(world, lift, at + n * 4 * SECOND, (EBIKE, track)) for n in range(6)))


@plot("ebike_in_lift", 5)
def ebike_in_one_picture(world: World) -> Iterator[Step]:
    """One picture that a model took for an e-bike, or a pram all the way: nothing."""
    lift = world.rng.choice(world.grounds.lifts)
    at = world.take(lift, MINUTE)
    track = at // SECOND % 1_000_000
    yield from steps(seen(world, lift, at, (EBIKE, track)))
    later = at + 5 * MINUTE
    yield from steps(
        *(seen(world, lift, later + n * 4 * SECOND, ("baby carriage", track + 1)) for n in range(4))
    )


@plot("ebike_in_stairwell", 5)
def ebike_parked(world: World) -> Iterator[Step]:
    """An e-bike in a corridor; after an hour it rings."""
    hall = world.rng.choice(world.grounds.halls)
    length = round(world.rng.choice((25, 40, 150)) * MINUTE)
    at = world.take(hall, length)
    world.expect(
        "ebike_in_stairwell", hall, (at + 595 * SECOND, at + 605 * SECOND), severity="yellow",
        delivery="push" if length > HOUR else "list", handler="property",
    )  # fmt: skip
    yield from steps(*stay(world, hall, (at, length), EBIKE))


@plot("ebike_in_stairwell", 4)
def ebike_briefly(world: World) -> Iterator[Step]:
    """An e-bike stands there for eight minutes: nothing."""
    hall = world.rng.choice(world.grounds.halls)
    yield from steps(*stay(world, hall, (world.take(hall, 10 * MINUTE), 8 * MINUTE), EBIKE))


@plot("piled_objects", 5)
def piled(world: World) -> Iterator[Step]:
    """A mattress in a corridor for two days."""
    yield from _piled(world, 40, fires=True)


@plot("piled_objects", 4)
def piled_for_hours(world: World) -> Iterator[Step]:
    """Cartons for twenty hours: nothing."""
    yield from _piled(world, 20, fires=False)


def _piled(world: World, hours: int, *, fires: bool) -> Iterator[Step]:
    hall = world.rng.choice(world.grounds.halls)
    at = world.take(hall, hours * HOUR)
    if fires:
        due = at + DAY
        world.expect(
            "piled_objects", hall, (due - 5 * SECOND, due + 5 * SECOND), severity="blue",
            delivery="list", handler="property",
        )  # fmt: skip
    yield from steps(*stay(world, hall, (at, hours * HOUR), "mattress", every_s=1800))


@plot("high_throw", 5)
def fall(world: World) -> Iterator[Step]:
    """Something falls past a facade, told twice."""
    facade = f"{world.rng.choice(world.grounds.buildings)}-facade"
    at = world.take(facade)
    camera = world.camera_of(facade)
    world.expect(
        "high_throw", facade, (at, at + 3 * SECOND), severity="orange", delivery="push",
        handler="property",
    )  # fmt: skip
    once = Fact(at, "object.fell", camera, camera, "1", sequence=at, fields={"zone": facade})
    yield from steps(once, once._replace(at=at + 2 * SECOND, sequence=at + 1))


@plot("intrusion", 5)
def over_the_wall(world: World) -> Iterator[Step]:
    """A person crosses the line along the wall."""
    wall = world.rng.choice(("wall-east", "wall-west"))
    at = world.take(wall)
    camera = world.camera_of(wall)
    fields = {"object": "person", "track": str(at // SECOND % 100_000), "zone": "line-1"}
    world.expect("intrusion", wall, (at, at), severity="orange", delivery="push", handler="police")
    yield from steps(Fact(at, "line.crossed", camera, camera, "1", fields=fields))


@plot("intrusion", 4)
def gate_pushed(world: World) -> Iterator[Step]:
    """The wing of a people's gate is pushed open."""
    door = world.rng.choice(world.estate.gate_doors)
    at = world.take(door)
    device = world.estate.doors[door].device
    world.expect("intrusion", door, (at, at), severity="orange", delivery="push", handler="police")
    yield from steps(Fact(at, "barrier.forced", device, door, "1"))


@plot("intrusion", 3)
def alarm_zone(world: World) -> Iterator[Step]:
    """A zone of the office's alarm panel trips."""
    at = world.take("office", 0, (22, 5))
    world.expect(
        "intrusion", "office", (at, at), severity="orange", delivery="push", handler="police"
    )
    yield from steps(
        Fact(at, "device.tampered", "panel-office", "office", "4", fields={"zone": "4"})
    )


@plot("intrusion", 4)
def yard_entered(world: World) -> Iterator[Step]:
    """A person enters the square's zone, which is no wall: nothing."""
    at = world.take("square")
    camera = world.camera_of("square")
    fields = {"object": "person", "track": str(at // SECOND % 100_000), "zone": "square"}
    yield from steps(Fact(at, "zone.entered", camera, camera, "1", fields=fields))


@plot("night_pattern", 4)
def night_after_night(world: World) -> Iterator[Step]:
    """Somebody enters the kindergarten's ground on three nights of a week."""
    yield from _nights(world, (0, 2, 4), fires=True)


@plot("night_pattern", 2)
def two_nights(world: World) -> Iterator[Step]:
    """On two nights only: nothing."""
    yield from _nights(world, (0, 3), fires=False)


def _nights(world: World, nights: tuple[int, ...], *, fires: bool) -> Iterator[Step]:
    """One week each, so that two of them do not add up."""
    first = world.take_week("kindergarten", nights[-1])
    if first is None:
        return
    camera = world.camera_of("kindergarten")
    times = [first + night * DAY + round(world.rng.uniform(0.3, 3) * HOUR) for night in nights]
    for at in times:
        fields = {"object": "person", "track": str(at // SECOND % 100_000), "zone": "kindergarten"}
        yield from steps(Fact(at, "zone.entered", camera, camera, "kindergarten", fields=fields))
    if fires:
        world.expect("night_pattern", "kindergarten", (times[2], times[2] + MINUTE))


@plot("camera_blinded", 5)
def blinded(world: World) -> Iterator[Step]:
    """A camera is covered for some minutes."""
    zone = world.rng.choice(("forecourt", "bend", "corner", *world.grounds.lifts))
    at = world.take(zone, 20 * MINUTE)
    world.expect(
        "camera_blinded", zone, (at + 15 * SECOND, at + 25 * SECOND), severity="yellow",
        delivery="list", handler="maintenance",
    )  # fmt: skip
    yield from steps(*_covered(world, zone, at, 8 * MINUTE))


@plot("camera_blinded", 3)
def blinded_after_loitering(world: World) -> Iterator[Step]:
    """Somebody stays in a yard for long, and then its camera is covered: red."""
    yard = world.rng.choice(world.estate.yards)
    at = world.take(yard.place, 30 * MINUTE)
    yield Step(at, _loiter(world, yard, at, tracked=True))
    covered = at + 7 * MINUTE + 30 * SECOND
    world.expect(
        "camera_blinded", yard.place, (covered + 15 * SECOND, covered + 25 * SECOND),
        severity="red", delivery="push", handler="police",
    )  # fmt: skip
    yield from steps(*_covered(world, yard.place, covered, 8 * MINUTE))


@plot("camera_blinded", 4)
def headlights(world: World) -> Iterator[Step]:
    """Headlights for twelve seconds: nothing."""
    zone = world.rng.choice(("forecourt", "bend", "corner"))
    yield from steps(*_covered(world, zone, world.take(zone), 12 * SECOND))


def _covered(world: World, zone: str, at: int, length: int) -> Iterator[Fact]:
    camera = world.camera_of(zone)
    yield Fact(at, "camera.blinded", camera, camera, "1")
    yield Fact(at + length, "camera.restored", camera, camera, "1")
