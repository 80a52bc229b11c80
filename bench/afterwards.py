"""What it costs to judge a long log for late events: seconds of the processor, and memory.

    python -m bench.afterwards [--events 300000] [--rules duress door_forced]

An estate's day of reads at forty doors, and one late duress. Without `--rules` all shipped rules
judge; with a few, what is left is the holding and the unpacking. Memory is that of this process
above what it had with the rules loaded. The late event lies in the middle of the day, so half of it
is judged twice; the back-test of a part of the same events is for comparison.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from itertools import islice

from processors.backtest import no_collector
from processors.core.afterwards import Hearings
from processors.core.replay import replay
from processors.core.rule import RuleSet, rule_set
from processors.rules.catalogue import shipped_rules
from schemas.events import Event
from tests.core.make import T0, event

DAY_S = 86_400
DOORS, HOLDERS = 40, 3000
KB_PER_MB = 1024
PART = 30_000


def day(count: int) -> Iterator[Event]:
    """Reads spread over a day."""
    for number in range(count):
        holder = f"p1:ab12:{number * 7919 % HOLDERS:016x}"
        at_s, place = number * DAY_S / count, f"d{number % DOORS}"
        yield event("access.granted", at_s, place, subject=holder, sequence=number)


def main() -> None:
    """Hold, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--rules", nargs="*")
    asked = parser.parse_args()
    rules = shipped_rules()
    if asked.rules:
        rules = rule_set([rule for rule in rules.rules if rule.id in asked.rules])
    late = event("access.duress", DAY_S / 2, received_at=T0 + DAY_S * 1000, replayed=True)
    hearings = Hearings()
    before, began = _room_mb(), time.process_time()
    hearings.late(late)
    for one in day(asked.events):
        hearings.heard(one)
    hearings.heard(late)
    loaded, room = time.process_time(), _room_mb()
    with no_collector():
        found = hearings.judge(rules).alerts
    print(f"{hearings.held} events held: {loaded - began:.1f} s, {room - before:.0f} MB")
    took, most = time.process_time() - loaded, _room_mb() - before
    speed = asked.events / took
    print(f"judged: {took:.1f} s, {speed:.0f}/s, {most:.0f} MB at most, {len(found)} found")
    print(f"the back-test judges {_backtest(asked.events, rules):.0f}/s of the same events")


def _backtest(events: int, rules: RuleSet) -> float:
    """Events a second of the back-test over as much of the day as is quickly held."""
    log = list(islice(day(events), PART))
    with no_collector():
        began = time.process_time()
        replay(log, rules)
        return len(log) / (time.process_time() - began)


def _room_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB


if __name__ == "__main__":
    main()
