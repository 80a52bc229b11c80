"""What the pure mapping costs, by adapter, over each adapter's own understood cases.

python -m bench.mapping [--rounds 200]
"""

import argparse
import json
import time
from pathlib import Path

from ingest.catalogue import SHIPPED
from ingest.mapping import Mapper
from ingest.registry import Registry
from tests.ingest.cases import Case, adapters, shipped


def understood(folder: Path, adapter: str) -> list[Case]:
    """The cases of an adapter that become events."""
    return [
        Case(adapter, case.parent, json.loads(case.read_text(encoding="utf-8")))
        for case in sorted(folder.glob("cases/*/message.json"))
        if (case.parent / "expected.json").is_file()
    ]


def main() -> None:
    """Measure each adapter and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    mapper = Mapper(shipped(), Registry(None))
    print(f"{'adapter':24} {'cases':>5} {'µs/message':>11} {'messages/s':>11}")
    for adapter in adapters():
        name = adapter.spec.name
        messages = [case.message for case in understood(SHIPPED / adapter.folder.name, name)]
        began = time.process_time()
        for _ in range(rounds):
            for message in messages:
                mapper.read(message, name)
        each = (time.process_time() - began) / rounds / max(1, len(messages))
        print(f"{name:24} {len(messages):5} {each * 1e6:11.1f} {1 / each:11.0f}")


if __name__ == "__main__":
    main()
