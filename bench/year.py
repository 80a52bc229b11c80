"""A year of one estate through all rules: what the state weighs month by month, and the speed.

python -m bench.year [--days 365] [--buildings 2] [--homes 12] [--beat 1800] [--seed 1]

Strangers' plates and cards come and go every day; what is kept of them must go as well. The weight
is of the live objects in memory, deadlines and duplicate ids included, and beside it that of their
records. The live path runs with a checkpoint a batch; the back-test judges the first ten days.
"""

import argparse
import resource
import time

from bench.oracle.calendar import Calendar
from bench.oracle.judge import Verdict, live, size_of, speed
from bench.oracle.month import Month
from bench.oracle.settings import RULES
from bench.oracle.site import Size
from bench.oracle.world import world
from bench.oracle.writer import Writer, events
from bench.weight import weigh
from processors.core.machine import Machine
from processors.core.partition import Partition
from processors.rules.catalogue import rules_and_views, shipped_rules
from schemas.events import Event

BATCH, MONTH_D, SAMPLE_D = 400, 30, 10
USUAL = (("seed", 1), ("days", 365), ("buildings", 2), ("homes", 12), ("beat", 1800))
"""`homes` are of a unit, `beat` is how often a device says that it is alive (s)."""


def main() -> None:
    """Plays the year and prints a line a month."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in USUAL:
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    size = Size(asked.buildings, asked.homes, beat_s=asked.beat)
    month = Month(world(asked.seed, asked.days, size, RULES))
    rules = rules_and_views()
    partition, verdict = Partition(0, Machine(rules)), Verdict()
    print(f"{'day':>5}{'events':>10}{'keys':>8}{'bytes a key':>13}{'record bytes':>14}"
          f"{'events/s live':>15}{'process MB':>12}")  # fmt: skip
    sample: list[Event] = []
    batch: list[Event] = []
    count, due = 0, month.world.calendar.start + MONTH_D * Calendar.DAY
    for event in events(month, Writer(month.world.estate)):
        batch.append(event)
        if event.at < month.world.calendar.start + SAMPLE_D * Calendar.DAY:
            sample.append(event)
        if len(batch) >= BATCH:
            live(partition, batch, verdict)
            count, batch = count + len(batch), []
            if event.at >= due:
                _line(month, partition, verdict, (event.at, count))
                due += MONTH_D * Calendar.DAY
    live(partition, batch, verdict)
    _line(month, partition, verdict, (month.world.calendar.end, count + len(batch)))
    for what, which in (("all rules", shipped_rules()), ("read models as well", rules)):
        print(f"back-test, {what}: {speed(sample, which):.0f} events/s on one core")


def _line(month: Month, partition: Partition, verdict: Verdict, told: tuple[int, int]) -> None:
    at, count = told
    keys, records = size_of(partition)
    day = (at - month.world.calendar.start) // Calendar.DAY
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{day:5}{count:10}{keys:8}{weigh(partition) / max(1, keys):13.0f}"
          f"{records / max(1, keys):14.0f}{count / max(1e-9, verdict.live_s):15.0f}{peak:12}",
          flush=True)  # fmt: skip


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s in all")
