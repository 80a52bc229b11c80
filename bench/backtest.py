"""The back-test's speed on one core, all rules on: reading the lines, and judging them.

python -m bench.backtest [--events 60000] [--show 12]

Events a second of the processor's own time, so that what else runs on the machine counts little.
The same simulated estate four times: an ordinary day (mostly heartbeats), nothing but people at
doors, nothing but vehicles at barriers, and nothing but plates read. `--show` names the rules that
cost most, each as the time its steps take.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from deploy.simulation.doors import Leave, Swipe
from deploy.simulation.estate import load_estate
from deploy.simulation.events import DEMO_KEYS, EventWriter
from deploy.simulation.facts import Fact
from deploy.simulation.people import populate
from deploy.simulation.stage import Scene, Stage
from deploy.simulation.timeline import Arrival, Timeline
from deploy.simulation.vehicles import Drive
from processors.backtest import no_collector, read_events
from processors.core.replay import replay
from processors.core.rule import RuleSet
from processors.rules.catalogue import shipped_rules

START = 1_772_380_800_000
"""2026-03-02, midnight in Shanghai."""
APART_MS = 8000
"""Between two scenes of an estate at its busiest."""
PLATES = frozenset({"plate.read", "vehicle.entered", "vehicle.exited"})
MIXES = ("day", "doors", "lanes", "plates")


class Traffic:
    """Lines of events of one kind of traffic, in order of arrival."""

    def __init__(self, seed: int = 7) -> None:
        """The simulated estate with its residents."""
        self.estate, self.rng = load_estate(), Random(seed)
        self.seed = seed
        homes = populate(self.estate, Random(f"{seed}/homes"))
        self.people = [person for home in homes for person in home.people]
        self.plates = [person.plate for person in self.people if person.plate]
        self.inside: set[str] = set()
        self.writer = EventWriter(self.estate, DEMO_KEYS)

    def lines(self, mix: str) -> Iterator[bytes]:
        """One of `MIXES`, without end."""
        arrivals = Timeline.of_day(self.estate, self.seed, tick_s=60).arrivals()
        if mix != "day":
            opening = (one for one in islice(arrivals, 5000) if one.fact.device == "console")
            for arrival in opening:
                yield self.writer.line(arrival)
            arrivals = (Arrival(fact.at + 200, fact) for fact in self._facts(mix))
        for arrival in arrivals:
            yield self.writer.line(arrival)

    def _facts(self, mix: str) -> Iterator[Fact]:
        stage = Stage(self.estate, self.rng)
        at = START + 60_000
        while True:
            for fact in self._scene(mix)(stage, at):
                if mix != "plates" or fact.type in PLATES:
                    yield fact
            at += APART_MS

    def _scene(self, mix: str) -> Scene:
        if mix == "doors":
            who = self.rng.choice(self.people)
            door = self.rng.choice((who.door, who.gate))
            return Swipe(door, who.number, who.method) if self.rng.random() < 0.7 else Leave(door)
        plate = self.rng.choice(self.plates)
        way = "out" if plate in self.inside else "in"
        self.inside ^= {plate}
        return Drive(self.rng.choice(self.estate.lanes[way]), plate)


class Stopwatch:
    """Adds up the processor's time in each rule's steps."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.spent: dict[str, float] = {}
        self.steps: dict[str, int] = {}

    def around(self, rules: RuleSet) -> RuleSet:
        """The same rules, measured."""
        return rules.each(lambda rule: replace(rule, step=self._timed(rule.id, rule.step)))

    def _timed(self, name: str, step: Any) -> Any:
        self.spent[name], self.steps[name] = 0.0, 0

        def timed(now: Any, state: Any, told: Any) -> Any:
            began = time.perf_counter()
            answer = step(now, state, told)
            self.spent[name] += time.perf_counter() - began
            self.steps[name] += 1
            return answer

        return timed

    def table(self, events: int, rows: int) -> Iterator[str]:
        """The dearest rules: microseconds an event, steps an event, microseconds a step."""
        for name in sorted(self.spent, key=lambda one: -self.spent[one])[:rows]:
            spent, steps = self.spent[name] * 1e6, self.steps[name]
            yield (f"  {name:26}{spent / events:8.2f} us an event{steps / events:7.2f} steps"
                   f"{spent / max(1, steps):8.2f} us a step")  # fmt: skip


def measure(lines: Sequence[bytes], rules: RuleSet) -> tuple[float, float]:
    """Seconds of the processor for reading the file, and for judging what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.ndjson"
        file.write_bytes(b"\n".join(lines) + b"\n")
        with no_collector():
            began = time.process_time()
            events = list(read_events([file]))
            read = time.process_time()
            replay(events, rules)
            judged = time.process_time()
    gc.collect()
    return read - began, judged - read


def main() -> None:
    """Measures each mix once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--mix", choices=MIXES, action="append")
    asked = parser.parse_args()
    rules = shipped_rules()
    measure(list(islice(Traffic().lines("day"), 2000)), rules)
    print(
        f"{'traffic':8}{'events':>9}{'read us':>9}{'judge us':>10}{'events/s':>10}{'judged/s':>10}"
    )
    for mix in asked.mix or MIXES:
        lines = list(islice(Traffic().lines(mix), asked.events))
        read, judged = measure(lines, rules)
        count = len(lines)
        print(f"{mix:8}{count:10}{read / count * 1e6:10.1f}{judged / count * 1e6:10.1f}"
              f"{count / (read + judged):10.0f}{count / judged:10.0f}", flush=True)  # fmt: skip
        if asked.show:
            _show(lines, rules, asked.show)


def _show(lines: Iterable[bytes], rules: RuleSet, rows: int) -> None:
    kept = list(lines)
    watch = Stopwatch()
    measure(kept, watch.around(rules))
    print("\n".join(watch.table(len(kept), rows)), flush=True)


if __name__ == "__main__":
    main()
