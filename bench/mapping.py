"""What the pure mapping costs, by adapter, over each adapter's own understood cases.

python -m bench.mapping [--rounds 100]

Processor time, and of five tries the best, so that a shared machine matters little. The last
column counts the cases that are XML alone. At the end: what a message costs with all adapters
loaded, beside a catalogue of its own adapter alone, both left to choose by topic and content.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from ingest.catalogue import SHIPPED, Adapter, Catalogue
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.registry import Registry
from tests.ingest.cases import Case, adapters, shipped

TRIES = 5


def understood(folder: Path, adapter: str) -> list[Case]:
    """The cases of an adapter that become events."""
    return [
        Case(adapter, case.parent, json.loads(case.read_text(encoding="utf-8")))
        for case in sorted(folder.glob("cases/*/message.json"))
        if (case.parent / "expected.json").is_file()
    ]


def each(messages: list[Message], rounds: int, read: Callable[[Message], object]) -> float:
    """Seconds of the processor for one message."""
    best = float("inf")
    for _ in range(TRIES):
        began = time.process_time()
        for _ in range(max(1, rounds // TRIES)):
            for message in messages:
                read(message)
        best = min(best, (time.process_time() - began) / max(1, rounds // TRIES))
    return best / max(1, len(messages))


def beside_one(adapter: Adapter, messages: list[Message], rounds: int) -> tuple[float, float]:
    """Seconds a message with all adapters loaded, and with this one alone."""
    alone = Mapper(Catalogue({adapter.spec.name: adapter}), Registry(None))
    all_of_them = Mapper(shipped(), Registry(None))
    return each(messages, rounds, all_of_them.read), each(messages, rounds, alone.read)


def main() -> None:
    """Measure each adapter and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    mapper = Mapper(shipped(), Registry(None))
    rates: list[float] = []
    full = single = 0.0
    print(f"{'adapter':24} {'cases':>5} {'µs/message':>11} {'messages/s':>11} {'XML/s':>9}")
    for adapter in adapters():
        name = adapter.spec.name
        messages = [case.message for case in understood(SHIPPED / adapter.folder.name, name)]
        xml = [m for m in messages if m.payload.lstrip()[:1] == b"<"]
        read = partial(mapper.read, adapter=name)
        took, of_xml = each(messages, rounds, read), each(xml, rounds, read)
        rates.append(1 / took)
        with_all, with_one = beside_one(adapter, messages, rounds // 4)
        full, single = full + with_all, single + with_one
        told = f"{1 / of_xml:9.0f}" if xml else ""
        print(f"{name:24} {len(messages):5} {took * 1e6:11.1f} {1 / took:11.0f} {told}")
    print(f"median family: {median(rates):.0f} messages/s; slowest {min(rates):.0f}")
    print(f"all adapters loaded, beside one: {full / single:.2f} x the time")


if __name__ == "__main__":
    main()
