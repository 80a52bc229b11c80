"""Which incidents happen on a day, where and when.

A day opens with one of each kind, early and close together, so that a demonstration need not wait;
the others are spread over the day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from deploy.simulation.doors import Swipe
from deploy.simulation.estate import ESP_RFID, HIKVISION, Estate, Lane, Yard
from deploy.simulation.incidents import (
    DROP_OFF_S,
    GRACE_S,
    BarrierTail,
    Denials,
    Duress,
    ForcedDoor,
    HeldDoor,
    Loiter,
    Outage,
    Overstay,
    Tailgate,
    WantedVehicle,
)
from deploy.simulation.people import Home, make_plate
from deploy.simulation.stage import HOUR, MINUTE, SECOND, Scene, Step
from deploy.simulation.vehicles import Drive, Note
from deploy.simulation.yards import Stroll, Verdict

ONE_DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Director:
    """Writes the incidents of one day. `start` is the day's first instant."""

    estate: Estate
    homes: tuple[Home, ...]
    rng: Random
    start: int

    def steps(self) -> Iterator[Step]:
        """One of each kind early, the rest over the day, in no order."""
        doors = self.rng.sample(self._terminals(), 5)
        yield self._at(90, self._lost(self.estate.doors[doors[0]].device))
        yield self._at(150, HeldDoor(self._swipe(doors[1]), 400))
        yield self._at(180, Duress(doors[2], self._resident(doors[2])))
        yield self._at(210, ForcedDoor(doors[3], seen=True))
        yield self._at(240, Denials(doors[4], self._strange_card()))
        yield self._at(300, Tailgate(self._swipe(self.rng.choice(self.estate.counted_doors))))
        yield self._at(100, self._judged_loiter())
        yield self._at(130, self._loiter())
        yield self._at(360, BarrierTail(self._drive("in")))
        yield from self._overstay(60)
        yield from self._wanted(420)
        yield from self._rest_of_day()

    def _rest_of_day(self) -> Iterator[Step]:
        doors = list(self.estate.doors)
        for _ in range(2):
            yield self._later(ForcedDoor(self.rng.choice(doors), self.rng.random() < 0.3))
            yield self._later(Denials(self.rng.choice(doors), self._strange_card()))
            yield self._later(BarrierTail(self._drive(self.rng.choice(("in", "out")))))
            yield self._later(Outage(self.rng.choice(self._cameras()), 4 * MINUTE, known=False))
        for _ in range(3):
            door = self.rng.choice(doors)
            yield self._later(HeldDoor(self._swipe(door), self.rng.uniform(80, 420)))
            yield self._later(Tailgate(self._swipe(self.rng.choice(self.estate.counted_doors))))
            yield self._later(self._loiter())
        yield self._later(self._judged_loiter())
        yield from self._overstay(self._some_time())
        yield self._later(self._lost(self.estate.doors[self.rng.choice(self._terminals())].device))
        if self.rng.random() < 0.35:
            yield self._later(Outage("nvr", 25 * MINUTE))
        if self.rng.random() < 0.35:
            yield from self._wanted(self._some_time())

    def _overstay(self, after_s: float) -> Iterator[Step]:
        plate = make_plate(self.rng)
        permit = {
            "record": "permit", "credential_class": "courier", "valid_from": self.start,
            "valid_to": self.start + ONE_DAY, "stay_max_s": DROP_OFF_S,
        }  # fmt: skip
        yield self._at(after_s - 40, Note("register.changed", plate, permit))
        yield self._at(after_s, Overstay(replace(self._drive("in"), plate=plate)))
        leaves = after_s + DROP_OFF_S + GRACE_S + self.rng.uniform(600, 3000)
        yield self._at(leaves, replace(self._drive("out"), plate=plate))

    def _wanted(self, after_s: float) -> Iterator[Step]:
        """In, and out again when the first hit is no longer news: twice a hit."""
        plate = make_plate(self.rng)
        entry = {
            "entry": f"W{self.start // SECOND}-{round(after_s)}", "looks_for": "plate",
            "severity": "red", "case_number": f"SIM-{self.start // SECOND}",
            "basis": "case_vehicle", "owner": "officer-01", "approver": "officer-02",
            "roles": ("police",), "valid_from": self.start, "valid_to": self.start + ONE_DAY,
        }  # fmt: skip
        yield self._at(after_s - 60, Note("watch.changed", plate, entry))
        yield self._at(after_s, WantedVehicle(replace(self._drive("in"), plate=plate)))
        leaves = after_s + self.rng.uniform(720, 1500)
        yield self._at(leaves, WantedVehicle(replace(self._drive("out"), plate=plate)))

    def _loiter(self) -> Loiter:
        yard: Yard = self.rng.choice(self.estate.yards)
        return Loiter(Stroll(yard, self.rng.uniform(340, 560), retold_s=30))

    def _judged_loiter(self) -> Loiter:
        yard = self.rng.choice(self.estate.judged_yards)
        return Loiter(Verdict(yard, self.rng.uniform(400, 700)))

    def _lost(self, device: str) -> Outage:
        return Outage(device, round(self.rng.uniform(6, 12) * MINUTE))

    def _drive(self, way: str) -> Drive:
        lane: Lane = self.rng.choice(self.estate.lanes[way])
        return Drive(lane, make_plate(self.rng), sure=True)

    def _swipe(self, door: str) -> Swipe:
        method = "card" if self._family(door) == ESP_RFID else "face"
        return Swipe(door, self._resident(door, method), method)

    def _resident(self, door: str, method: str = "face") -> str:
        people = [p for home in self.homes for p in home.people if p.method == method]
        own = [p for p in people if p.door == door]
        return self.rng.choice(own or people).number

    def _strange_card(self) -> str:
        return f"{self.rng.randrange(3_000_000_000, 3_999_999_999)}"

    def _terminals(self) -> list[str]:
        return [p for p in self.estate.unit_doors if self._family(p) == HIKVISION]

    def _cameras(self) -> list[str]:
        return list(self.estate.children["nvr"])

    def _family(self, door: str) -> str:
        return self.estate.doors[door].family

    def _some_time(self) -> float:
        return self.rng.uniform(1.2, 22) * 3600

    def _at(self, after_s: float, scene: Scene) -> Step:
        return Step(self.start + round(after_s * SECOND), scene)

    def _later(self, scene: Scene) -> Step:
        return self._at(self._some_time(), scene)
