"""What people do on an ordinary day of the oracle's estate: nobody means any harm.

Written day by day, in no order. What is by the book a situation all the same (a family on one
swipe, a propped door on a moving day) is expected as a habit: it may be told and need not be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from bench.oracle.calendar import Day
from bench.oracle.homes import Home, Resident
from bench.oracle.scenes import HandsFull, LateLeave, OnFoot, Trip, walk_s
from bench.oracle.world import SECOND, World, said, swipe
from deploy.simulation.doors import Refused, Ring, Swipe
from deploy.simulation.stage import Scene, Step
from deploy.simulation.yards import Stroll

LATE_BUTTONS = 0.1
BUTTON_SHARE = 0.25
"""How many go out by the button where they could be read."""
FAMILY_SHARE = 0.12
DRIVES_SHARE = 0.65
COURIER_HOURS = ((11.0, 13.0), (17.0, 19.0))
COLOURS = ("white", "black", "grey", "silver", "blue", "red")
KINDS = ("small_car", "small_car", "small_car", "suv", "van")


def looks(plate: str) -> dict[str, str]:
    """What the vehicle of a plate looks like, always the same."""
    rng = Random(plate)
    return {"vehicle_colour": rng.choice(COLOURS), "vehicle_type": rng.choice(KINDS)}


@dataclass(frozen=True, slots=True)
class Habits:
    """Writes one day of a month."""

    world: World
    day: Day
    rng: Random

    def steps(self) -> Iterator[Step]:
        """All that is planned for the day."""
        for home in self.world.homes:
            if home.people and not home.quiet:
                yield from self._home(home)
        yield from self._couriers()
        yield from self._guests()
        yield from self._strolls()
        yield from self._slips()

    def _at(self, hour: float) -> int:
        return self.day.at(max(hour, 0.01))

    def _home(self, home: Home) -> Iterator[Step]:
        for person in home.people:
            for leaves, returns in self._outings(person):
                there = not (home.is_away(self._at(leaves)) or home.is_away(self._at(returns)))
                if there and returns > leaves + 0.3:
                    yield from self._out_and_back(home, person, leaves, returns)

    def _outings(self, person: Resident) -> Iterator[tuple[float, float]]:
        """When somebody goes out and comes back, as hours of this day."""
        rng = self.rng
        if self.day.free and person.role in ("worker", "student"):
            if rng.random() < 0.6:
                yield rng.uniform(9, 11), rng.uniform(12.5, 17)
            if rng.random() < 0.3:
                yield rng.uniform(18, 19), rng.uniform(19.5, 23.2)
        elif rng.random() < (0.88 if not self.day.festive else 0.5):
            yield person.leaves + rng.gauss(0, 0.12), person.returns + rng.gauss(0, 0.25)
        if person.role == "retired" and rng.random() < 0.5:
            evening = rng.gauss(18.5, 0.5)
            yield evening, evening + rng.uniform(0.5, 1)

    def _out_and_back(
        self, home: Home, person: Resident, leaves: float, returns: float
    ) -> Iterator[Step]:
        yield Step(self._at(leaves), self._leave(home, person))
        if person.plate and self.rng.random() < DRIVES_SHARE:
            yield self._after(leaves, 150, 300, self._trip("out", person.plate))
            yield Step(self._at(returns), self._trip("in", person.plate))
            yield self._after(returns, 240, 480, OnFoot(swipe(home, person, home.door)))
            return
        together = person.role == "student" and self.rng.random() < FAMILY_SHARE
        people = 2 if together else 1
        walk = walk_s(self.world.estate.config, home.gate, home.door)
        out = OnFoot(swipe(home, person, home.gate, way="out"))
        yield self._after(leaves, walk, walk * 1.6, out)
        yield Step(self._at(returns), OnFoot(swipe(home, person, home.gate, people=people)))
        into = OnFoot(swipe(home, person, home.door, people=people))
        yield self._after(returns, walk, walk * 1.6, into)

    def _leave(self, home: Home, person: Resident) -> Scene:
        is_read = self.world.estate.doors[home.door].exit_device is not None
        if is_read and self.rng.random() >= BUTTON_SHARE:
            return OnFoot(swipe(home, person, home.door, way="out"))
        return LateLeave(home.door, self.rng.random() < LATE_BUTTONS)

    def _trip(self, way: str, plate: str) -> Trip:
        return Trip(self.world.drive_lane(way), plate, looks=looks(plate))

    def _couriers(self) -> Iterator[Step]:
        """They prop one unit door after another for the time of a delivery."""
        doors = self.world.estate.unit_doors
        for number in range(max(2, len(doors) * (1 if self.day.festive else 3) // 4)):
            for begin, end in COURIER_HOURS:
                card, hour = str(2_690_000_000 + number), self.rng.uniform(begin, end - 0.9)
                gate = self.rng.choice(self.world.estate.gate_doors)
                yield Step(self._at(hour), Swipe(gate, card, "card", "in"))
                for _ in range(self.rng.randint(4, 8)):
                    hour += self.rng.uniform(0.06, 0.11)
                    propped = Swipe(
                        self.rng.choice(doors), card, "card", open_s=self.rng.uniform(8, 24)
                    )
                    yield Step(self._at(hour), propped)
                yield Step(self._at(hour + 0.07), Swipe(gate, card, "card", "out"))

    def _guests(self) -> Iterator[Step]:
        """Guests' vehicles with a permit, vans and taxis without, guests on foot with a pass."""
        homes = [home for home in self.world.homes if home.people and not home.quiet]
        scale = max(2, len(homes) // 12)
        for _ in range(scale):
            plate, hour = self.world.plate(), self.rng.uniform(9, 21)
            permit = self.world.note(
                self._at(hour - self.rng.uniform(0.2, 1.2)), "permit", subject=plate,
                credential_class="visitor", valid_from=self._at(hour - 0.2),
                valid_to=self.day.at(47), stay_max_s=24 * 3600,
            )  # fmt: skip
            yield Step(permit.at, said(permit))
            yield from self._stay(plate, hour, self.rng.uniform(0.5, 5))
        for _ in range(scale):
            plate = self.world.plate()
            yield from self._stay(plate, self.rng.uniform(7.2, 22), self.rng.uniform(0.08, 0.4))
        for _ in range(scale):
            yield from self._guest(self.rng.choice(homes))

    def _stay(self, plate: str, hour: float, hours: float) -> Iterator[Step]:
        yield Step(self._at(hour), self._trip("in", plate))
        yield Step(self._at(hour + hours), self._trip("out", plate))

    def _guest(self, home: Home) -> Iterator[Step]:
        card, hour = self.world.registry.card(), self.rng.uniform(9, 19)
        leaves = hour + self.rng.uniform(0.7, 2.6)
        told = self.world.note(
            self._at(hour - 0.3), "pass", subject=card, dwelling=home.dwelling,
            credential_class="visitor", valid_from=self._at(hour - 0.2),
            valid_to=self._at(hour + 3),
        )  # fmt: skip
        yield Step(told.at, said(told))
        walk = walk_s(self.world.estate.config, home.gate, home.door)
        yield Step(self._at(hour), OnFoot(Swipe(home.gate, card, "qr", "in")))
        yield self._after(hour, walk, walk * 1.6, OnFoot(Swipe(home.door, card, "qr")))
        yield Step(self._at(leaves), LateLeave(home.door))
        yield self._after(leaves, walk, walk * 1.6, OnFoot(Swipe(home.gate, card, "qr", "out")))

    def _strolls(self) -> Iterator[Step]:
        """People, dogs and bicycles that a yard camera follows for a while."""
        for _ in range(40):
            yard = self.rng.choice(self.world.estate.yards)
            label = self.rng.choices(("person", "bicycle", "dog"), (85, 10, 5))[0]
            stroll = Stroll(yard, self.rng.uniform(4, 120), label=label)
            yield Step(self._at(self.rng.gauss(17, 3.5) % 23.5), stroll)

    def _slips(self) -> Iterator[Step]:
        """Faces not recognised, cards not let in, rings, a hand that is full."""
        homes = [home for home in self.world.homes if home.people and not home.quiet]
        for _ in range(max(2, len(homes) // 9)):
            home = self.rng.choice(homes)
            person = self.rng.choice(home.people)
            card = person.number if person.method == "card" else None
            reason = "no_permission" if card else "unknown_credential"
            slip = Refused(home.door, card, person.method, reason, self.rng.choice((1, 1, 2)))
            into = swipe(home, person, home.door)
            again = OnFoot(into, replace(slip, then=into))
            if not home.is_away(self._at(12)):
                yield Step(self._at(self.rng.uniform(12, 16)), again)
        for _ in range(max(1, len(homes) // 12)):
            yield Step(self._at(self.rng.uniform(9, 21)), Ring(self.rng.choice(homes).door))
            home = self.rng.choice(homes)
            into = swipe(home, self.rng.choice(home.people), home.door)
            turns_round = OnFoot(into, HandsFull(into))
            if not home.is_away(self._at(15)):
                yield Step(self._at(self.rng.uniform(12, 16)), turns_round)

    def _after(self, hour: float, low_s: float, high_s: float, scene: Scene) -> Step:
        return Step(self._at(hour) + round(self.rng.uniform(low_s, high_s) * SECOND), scene)
