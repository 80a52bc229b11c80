"""What people do on an ordinary day: leave, return, deliver, visit, stroll. In no order."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from deploy.simulation.doors import Leave, Refused, Ring, Swipe, Way
from deploy.simulation.estate import DAHUA, Estate, Lane
from deploy.simulation.people import Home, Person, make_plate
from deploy.simulation.stage import HOUR, MINUTE, SECOND, Scene, Step
from deploy.simulation.vehicles import Drive, Note
from deploy.simulation.yards import Stroll

DAY_BEGINS = 7
"""The hour at which the property's day shift, and so a simulated day, begins."""
DAY_MS = 24 * HOUR
LAST_MS = DAY_MS - 12 * MINUTE
"""Nobody sets out later than this, so that each day is whole in itself."""
LATE_BUTTONS = 0.1
"""How many exit buttons are heard after the leaf's contact."""
COURIER_HOURS = ((11.0, 13.0), (17.0, 19.0))
_YARD_HOURS = ((7, 9, 60), (9, 11, 60), (11, 15, 40), (15, 18, 80), (18, 21.5, 150), (21.5, 24, 20))
"""From, to, and how many people are seen in the yards."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """Writes one day. `start` is its first instant, `weekend` says that nobody works."""

    estate: Estate
    homes: tuple[Home, ...]
    rng: Random
    start: int
    weekend: bool

    def steps(self) -> Iterator[Step]:
        """All that is planned for the day."""
        for home in self.homes:
            yield from self._home(home)
        yield from self._couriers()
        yield from self._visitors()
        yield from self._strolls()
        yield from self._odds_and_ends()

    def at(self, hour: float) -> int:
        """The instant of an hour of this day; the next morning's hours count on from 24."""
        offset = round((hour - DAY_BEGINS) * HOUR)
        return self.start + min(max(offset, 20 * SECOND), LAST_MS)

    def _home(self, home: Home) -> Iterator[Step]:
        parent = home.parent
        for person in home.people:
            if self.weekend and person.role in ("worker", "student"):
                if self.rng.random() < 0.5:
                    yield from self._walk(person, self.rng.uniform(9, 11), self.rng.uniform(12, 17))
                continue
            if self.rng.random() < 0.88:
                child = person.role == "student" and parent is not None
                together = child and self.rng.random() < 0.12
                yield from self._out_and_back(person, people=2 if together else 1)
            if person.role == "retired" and self.rng.random() < 0.5:
                evening = self.rng.gauss(19, 0.6)
                yield from self._walk(person, evening, evening + self.rng.uniform(0.4, 1))

    def _out_and_back(self, person: Person, people: int) -> Iterator[Step]:
        leaves = max(person.leaves + self.rng.gauss(0, 0.12), DAY_BEGINS + self.rng.random() / 4)
        returns = max(person.returns + self.rng.gauss(0, 0.25), leaves + 0.4)
        if person.plate and self.rng.random() < 0.65:
            yield from self._drive(person, leaves, returns)
        else:
            yield from self._walk(person, leaves, returns, people)

    def _walk(
        self, person: Person, leaves: float, returns: float, people: int = 1
    ) -> Iterator[Step]:
        late = self.rng.random() < LATE_BUTTONS
        yield Step(self.at(leaves), Leave(person.door, late))
        gate_out = Swipe(person.gate, person.number, person.method, "out", people)
        yield self._after(leaves, 60, 160, gate_out)
        gate_in = Swipe(person.gate, person.number, person.method, "in", people)
        yield Step(self.at(returns), gate_in)
        yield self._after(returns, 70, 200, self._swipe(person, person.door))

    def _drive(self, person: Person, leaves: float, returns: float) -> Iterator[Step]:
        plate = str(person.plate)
        yield Step(self.at(leaves), Leave(person.door, self.rng.random() < LATE_BUTTONS))
        yield self._after(leaves, 150, 300, Drive(self._lane("out"), plate))
        yield Step(self.at(returns), Drive(self._lane("in"), plate))
        yield self._after(returns, 180, 420, self._swipe(person, person.door))

    def _couriers(self) -> Iterator[Step]:
        """Each window some couriers go from door to door and prop it for the time of a delivery."""
        for number in range(14):
            for begin, end in COURIER_HOURS:
                card, hour = f"{2_690_000_000 + number}", self.rng.uniform(begin, end - 0.9)
                gate = self.rng.choice(self.estate.gate_doors)
                yield Step(self.at(hour), Swipe(gate, card, "card", "in"))
                for _ in range(self.rng.randint(4, 8)):
                    hour += self.rng.uniform(0.05, 0.11)
                    door = self.rng.choice(self.estate.unit_doors)
                    propped = Swipe(door, card, "card", open_s=self.rng.uniform(8, 20))
                    yield Step(self.at(hour), propped)
                yield Step(self.at(hour + 0.05), Swipe(gate, card, "card", "out"))

    def _visitors(self) -> Iterator[Step]:
        """Visitors' vehicles come with a permit, entered beforehand; vans and taxis without one."""
        for _ in range(28):
            plate, hour = make_plate(self.rng), self.rng.uniform(9, 21)
            noted = hour - self.rng.uniform(0.2, 1.2)
            yield Step(self.at(noted), Note("register.changed", plate, self._permit(noted)))
            yield from self._stay(plate, hour, self.rng.uniform(0.5, 5))
        for _ in range(32):
            yield from self._stay(
                make_plate(self.rng), self.rng.uniform(7.2, 22), self.rng.uniform(0.08, 0.4)
            )

    def _stay(self, plate: str, hour: float, hours: float) -> Iterator[Step]:
        yield Step(self.at(hour), Drive(self._lane("in"), plate))
        yield Step(self.at(hour + hours), Drive(self._lane("out"), plate))

    def _permit(self, hour: float) -> dict[str, object]:
        return {
            "record": "permit", "credential_class": "visitor", "valid_from": self.at(hour),
            "valid_to": self.start + DAY_MS, "stay_max_s": 8 * 3600,
        }  # fmt: skip

    def _strolls(self) -> Iterator[Step]:
        for begin, end, count in _YARD_HOURS:
            for _ in range(count):
                yard = self.rng.choice(self.estate.yards)
                label = "person" if self.rng.random() < 0.85 else "bicycle"
                stroll = Stroll(yard, self.rng.uniform(4, 90), label=label)
                yield Step(self.at(self.rng.uniform(begin, end)), stroll)

    def _odds_and_ends(self) -> Iterator[Step]:
        everyone = [person for home in self.homes for person in home.people]
        for _ in range(36):
            person = self.rng.choice(everyone)
            again = self._swipe(person, person.door)
            card = person.number if person.method == "card" else None
            reason = "no_permission" if card else "unknown_credential"
            slip = Refused(
                person.door, card, person.method, reason, self.rng.choice((1, 2)), again
            )  # fmt: skip
            yield Step(self.at(self.rng.uniform(7.5, 22)), slip)
        for person in self.rng.choices([p for p in everyone if p.method == "card"], k=60):
            yield Step(self.at(self.rng.uniform(7, 22)), self._swipe(person, "bin-room-door"))
        stations = [p for p, door in self.estate.doors.items() if door.family == DAHUA]
        for _ in range(40):
            yield Step(self.at(self.rng.uniform(9, 21)), Ring(self.rng.choice(stations)))
        for hour in (8.5, 14, 20):
            yield Step(self.at(hour), Swipe("pump-room-door", "100001", "face"))
            yield Step(self.at(hour + 0.3), Leave("pump-room-door"))

    def _swipe(self, person: Person, door: str, way: Way = "in") -> Swipe:
        return Swipe(door, person.number, person.method, way)

    def _lane(self, way: str) -> Lane:
        return self.rng.choice(self.estate.lanes[way])

    def _after(self, hour: float, low_s: float, high_s: float, scene: Scene) -> Step:
        return Step(self.at(hour) + round(self.rng.uniform(low_s, high_s) * SECOND), scene)
