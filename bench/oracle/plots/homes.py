"""Homes and people: help, silence, use against the register, disputes, visitors, tenancies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.oracle.calendar import Span
from bench.oracle.homes import Home, Resident
from bench.oracle.plots import plot
from bench.oracle.register import CARE_SILENT_80_S, CARE_SILENT_S
from bench.oracle.scenes import walk_s
from bench.oracle.world import HOUR, MINUTE, SECOND, World, steps, swipe
from deploy.simulation.doors import Swipe
from deploy.simulation.facts import Fact
from deploy.simulation.stage import Step

DAY = 24 * HOUR


@plot("help_button", 4)
def help_on_the_square(world: World) -> Iterator[Step]:
    """The help button of the square, pressed twice."""
    at = world.take("square")
    world.expect(
        "help_button", "square", (at, at), severity="orange", delivery="push",
        handler="care_station",
    )  # fmt: skip
    once = Fact(at, "help.requested", "sos-square", "square", sequence=at)
    yield from steps(once, once._replace(at=at + 40 * SECOND, sequence=at + 1))


@plot("help_button", 4)
def help_at_home(world: World) -> Iterator[Step]:
    """The button in a home enrolled in care: red."""
    home = world.rng.choice(world.cared_for)
    at = world.take(home.dwelling)
    world.expect(
        "help_button", home.dwelling, (at, at), severity="red", delivery="push",
        handler="care_station",
    )  # fmt: skip
    meter = f"meter-{home.dwelling}"
    yield from steps(Fact(at, "help.requested", meter, home.dwelling, sequence=at))


@plot("smoke_or_gas", 5)
def smoke(world: World) -> Iterator[Step]:
    """A detector in a corridor, taken back after some minutes."""
    hall = world.rng.choice(world.grounds.halls)
    at = world.take(hall, 20 * MINUTE)
    hazard = world.rng.choice(("smoke", "gas", "heat"))
    device = f"smoke-{hall.removesuffix('-hall')}"
    world.expect(
        "smoke_or_gas", hall, (at, at), severity="red", delivery="push", handler="property"
    )
    over = Fact(
        at + 9 * MINUTE, "device.state_reported", device, hall, fields={"state": {hazard: "normal"}}
    )
    yield from steps(Fact(at, "fire.detected", device, hall, fields={"hazard": hazard}), over)


@plot("fire_unlock", 4)
def fire(world: World) -> Iterator[Step]:
    """A building's fire relay: doors stand open, and nobody is told of them."""
    building = world.rng.choice(world.grounds.buildings)
    panel, door = f"fire-{building}", f"{building}-u1-door"
    at = world.take(door, 40 * MINUTE)
    world.reserve(building, at, 40 * MINUTE)
    world.expect(
        "fire_unlock", building, (at, at), severity="red", delivery="push", handler="property"
    )
    yield from steps(
        Fact(at, "device.state_reported", panel, building, fields={"state": {"fire_relay": True}}),
        Fact(at + 20 * MINUTE, "device.state_reported", panel, building,
             fields={"state": {"fire_relay": False}}),
    )  # fmt: skip
    device = world.estate.doors[door].device
    yield from steps(
        Fact(at + 8 * SECOND, "door.opened", device, door, world.estate.doors[door].channel),
        Fact(at + 15 * MINUTE, "door.closed", device, door, world.estate.doors[door].channel),
    )


def silenced_homes(world: World) -> Iterator[tuple[Home, int]]:
    """Homes in care and the day from which on they fall silent for two days."""
    count = max(2, round(6 * world.calendar.days / 30))
    for home in world.rng.sample(world.cared_for, min(count, len(world.cared_for))):
        for _ in range(40):
            day = world.rng.randrange(2, world.calendar.days - 3)
            start = world.calendar.start + day * DAY
            if world.is_free(home.door, start - DAY, 3 * DAY, (0, 24)):
                world.reserve(home.door, start - DAY, 3 * DAY)
                yield home, day
                break


def silence(world: World, home: Home, day: int, *, noted: bool) -> None:
    """Nobody goes out or in and no meter moves for two days; with a note that is no silence."""
    start = world.calendar.start + day * DAY
    span = Span(start, start + 2 * DAY)
    world.replace_home(replace(home, away=(span,), noted=noted))
    if noted:
        return
    longest = round((CARE_SILENT_80_S if len(home.people) == 1 else CARE_SILENT_S) * SECOND)
    # The last sign of life lies in the evening before; the day before that is an ordinary one.
    began = start - 6 * HOUR
    world.expect(
        "welfare_silent", home.dwelling, (began + longest, start + longest + HOUR),
        severity="orange", delivery="push",
    )  # fmt: skip


@plot("dwelling_unusual", 4)
def lived_in_though_vacant(world: World) -> Iterator[Step]:
    """A home registered vacant is used night after night, by two cards."""
    home = world.free_home(lambda one: one.use == "vacant" and one.truth == "unused")
    if home is None:
        return
    first = world.rng.randrange(1, max(2, world.calendar.days - 7))
    cards = [world.registry.resident("worker") for _ in range(2)]
    last = world.calendar.days - 1
    yield from _nights(world, home, cards, range(first, last))
    begin = world.calendar.start + (first + 3) * DAY
    world.expect(
        "dwelling_unusual", home.dwelling, (begin - 20 * HOUR, begin + 2 * DAY), delivery="list"
    )
    world.replace_home(replace(home, truth="mismatch"))


@plot("dwelling_unusual", 3)
def more_than_registered(world: World) -> Iterator[Step]:
    """Four are registered, and five more cards come and go at night."""
    home = world.free_home(lambda one: one.quiet)
    if home is None:
        return
    first = world.rng.randrange(1, max(2, world.calendar.days - 7))
    cards = [world.registry.resident("worker") for _ in range(5)]
    last = world.calendar.days - 1
    yield from _nights(world, home, cards, range(first, last))
    begin = world.calendar.start + first * DAY
    world.expect("dwelling_unusual", home.dwelling, (begin, begin + 8 * DAY), delivery="list")
    world.replace_home(replace(home, truth="mismatch"))


def _nights(world: World, home: Home, new: Sequence[Resident], nights: range) -> Iterator[Step]:
    """The home's people and new ones, whose cards are registered then, come late each night."""
    people = (*home.people, *new)
    for person in new:
        at = world.calendar.start + nights.start * DAY
        yield from steps(
            world.note(
                at, "credential", home.dwelling, subject=person.number, dwelling=home.dwelling,
                credential_class="resident", valid_from=at, valid_to=at + 365 * DAY,
            )
        )  # fmt: skip
    walk = walk_s(world.estate.config, home.gate, home.door)
    for night in nights:
        for number, person in enumerate(people):
            comes = world.calendar.start + night * DAY + round((22.2 + number * 0.11) * HOUR)
            yield Step(comes, swipe(home, person, home.gate))
            yield Step(comes + round(walk * 1.3 * SECOND), swipe(home, person, home.door))
            leaves = comes + round(world.rng.uniform(8.5, 9) * HOUR)
            yield Step(leaves, swipe(home, person, home.door, way="out"))
            yield Step(
                leaves + round(walk * 1.3 * SECOND), swipe(home, person, home.gate, way="out")
            )


@plot("dispute_escalates", 4)
def dispute(world: World) -> Iterator[Step]:
    """Three reports about noise between two homes within a week."""
    yield from _reports(world, (0, 2, 5), fires=True)


@plot("dispute_escalates", 4)
def two_reports(world: World) -> Iterator[Step]:
    """Two reports, and a third after ten days: nothing."""
    yield from _reports(world, (0, 2, 10), fires=False)


def _reports(world: World, days: tuple[int, ...], *, fires: bool) -> Iterator[Step]:
    one, other = world.rng.sample(world.grounds.dwellings, 2)
    low = world.calendar.start + 2 * HOUR
    start = world.rng.randrange(low, max(low + HOUR, world.calendar.end - (days[-1] + 1) * DAY))
    times = [start + day * DAY + round(world.rng.uniform(0, 10) * HOUR) for day in days]
    for at in times:
        fields = {"category": "noise", "dwelling": one, "against": other}
        yield from steps(Fact(at, "report.filed", "console", one, fields=fields))
    if fires and times[2] + HOUR < world.calendar.end:
        world.expect(
            "dispute_escalates", other, (times[2], times[2] + MINUTE), severity="yellow",
            delivery="push",
        )  # fmt: skip
        more = world.expected.pop()
        places = (*more.places, one, *(h.rsplit("-", 1)[0] for h in (one, other)))
        world.expected.append(replace(more, places=places))


@plot("visitor_not_out", 5)
def stays_on(world: World) -> Iterator[Step]:
    """A visitor is in and not out when the pass ends; leaves hours later."""
    yield from _visit(world, fires=True)


@plot("visitor_not_out", 4)
def leaves_in_time(world: World) -> Iterator[Step]:
    """A visitor leaves twenty minutes after the pass ended: nothing."""
    yield from _visit(world, fires=False)


def _visit(world: World, *, fires: bool) -> Iterator[Step]:
    card, (home, _) = world.registry.card(), world.quiet_person()
    at = world.take(home.gate, 8 * HOUR, (8, 18))
    end = at + 2 * HOUR
    yield from steps(
        world.note(
            at - HOUR, "pass", subject=card, dwelling=home.dwelling, credential_class="visitor",
            valid_from=at - HOUR, valid_to=end,
        )
    )  # fmt: skip
    yield Step(at, Swipe(home.gate, card, "qr", "in"))
    yield Step(at + 5 * MINUTE, Swipe(home.door, card, "qr"))
    leaves = end + (6 * HOUR if fires else 20 * MINUTE)
    if fires:
        due = end + 30 * MINUTE
        world.expect(
            "visitor_not_out", home.gate, (due - MINUTE, due + MINUTE), subject=card,
            names="credential", severity="blue", delivery="list", handler="property",
        )  # fmt: skip
        told = world.expected.pop()
        places = (*told.places, home.dwelling, *world.around(home.door), world.estate.site.id)
        world.expected.append(replace(told, places=places))
    yield Step(leaves, Swipe(home.gate, card, "qr", "out"))


@plot("lapsed_credential_used", 5)
def lapsed(world: World) -> Iterator[Step]:
    """A tenancy has ended and its card still opens the door."""
    yield from _lapsed(world, -2, fires=True)


@plot("lapsed_credential_used", 4)
def not_yet_lapsed(world: World) -> Iterator[Step]:
    """A tenancy that ends tomorrow: nothing."""
    yield from _lapsed(world, 24, fires=False)


def _lapsed(world: World, hours: int, *, fires: bool) -> Iterator[Step]:
    home, _ = world.quiet_person()
    card = world.registry.card()
    at = world.take(home.door, 0, (7, 21))
    start = world.calendar.start + MINUTE
    yield from steps(
        world.note(
            start, "credential", home.dwelling, subject=card, dwelling=home.dwelling,
            credential_class="tenant", valid_from=start - 90 * DAY, valid_to=at + hours * HOUR,
        )
    )  # fmt: skip
    if fires:
        world.expect(
            "lapsed_credential_used", home.door, (at, at + 3 * MINUTE), subject=card,
            names="credential", severity="yellow", delivery="list", handler="property",
        )  # fmt: skip
    yield Step(at, Swipe(home.door, card, "card"))
    yield Step(at + 20 * MINUTE, Swipe(home.door, card, "card", "out"))
