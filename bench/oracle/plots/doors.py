"""Doors forced, held, crowded; refusals; duress; tampering."""

from collections.abc import Iterator
from dataclasses import replace

from bench.oracle.plots import plot
from bench.oracle.scenes import HandsFull
from bench.oracle.truth import SLACK_MS, Expected
from bench.oracle.world import HOUR, MINUTE, SECOND, MonthStage, World, judged, steps, swipe
from deploy.simulation.doors import Shown, Swipe, cycle, fact, read, refusal
from deploy.simulation.facts import Fact, Truth
from deploy.simulation.incidents import Denials, Duress, ForcedDoor, HeldDoor, Tailgate
from deploy.simulation.stage import Scene, Stage, Step
from schemas.alerts import Delivery

FORCED_WAIT_MS = 5 * SECOND
NIGHT = (22, 6)


def at_night(world: World, at: int) -> bool:
    """Between ten in the evening and six in the morning."""
    hour = world.calendar.hour_of(at)
    return hour >= NIGHT[0] or hour < NIGHT[1]


@plot("door_forced", 6)
def forced(world: World) -> Iterator[Step]:
    """A leaf opens and nobody was let through."""
    yield from _forced(world, seen=False)


@plot("door_forced", 5)
def forced_and_seen(world: World) -> Iterator[Step]:
    """The same with a person before the camera: orange, and it rings."""
    yield from _forced(world, seen=True)


def _forced(world: World, *, seen: bool) -> Iterator[Step]:
    doors = [d for d in world.grounds.plain_doors if d not in world.estate.gate_doors or not seen]
    door = world.rng.choice(doors)

    def judge(truth: Truth) -> Expected:
        return Expected(
            "door_forced", world.around(door), truth.began_at, truth.at + FORCED_WAIT_MS,
            severity="orange" if seen else "yellow", delivery="push" if seen else "list",
            handler="police",
        )  # fmt: skip

    # By day somebody else's reading may stand beside it; at night it stands alone.
    hours = (0, 24) if seen else (1, 5)
    yield Step(world.take(door, 0, hours), judged(ForcedDoor(door, seen), judge))


@plot("door_held", 5)
def held(world: World) -> Iterator[Step]:
    """A door stands open for some minutes."""
    yield from _held(world, world.rng.uniform(80, 240))


@plot("door_held", 3)
def held_long(world: World) -> Iterator[Step]:
    """A door stands open for long."""
    yield from _held(world, world.rng.uniform(400, 1500))


def _held(world: World, open_s: float, kind: str = "incident") -> Iterator[Step]:
    door = world.rng.choice(world.estate.unit_doors)
    home, person = world.quiet_person()

    def judge(truth: Truth) -> Expected:
        long = open_s > 350
        return Expected(
            "door_held", world.around(door), truth.began_at, truth.at + FORCED_WAIT_MS,
            "incident" if kind == "incident" else "habit", severity="yellow" if long else "blue",
            delivery="push" if long else "list", handler="property",
        )  # fmt: skip

    at = world.take(door, round(open_s * SECOND), (6, 23))
    yield Step(at, judged(HeldDoor(swipe(home, person, door), open_s), judge))


@plot("door_held", 6)
def moving_day(world: World) -> Iterator[Step]:
    """Somebody moves: the door stands open for an hour. By the book it is held."""
    yield from _held(world, world.rng.uniform(2400, 5400), "habit")


@plot("granted_no_entry", 6)
def nobody_enters(world: World) -> Iterator[Step]:
    """Somebody is let in and goes away again."""
    door = world.rng.choice(world.estate.unit_doors)
    home, person = world.quiet_person()
    yield Step(world.take(door), HandsFull(swipe(home, person, door), "incident"))


@plot("tailgating", 8)
def tailgate(world: World) -> Iterator[Step]:
    """One is let in at a counted door and a stranger goes in behind."""
    door = world.rng.choice([d for d in world.estate.counted_doors if d in _judged_doors(world)])
    home, person = world.quiet_person()
    key = world.estate.config.is_key(door)
    delivery: Delivery = "statistic" if door in world.estate.gate_doors else "list"

    def judge(truth: Truth) -> Expected:
        return Expected(
            "tailgating", world.around(door), truth.began_at, truth.at + 30 * SECOND,
            severity="yellow" if key else "blue", delivery=delivery,
        )  # fmt: skip

    yield Step(world.take(door), judged(Tailgate(swipe(home, person, door)), judge))


def _judged_doors(world: World) -> tuple[str, ...]:
    return (*world.grounds.plain_doors, "plant-door")


@plot("repeated_denial", 6)
def denials(world: World) -> Iterator[Step]:
    """An unknown card, six times within the minute."""
    door, card = world.rng.choice(world.grounds.plain_doors), world.registry.card()
    at = world.take(door)
    night = at_night(world, at)

    def judge(truth: Truth) -> Expected:
        return Expected(
            "repeated_denial", world.around(door), truth.began_at, truth.at + FORCED_WAIT_MS,
            severity="orange" if night else "yellow", delivery="push" if night else "list",
            handler="police",
        )  # fmt: skip

    yield Step(at, judged(Denials(door, card), judge))


@plot("repeated_denial", 4)
def too_few_denials(world: World) -> Iterator[Step]:
    """Four in a minute, or eight in four minutes: nothing."""
    door, card = world.rng.choice(world.grounds.plain_doors), world.registry.card()
    count, gap_s = world.rng.choice(((4, 10), (8, 25)))
    yield Step(world.take(door), refused(door, [card] * count, gap_s))


def refused(door: str, cards: list[str], gap_s: float, reason: str = "unknown_credential"
            ) -> Scene:  # fmt: skip
    """Refusals of some cards at a door, one after the other."""

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        door_ = stage.estate.doors[door]
        start = stage.free_at(door, at)
        for number, card in enumerate(cards):
            shown = start + round(number * gap_s * SECOND)
            yield refusal(door_, shown, card, "card", reason)
            stage.busy_until[door] = shown + 5 * SECOND

    return played


@plot("door_sweep", 5)
def sweep(world: World) -> Iterator[Step]:
    """One card is refused at four doors within ten minutes."""
    doors, card = world.rng.sample(world.estate.unit_doors, 4), world.registry.card()
    start = world.take(doors[2], 15 * MINUTE)
    times = [start + n * 150 * SECOND for n in range(4)]
    for door, at in zip(doors, times, strict=True):
        yield Step(at, refused(door, [card], 5))
    places = [place for door in doors for place in world.around(door)]
    world.expected.append(
        Expected(
            "door_sweep", (*places, world.estate.site.id), start, times[-1] + MINUTE,
            subject=card, names="credential", severity="orange", delivery="push", handler="police",
        )
    )  # fmt: skip


@plot("door_sweep", 4)
def short_sweep(world: World) -> Iterator[Step]:
    """Two doors, or three in twenty minutes: nothing."""
    doors, card = world.rng.sample(world.estate.unit_doors, 3), world.registry.card()
    start = world.take(doors[1], 25 * MINUTE)
    count, gap = world.rng.choice(((2, 120), (3, 420)))
    for number, door in enumerate(doors[:count]):
        yield Step(start + number * gap * SECOND, refused(door, [card], 5))


@plot("blocked_credential", 6)
def blocked(world: World) -> Iterator[Step]:
    """A card reported lost, expired or blocked is tried."""
    door, card = world.rng.choice(world.grounds.plain_doors), world.registry.card()
    reason = world.rng.choice(("lost", "expired", "blocked"))
    at = world.take(door)
    world.expect(
        "blocked_credential", door, (at, at + 3 * MINUTE), subject=card, names="credential",
        severity="yellow", delivery="list", handler="property",
    )  # fmt: skip
    yield Step(at, refused(door, [card] * 2, 6, reason))


@plot("duress", 4)
def duress(world: World) -> Iterator[Step]:
    """The code that says: I am being forced."""
    door = world.rng.choice(world.estate.unit_doors)
    _, person = world.quiet_person()

    def judge(truth: Truth) -> Expected:
        return Expected(
            "duress", world.around(door), truth.began_at, truth.at + MINUTE, severity="red",
            delivery="push", handler="police",
        )  # fmt: skip

    yield Step(world.take(door), judged(Duress(door, person.number), judge))


@plot("duress", 3)
def panic(world: World) -> Iterator[Step]:
    """The silent button of the guards' lodge."""
    at = world.take("lodge")
    world.expect("duress", "lodge", (at, at), severity="red", delivery="push", handler="police")
    yield from steps(Fact(at, "help.requested", "panic-lodge", "lodge", fields={"silent": True}))


@plot("device_tampered", 5)
def tampered(world: World) -> Iterator[Step]:
    """A reader's housing is opened."""
    door = world.rng.choice(world.estate.unit_doors)
    at = world.take(door)
    world.expect(
        "device_tampered", door, (at, at), severity="yellow", delivery="push", handler="property"
    )
    yield Step(at, _tamper(door))


@plot("device_tampered", 4)
def tampered_after_refusal(world: World) -> Iterator[Step]:
    """A reader's housing is opened two minutes after a refusal: red."""
    door = world.rng.choice(world.estate.unit_doors)
    at = world.take(door)
    world.expect(
        "device_tampered", door, (at, at + 6 * MINUTE), severity="red", delivery="push",
        handler="police",
    )  # fmt: skip
    yield Step(at, refused(door, [world.registry.card()], 5))
    yield Step(at + 2 * MINUTE, _tamper(door))


@plot("device_tampered", 3)
def tampered_at_work(world: World) -> Iterator[Step]:
    """Registered works at the door: kept, and nobody is told."""
    door = world.rng.choice(world.estate.unit_doors)
    at = world.take(door, 3 * HOUR, (8, 16))
    works = world.note(at - 2 * HOUR, "works", door, valid_from=at - HOUR, valid_to=at + 3 * HOUR)
    world.expected.append(Expected("works_under_way", world.around(door), at - HOUR, at, "habit"))
    yield from steps(works)
    yield Step(at, _tamper(door))


def _tamper(door: str) -> Scene:
    def played(stage: Stage, at: int) -> Iterator[Fact]:
        yield fact(stage.estate.doors[door], at, "device.tampered")

    return played


@plot("break_in", 4)
def break_in(world: World) -> Iterator[Step]:
    """A unit door is forced, something moves, a person is seen: all within half a minute."""
    building = world.rng.choice(world.grounds.buildings)
    door, camera = f"{building}-u1-door", f"cam-{building}"
    start = world.take(door, 10 * MINUTE, (0, 5))

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        assert isinstance(stage, MonthStage)
        door_ = stage.estate.doors[door]
        begin = stage.free_at(door, at) + 15 * SECOND
        fields = {"object": "person", "track": f"k{at // SECOND % 100_000}", "zone": "1"}
        yield Fact(begin, "motion.started", camera, camera, "1")
        yield Fact(begin + 6 * SECOND, "zone.entered", camera, camera, "1", fields=fields)
        opened = begin + 14 * SECOND
        yield fact(door_, opened, "door.opened")
        yield fact(door_, opened + 9 * SECOND, "door.closed")
        yield Fact(begin + 40 * SECOND, "motion.ended", camera, camera, "1")
        stage.busy_until[door] = opened + 40 * SECOND
        places = (*world.around(door), *world.around(building), building)
        until = begin + 45 * SECOND + SLACK_MS
        stage.expected += [
            Expected("break_in", places, begin, until, severity="red", delivery="push",
                     handler="police"),
            Expected("door_forced", world.around(door), opened, until, severity="orange"),
        ]  # fmt: skip

    yield Step(start, played)


@plot("shared_credential", 5)
def shared(world: World) -> Iterator[Step]:
    """The device says that another person shows the card; its holder had consented to faces."""
    yield from _shared(world, consents=True)


@plot("shared_credential", 3)
def shared_without_consent(world: World) -> Iterator[Step]:
    """The same, and nobody had consented: nothing."""
    yield from _shared(world, consents=False)


def _shared(world: World, *, consents: bool) -> Iterator[Step]:
    home, person = world.quiet_person()
    door = home.door
    at = world.take(door, 0, (7, 22))
    if consents:
        told = world.note(
            world.calendar.start + MINUTE, "consent", subject=person.number,
            valid_from=world.calendar.start,
        )  # fmt: skip
        yield from steps(told)
        world.expect(
            "shared_credential", door, (at, at + 3 * MINUTE), subject=person.number,
            names="credential", severity="blue",
        )  # fmt: skip

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        door_ = stage.estate.doors[door]
        start = stage.free_at(door, at)
        shown = Shown(person.number, {"method": "card"})
        told = read(door_, start, "access.granted", shown)
        yield told._replace(fields={**told.fields, "is_holder": False})
        yield from cycle(stage, door_, (start, start + 1500, start + 5000))

    yield Step(at, played)


@plot("impossible_travel", 5)
def two_gates(world: World) -> Iterator[Step]:
    """One card at both gates, four hundred metres apart, within forty seconds."""
    yield from _two_gates(world, 40, fires=True)


@plot("impossible_travel", 4)
def two_gates_in_time(world: World) -> Iterator[Step]:
    """The same after five minutes: nothing."""
    yield from _two_gates(world, 300, fires=False)


def _two_gates(world: World, gap_s: int, *, fires: bool) -> Iterator[Step]:
    _, person = world.quiet_person()
    south, north = world.estate.gate_doors
    start = world.take(south, 10 * MINUTE)
    if fires:
        places = (*world.around(south), *world.around(north))
        world.expected.append(
            Expected(
                "impossible_travel", places, start, start + 3 * MINUTE, subject=person.number,
                names="credential", severity="yellow",
            )
        )  # fmt: skip
    yield Step(start, _grant_only(south, person.number))
    yield Step(start + gap_s * SECOND, _grant_only(north, person.number, "out"))


def _grant_only(door: str, card: str, way: str = "in") -> Scene:
    """A passage that does not wait until the door is free, since its time matters."""

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        door_ = stage.estate.doors[door]
        shown = Shown(card, {"method": "card"}, "out" if way == "out" else "in")
        yield read(door_, at, "access.granted", shown)
        yield from cycle(stage, door_, (at, at + 1000, at + 4000))

    return played


@plot("antipassback", 5)
def in_twice(world: World) -> Iterator[Step]:
    """A card goes into the office twice and never out; the device's area is read both ways."""
    card = world.registry.card()
    at = world.take("office-door", 0, (9, 11.5))
    second = at + 20 * MINUTE
    world.expect(
        "antipassback", "office-door", (second, second + 2 * MINUTE), subject=card,
        names="credential", severity="blue",
    )  # fmt: skip
    for shown in (at, second):
        yield Step(shown, Swipe("office-door", card, "card", "in"))


@plot("timed_passback", 5)
def passed_back(world: World) -> Iterator[Step]:
    """A card is granted again at the store within five minutes."""
    card = world.registry.card()
    at = world.take("store-door", 10 * MINUTE)
    again = at + round(world.rng.uniform(40, 240)) * SECOND
    world.expect(
        "timed_passback", "store-door", (again, again + 2 * MINUTE), subject=card,
        names="credential", severity="blue",
    )  # fmt: skip
    for shown in (at, again):
        yield Step(shown, Swipe("store-door", card, "card"))


@plot("timed_passback", 4)
def passed_back_late(world: World) -> Iterator[Step]:
    """The same after six minutes, or told twice within a second: nothing."""
    card = world.registry.card()
    at = world.take("store-door", 10 * MINUTE)
    once = Swipe("store-door", card, "card")
    yield Step(at, once)
    yield Step(at + 6 * MINUTE, replace(once, open_s=3))


@plot("escort_missing", 5)
def alone(world: World) -> Iterator[Step]:
    """One person alone at the archive."""
    card = world.registry.card()
    at = world.take("archive-door", 0, (17, 8))
    world.expect("escort_missing", "archive-door", (at, at + 3 * MINUTE), severity="yellow")
    yield Step(at, Swipe("archive-door", card, "card"))


__all__ = ["at_night", "refused"]
