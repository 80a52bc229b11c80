"""Vehicles: behind one another, unread, under another's plate, for too long, in the way."""

from collections.abc import Iterator
from typing import Any

from bench.oracle.habits import looks
from bench.oracle.plots import plot
from bench.oracle.routines import stay
from bench.oracle.scenes import Trip
from bench.oracle.site import FIRE_LANES
from bench.oracle.truth import SLACK_MS, Expected
from bench.oracle.world import (
    HOUR,
    MINUTE,
    SECOND,
    MonthStage,
    World,
    judged,
    steps,
)
from deploy.simulation.doors import Swipe
from deploy.simulation.facts import Fact, Truth
from deploy.simulation.incidents import BarrierTail
from deploy.simulation.stage import Scene, Stage, Step
from deploy.simulation.vehicles import Drive, controller, loop

DAY = 24 * HOUR


@plot("barrier_tailing", 7)
def tailing(world: World) -> Iterator[Step]:
    """A vehicle goes through behind another on one lifting of the arm."""
    lane = world.drive_lane(world.rng.choice(("in", "out")))
    leader = Drive(lane, world.plate(), sure=True)
    places = world.around(lane.lane)

    def judge(truth: Truth) -> Expected:
        return Expected(
            "barrier_tailing", places, truth.began_at, truth.at + 30 * SECOND, severity="yellow",
            delivery="list", handler="property",
        )  # fmt: skip

    scene = _through(judged(BarrierTail(leader), judge), leader)
    at = world.take(lane.lane, 3 * HOUR) + 2 * HOUR
    if lane.way == "out":
        # What leaves has come in before.
        yield Step(at - 2 * HOUR, Trip(world.drive_lane("in"), leader.plate, sure=True))
        yield Step(at, scene)
    else:
        yield Step(at, scene)
        yield Step(at + HOUR, Trip(world.drive_lane("out"), leader.plate, sure=True))


@plot("barrier_forced", 5)
def arm_by_itself(world: World) -> Iterator[Step]:
    """The arm goes up and nothing let it."""
    yield from _raised(world, None)


@plot("barrier_forced", 5)
def arm_by_hand(world: World) -> Iterator[Step]:
    """The guard raises the arm for a vehicle whose plate is not read."""
    yield from _raised(world, "remote")


def _raised(world: World, method: str | None) -> Iterator[Step]:
    lane = world.drive_lane(world.rng.choice(("in", "out")))

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        assert isinstance(stage, MonthStage)
        up = stage.free_at(lane.place, at) + 15 * SECOND
        opened = controller(lane, up, "barrier.opened")
        yield opened._replace(fields={"method": method}) if method else opened
        yield loop(lane, up + 2500, on=True)
        yield loop(lane, up + 4500, on=False)
        yield controller(lane, up + 8000, "barrier.closed")
        stage.busy_until[lane.place] = up + 25 * SECOND
        stage.expected.append(
            Expected(
                "barrier_forced", world.around(lane.lane), up, up + 12 * SECOND + SLACK_MS,
                severity="yellow", delivery="push", handler="property",
            )
        )  # fmt: skip

    yield Step(world.take(lane.lane, MINUTE), played)


@plot("barrier_forced", 4)
def arm_struck(world: World) -> Iterator[Step]:
    """The device says that its arm was struck."""
    lane = world.drive_lane(world.rng.choice(("in", "out")))
    at = world.take(lane.lane, MINUTE)
    world.expect(
        "barrier_forced", lane.lane, (at, at), severity="yellow", delivery="push",
        handler="property",
    )  # fmt: skip
    yield from steps(controller(lane, at, "barrier.forced"))


@plot("barrier_held_up", 5)
def left_up(world: World) -> Iterator[Step]:
    """The arm stays up and nothing stands under it."""
    lane, plate = world.drive_lane("in"), world.plate()

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        assert isinstance(stage, MonthStage)
        open_ms = stage.between(90, 400)
        facts = list(Drive(lane, plate, sure=True, patience_ms=HOUR)(stage, at))
        down = facts[-1]
        yield from facts[:-1]
        yield down._replace(at=down.at + open_ms)
        stage.busy_until[lane.place] = down.at + open_ms + 10 * SECOND
        stage.inside.append((facts[0].at, 1, plate))
        began = facts[1].at
        stage.expected.append(
            Expected(
                "barrier_held_up", world.around(lane.lane), began,
                down.at + 61 * SECOND + SLACK_MS, severity="blue", delivery="list",
                handler="property",
            )
        )  # fmt: skip

    at = world.take(lane.lane, 8 * MINUTE)
    yield Step(at, played)
    yield Step(at + HOUR, Trip(world.drive_lane("out"), plate, sure=True))


@plot("plate_mismatch", 5)
def other_vehicle(world: World) -> Iterator[Step]:
    """A plate comes in on a white car and leaves on a red lorry."""
    plate, out = world.plate(), world.drive_lane("out")
    at = world.take(out.lane, 3 * HOUR) + 2 * HOUR
    white = {"vehicle_colour": "white", "vehicle_type": "small_car"}
    red = {"vehicle_colour": "red", "vehicle_type": "truck"}
    world.expect(
        "plate_mismatch", out.lane, (at, at + 35 * MINUTE), subject=plate, names="plate",
        severity="orange", delivery="push", handler="police",
    )  # fmt: skip
    yield Step(at - 2 * HOUR, Trip(world.drive_lane("in"), plate, sure=True, looks=white))
    yield Step(at, Trip(out, plate, sure=True, looks=red))


@plot("plate_mismatch", 4)
def exit_alone(world: World) -> Iterator[Step]:
    """A vehicle leaves that nobody saw come: a number in the statistic."""
    plate, out = world.plate(), world.drive_lane("out")
    at = world.take(out.lane, MINUTE)
    world.expect(
        "plate_mismatch", out.lane, (at, at + 35 * MINUTE), subject=plate, names="plate",
        delivery="statistic",
    )  # fmt: skip
    yield Step(at - HOUR, _unseen(plate))
    yield Step(at, Trip(out, plate, sure=True))


def _through(scene: Scene, drive: Drive) -> Scene:
    """The scene, and the vehicle of the drive truly in or out by it; who follows is gone again."""

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        assert isinstance(stage, MonthStage)
        yield from scene(stage, at)
        stage.inside.append((at, 1 if drive.lane.way == "in" else -1, drive.plate))

    return played


def _unseen(plate: str) -> Scene:
    """It came in, and no camera looked."""

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        assert isinstance(stage, MonthStage)
        stage.inside.append((at, 1, plate))
        return iter(())

    return played


@plot("cloned_plate", 5)
def in_while_inside(world: World) -> Iterator[Step]:
    """A plate comes in while it is inside already; the double leaves an hour later."""
    plate, lane = world.plate(), world.drive_lane("in")
    at = world.take(lane.lane, 5 * HOUR) + 3 * HOUR
    world.expect(
        "cloned_plate", lane.lane, (at, at + 35 * MINUTE), subject=plate, names="plate",
        severity="orange", delivery="push", handler="police",
    )  # fmt: skip
    world.expect("plate_mismatch", lane.lane, (at, at + 95 * MINUTE), kind="habit")
    seen = looks(plate)
    yield Step(at - 3 * HOUR, Trip(world.drive_lane("in"), plate, sure=True, looks=seen))
    yield Step(at, Trip(lane, plate, sure=True, looks=seen))
    out = world.drive_lane("out")
    world.expect("plate_mismatch", out.lane, (at, at + 6 * HOUR), kind="habit")
    yield Step(at + HOUR, Trip(out, plate, sure=True, looks=seen))
    yield Step(at + 90 * MINUTE, Trip(out, plate, sure=True, looks=seen))


@plot("overstay", 5)
def over_its_permit(world: World) -> Iterator[Step]:
    """A drop-off permit for five minutes, and it stays for an hour."""
    plate, lane = world.plate(), world.drive_lane("in")
    at = world.take(lane.lane, MINUTE)
    note = world.note(
        at - 10 * MINUTE, "permit", subject=plate, credential_class="courier", stay_max_s=300,
        valid_from=at - HOUR, valid_to=at + DAY,
    )  # fmt: skip
    world.expect(
        "overstay", lane.lane, (at + 19 * MINUTE, at + 55 * MINUTE), subject=plate, names="plate",
        severity="blue", delivery="list", handler="property",
    )  # fmt: skip
    yield from steps(note)
    yield Step(at, Trip(lane, plate, sure=True))
    yield Step(at + 70 * MINUTE, Trip(world.drive_lane("out"), plate, sure=True))


@plot("overstay", 5)
def guest_over_a_day(world: World) -> Iterator[Step]:
    """A visitor without a permit stays for more than a day."""
    yield from _guest(world, world.rng.uniform(25.5, 40), fires=True)


@plot("overstay", 5)
def guest_within_a_day(world: World) -> Iterator[Step]:
    """A visitor stays for not quite a day: nothing."""
    yield from _guest(world, world.rng.uniform(20, 23.9), fires=False)


def _guest(world: World, hours: float, *, fires: bool) -> Iterator[Step]:
    plate, lane = world.plate(), world.drive_lane("in")
    at = world.take(f"stay of {plate}", round(hours * HOUR))
    if fires:
        due = at + DAY + 15 * MINUTE
        world.expect(
            "overstay", lane.lane, (due - MINUTE, due + 35 * MINUTE), subject=plate,
            names="plate", severity="blue", delivery="list", handler="property",
        )  # fmt: skip
    yield Step(at, Trip(lane, plate, sure=True))
    out = Trip(world.drive_lane("out"), plate, sure=True)
    yield Step(at + round(hours * HOUR), out)


@plot("frequent_unknown_vehicle", 5)
def four_times_a_day(world: World) -> Iterator[Step]:
    """An unknown vehicle comes four times a day."""
    yield from _comings(world, 4, fires=True)


@plot("frequent_unknown_vehicle", 4)
def twice_a_day(world: World) -> Iterator[Step]:
    """An unknown vehicle comes twice, or a known one five times: nothing."""
    yield from _comings(world, 2, fires=False)
    plate = world.plate()
    yield from steps(
        world.note(
            world.calendar.start + MINUTE, "permit", subject=plate, credential_class="works",
            valid_from=world.calendar.start, valid_to=world.calendar.end,
        )
    )  # fmt: skip
    yield from _comings(world, 5, fires=False, plate=plate)


def _comings(world: World, count: int, *, fires: bool, plate: str | None = None
             ) -> Iterator[Step]:  # fmt: skip
    plate, lanes = plate or world.plate(), world.estate.lanes["in"]
    start = world.take(f"comings of {plate}", 8 * HOUR, (8, 10))
    if fires:
        third = start + 2 * 2 * HOUR
        places = [place for lane in lanes for place in world.around(lane.lane)]
        world.expected.append(
            Expected(
                "frequent_unknown_vehicle", (*places, world.estate.site.id), third,
                third + 45 * MINUTE, subject=plate, names="plate", severity="blue",
                delivery="list", handler="property",
            )
        )  # fmt: skip
    for number in range(count):
        at = start + number * 2 * HOUR
        yield Step(at, Trip(world.rng.choice(lanes), plate, sure=True))
        yield Step(at + 40 * MINUTE, Trip(world.drive_lane("out"), plate, sure=True))


@plot("abandoned_vehicle", 4)
def abandoned(world: World) -> Iterator[Step]:
    """A vehicle comes in and never leaves. Where readings were lost since, nobody can say."""
    plate, lane = world.plate(), world.drive_lane("in")
    stay_d = world.estate.config.rules["abandoned_vehicle"]["stay_d"]
    last = max(1, world.calendar.days - stay_d - 1)
    at = world.calendar.start + round((world.rng.randrange(last) + world.rng.random()) * DAY)
    at = world.reserve(lane.lane, max(at, world.calendar.start + 5 * HOUR), MINUTE)
    yield Step(at, Trip(lane, plate, sure=True))
    due, over = at + stay_d * DAY, at + DAY + 15 * MINUTE
    for rule, since in (("abandoned_vehicle", due), ("overstay", over)):
        sure = rule == "abandoned_vehicle" and not world.is_doubtful(at, since)
        if since + HOUR < world.calendar.end:
            world.expect(
                rule, lane.lane, (since - HOUR, since + HOUR), subject=plate, names="plate",
                kind="incident" if sure else "habit", severity="blue", delivery="list",
            )  # fmt: skip


@plot("watchlist_hit", 5)
def wanted(world: World) -> Iterator[Step]:
    """A vehicle that an approved entry names comes in."""
    yield from _wanted(world, "set", 0.0)


@plot("watchlist_hit", 4)
def no_longer_wanted(world: World) -> Iterator[Step]:
    """The same after the entry ended: nothing."""
    yield from _wanted(world, "ended", 1.0)


def _wanted(world: World, change: str, after_h: float) -> Iterator[Step]:
    plate, lane = world.plate(), world.drive_lane("in")
    at = world.take(lane.lane, MINUTE)
    entry: dict[str, Any] = {
        "entry": f"W{at // SECOND}", "looks_for": "plate", "severity": "red",
        "case_number": f"ORC-{at // SECOND}", "basis": "case_vehicle", "owner": "officer-01",
        "approver": "officer-02", "roles": ("police",), "valid_from": at - DAY,
        "valid_to": at + 5 * DAY,
    }  # fmt: skip
    note = world.note(at - 3 * HOUR, "watch", subject=plate, **entry)
    yield from steps(note)
    if change == "set":
        world.expect(
            "watchlist_hit", lane.lane, (at, at + 35 * MINUTE), severity="red", delivery="push",
            handler="police",
        )  # fmt: skip
    else:
        ended = note._replace(
            at=round(at - after_h * HOUR), fields={**note.fields, "change": "ended"}
        )
        yield from steps(ended)
    yield Step(at, Trip(lane, plate, sure=True))
    out = Trip(world.drive_lane("out"), plate, sure=True)
    if change == "set":
        gone = at + 40 * MINUTE
        world.expect("watchlist_hit", out.lane.lane, (gone, gone + 35 * MINUTE), severity="red")
    yield Step(at + 40 * MINUTE, out)


@plot("watchlist_hit", 3)
def wanted_card(world: World) -> Iterator[Step]:
    """A credential that an approved entry names is used."""
    card, door = world.registry.card(), world.rng.choice(world.estate.unit_doors)
    at = world.take(door)
    entry: dict[str, Any] = {
        "entry": f"C{at // SECOND}", "looks_for": "credential", "severity": "orange",
        "case_number": f"ORC-{at // SECOND}", "basis": "missing", "owner": "officer-01",
        "approver": "officer-02", "roles": ("police",), "valid_from": at - DAY,
        "valid_to": at + DAY,
    }  # fmt: skip
    yield from steps(world.note(at - HOUR, "watch", subject=card, **entry))
    world.expect(
        "watchlist_hit", door, (at, at + 3 * MINUTE), severity="orange", delivery="push",
        handler="police",
    )  # fmt: skip
    yield Step(at, Swipe(door, card, "card"))


@plot("fire_lane_blocked", 5)
def lane_blocked(world: World) -> Iterator[Step]:
    """A car stands in a fire lane for some minutes; orange from half an hour on."""
    lane = world.rng.choice(FIRE_LANES)
    length = round(world.rng.choice((8, 12, 45)) * MINUTE)
    at = world.take(lane, length)
    long = length > 30 * MINUTE
    world.expect(
        "fire_lane_blocked", lane, (at + 175 * SECOND, at + 185 * SECOND),
        severity="orange" if long else "yellow", delivery="push",
    )  # fmt: skip
    yield from steps(*stay(world, lane, (at, length), "car"))


@plot("fire_lane_blocked", 4)
def lane_crossed(world: World) -> Iterator[Step]:
    """A car stops for two minutes, or people stand about: nothing."""
    lane = world.rng.choice(FIRE_LANES)
    at = world.take(lane, 10 * MINUTE)
    yield from steps(*stay(world, lane, (at, 130 * SECOND), "car"))
    yield from steps(*stay(world, lane, (at + 4 * MINUTE, 5 * MINUTE), "person"))


@plot("stray_parking", 5)
def stray(world: World) -> Iterator[Step]:
    """A car stands outside the bays; yellow from half an hour on."""
    zone = world.rng.choice(("bend", "corner"))
    length = round(world.rng.choice((14, 22, 50)) * MINUTE)
    at = world.take(zone, length)
    long = length > 30 * MINUTE
    world.expect(
        "stray_parking", zone, (at + 595 * SECOND, at + 605 * SECOND),
        severity="yellow" if long else "blue", delivery="list", handler="property",
    )  # fmt: skip
    yield from steps(*stay(world, zone, (at, length), "car"))


@plot("stray_parking", 4)
def stray_briefly(world: World) -> Iterator[Step]:
    """A car stands there for nine minutes: nothing."""
    zone = world.rng.choice(("bend", "corner"))
    at = world.take(zone, 10 * MINUTE)
    yield from steps(*stay(world, zone, (at, 9 * MINUTE), "car"))
