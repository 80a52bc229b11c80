"""What the pure mapping costs, by adapter, over each adapter's own understood cases.

python -m bench.mapping [--rounds 100]

Processor time, and of five tries the best, so that a shared machine matters little. The last
two columns count apart the cases that are bare XML and all others. At the end: what a message
costs with all adapters loaded, beside a catalogue of its own adapter alone. A registered device's
adapter stands in the site; for any other the topic and the content decide, among all adapters that
share the topic.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.one_device import site_of_one
from ingest.catalogue import SHIPPED, Adapter, Catalogue
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.quick import changed
from ingest.registry import Registry
from schemas.site import Site
from tests.ingest.cases import Case, adapters, shipped

TRIES = 5


class Beside(NamedTuple):
    """Seconds a message."""

    all_loaded: float
    alone: float


def understood(folder: Path, adapter: str) -> list[Case]:
    """The cases of an adapter that become events."""
    return [
        Case(adapter, case.parent, json.loads(case.read_text(encoding="utf-8")))
        for case in sorted(folder.glob("cases/*/message.json"))
        if (case.parent / "expected.json").is_file()
    ]


def each(messages: list[Message], rounds: int, read: Callable[[Message], object]) -> float:
    """Seconds of the processor for one message."""
    return min(once(messages, max(1, rounds // TRIES), read) for _ in range(TRIES))


def once(messages: list[Message], rounds: int, read: Callable[[Message], object]) -> float:
    """The same of one try."""
    began = time.process_time()
    for _ in range(rounds):
        for message in messages:
            read(message)
    return (time.process_time() - began) / rounds / max(1, len(messages))


def registered(adapter: str, topics: Iterable[str]) -> Registry:
    """A site whose device of this adapter speaks on these topics."""
    return Registry(Site.model_validate(site_of_one("device-1", adapter, topics)))


def beside_one(adapter: Adapter, messages: list[Message], rounds: int, *, known: bool) -> Beside:
    """A message with all adapters loaded and with this one alone, of a device that a site names
    (`known`) or that none does.

    Tries go by turns, so that what else the machine does meets both alike.
    """
    name = adapter.spec.name
    told = [m if m.topic else changed(m, topic=f"bench/{name}") for m in messages]
    registry = registered(name, {m.topic for m in told}) if known else Registry(None)
    mappers = [Mapper(shipped(), registry), Mapper(Catalogue({name: adapter}), registry)]
    best = [float("inf")] * 2
    for _ in range(TRIES * 2):
        for at in (0, 1):
            best[at] = min(best[at], once(told, max(1, rounds // TRIES), mappers[at].read))
    return Beside(*best)


def main() -> None:
    """Measure each adapter and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    mapper = Mapper(shipped(), Registry(None))
    rates: list[float] = []
    beside: dict[bool, list[Beside]] = {True: [], False: []}
    print(f"{'adapter':24} {'cases':>5} {'µs/message':>11} {'messages/s':>11} "
          f"{'XML/s':>9} {'others/s':>9}")  # fmt: skip
    for adapter in adapters():
        name = adapter.spec.name
        messages = [case.message for case in understood(SHIPPED / adapter.folder.name, name)]
        xml = [m for m in messages if m.payload.lstrip()[:1] == b"<"]
        others = [m for m in messages if m not in xml]
        read = partial(mapper.read, adapter=name)
        took, of_xml, rest = (each(some, rounds, read) for some in (messages, xml, others))
        rates.append(1 / took)
        for known, found in beside.items():
            found.append(beside_one(adapter, messages, rounds // 4, known=known))
        told = "".join(f" {1 / of:9.0f}" if some else f" {'':9}"
                       for some, of in ((xml, of_xml), (others, rest)))  # fmt: skip
        print(f"{name:24} {len(messages):5} {took * 1e6:11.1f} {1 / took:11.0f}{told}".rstrip())
    print(f"median family: {median(rates):.0f} messages/s; slowest {min(rates):.0f}")
    for known, found in beside.items():
        ratio = sum(b.all_loaded for b in found) / sum(b.alone for b in found)
        whose = "registered" if known else "unregistered"
        print(f"all adapters loaded, beside one, {whose} devices: {ratio:.2f} x the time")


if __name__ == "__main__":
    main()
