"""Mutated payloads over all adapters: how many are refused, how long the slowest takes, and memory.

python -m bench.fuzz [--count 200000] [--seed 1]
"""

import argparse
import itertools
import resource
import time
from collections import Counter

from ingest.mapping import Mapper
from ingest.message import Rejected
from ingest.registry import Registry
from tests.ingest.cases import cases, shipped
from tests.ingest.mutations import mutated


def main() -> None:
    """Mutate, read, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    mapper = Mapper(shipped(), Registry(None))
    seeds = [case.message for case in cases() if len(case.payload) < 20_000]
    outcomes: Counter[str] = Counter()
    slowest: list[tuple[float, str, int]] = []
    room = [_room_kb()]
    for number, message in enumerate(itertools.islice(mutated(seeds, asked.seed), asked.count)):
        began = time.thread_time()
        found = mapper.read(message)
        took = time.thread_time() - began
        kind = "refused" if isinstance(found, Rejected) else "events" if found else "silent"
        outcomes[kind] += 1
        if len(slowest) < 5 or took > slowest[-1][0]:
            name = found.adapter or "none" if isinstance(found, Rejected) else kind
            slowest = sorted([*slowest, (took, name, len(message.payload))], reverse=True)[:5]
        if number % (asked.count // 4 or 1) == 0:
            room.append(_room_kb())
    print(f"{asked.count} payloads: {dict(outcomes)}")
    for took, name, size in slowest:
        print(f"  slowest {took * 1000:.1f} ms, {size} bytes, {name}")
    print("peak memory by quarters, MB:", *(f"{kb / 1024:.0f}" for kb in (*room, _room_kb())))


def _room_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
