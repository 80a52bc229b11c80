"""Estates of nothing but doors, each with an access terminal, and what their residents do."""

import random
import time
from collections import Counter
from collections.abc import Iterator

from tests.e2e.wire import Sent, terminal

ESTATES = ("east", "west")
DOORS = 24
DOORS_A_BUILDING = 4
LATENESS_S = 2.0
SETTLED_S = 8.0
"""After this much quiet no deadline of `RULES` is due for minutes, so alerts stand still."""
RULES = "{door_held: {unlock_s: 1, hold_s: 1, rise_s: 3}, door_forced: {rex_wait_s: 1}}"
DAILY_LIFE = {
    "card_passed": 50, "opened": 20, "closed": 20, "card_unknown": 5, "button": 4, "duress": 1,
}  # fmt: skip
"""What happens at a door, in a hundred."""
NO_READER = {"opened": 50, "closed": 50}
"""What happens at the last door of each building, which only has a key."""
Mark = tuple[str, int]
"""A reading: its device, and the device's own running number."""


def site(
    estates: tuple[str, ...] = ESTATES, doors: int = DOORS, lateness_s: float = LATENESS_S
) -> str:
    """The site file: in each estate so many doors, four to a building."""
    return "version: 1\nestates:\n" + "".join(_estate(e, doors, lateness_s) for e in estates)


def _estate(name: str, doors: int, lateness_s: float) -> str:
    places, devices = [], []
    for number in range(doors):
        building = f"{name}-b{number // DOORS_A_BUILDING}"
        if number % DOORS_A_BUILDING == 0:
            places.append(f"{{id: {building}, kind: building, name: {_words('楼', building)}}}")
        door = f"{name}-d{number}"
        told = f"kind: door, parent: {building}, name: {_words('门', door)}"
        places.append(f"{{id: {door}, {told}}}")
        device = f"{name}-t{number}"
        devices.append(f"{{id: {device}, adapter: hikvision_isapi, place: {door}, kind: reader}}")
    return (
        f"  - id: {name}\n    name: {_words('苑', name)}\n    lateness_s: {lateness_s:g}\n"
        f"    rules: {RULES}\n"
        + "    places:\n" + "".join(f"      - {place}\n" for place in places)
        + "    devices:\n" + "".join(f"      - {device}\n" for device in devices)
    )  # fmt: skip


def _words(zh: str, en: str) -> str:
    return f"{{zh: {zh} {en}, en: {en}}}"


class Residents:
    """People at the doors of `ESTATES`, by a seed.

    `did` counts what they did; `marks` tells it of each reading, in order.
    """

    def __init__(self, seed: int) -> None:
        """Nobody has come yet."""
        self._chance = random.Random(seed)
        self._numbers: Counter[str] = Counter()
        self._devices = [f"{name}-t{door}" for name in ESTATES for door in range(DOORS)]
        self.did: Counter[str] = Counter()
        self.marks: dict[Mark, str] = {}

    def come(self, count: int) -> Iterator[tuple[Mark, Sent]]:
        """So many readings, each of the moment in which it is asked for."""
        for _ in range(count):
            device = self._chance.choice(self._devices)
            by_key = int(device.rpartition("-t")[2]) % DOORS_A_BUILDING == DOORS_A_BUILDING - 1
            life = NO_READER if by_key else DAILY_LIFE
            (what,) = self._chance.choices(list(life), list(life.values()))
            card = f"04{self._chance.randrange(20):08x}" if what.startswith("card") else None
            self._numbers[device] += 1
            mark = (device, self._numbers[device])
            self.did[what] += 1
            self.marks[mark] = what
            yield mark, terminal(device, what, time.time_ns() // 1_000_000, mark[1], card)
