"""A simulated month against all rules: recall, precision, load, homes in use, vehicles inside.

python -m bench.oracle --seed 1 --days 30 [--buildings 6] [--homes 25] [--show RULE]
"""

import argparse
import time

from bench.oracle.city import sightings
from bench.oracle.judge import judge_city, run
from bench.oracle.month import Month
from bench.oracle.settings import RULES
from bench.oracle.site import Size
from bench.oracle.table import print_table
from bench.oracle.world import world
from bench.oracle.writer import Writer, events


def main() -> None:
    """Plays the month, judges it, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("seed", 1), ("days", 30), ("buildings", 6), ("homes", 25)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--show", action="append", default=[], help="a rule to show in full")
    asked = parser.parse_args()
    began = time.perf_counter()
    size = Size(asked.buildings, asked.homes)
    month = Month(world(asked.seed, asked.days, size, RULES))
    writer = Writer(month.world.estate)
    verdict = run(events(month, writer))
    judge_city(verdict, sightings(month))
    print_table(month, verdict, writer, asked.show)
    print(f"{time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
