"""The embedded broker forgets nothing and would grow for ever: it must make way in time, and what
flows through it meanwhile must all come out. A small stand-in for ten million events.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import doors
from tests.e2e.product import Stack, rss_mb
from tests.e2e.publisher import Publisher, wait_until
from tests.e2e.wire import Sent, lines
from tests.services.process import descendants

pytestmark = pytest.mark.e2e
LIMIT_MB = 64
FLOW_S = 60.0
MESSAGES_A_SECOND, LINES = 40, 40
COME_OUT_S = 120.0
LOOK_S = 0.2
READER = "east-t0"


class Scales(threading.Thread):
    """Weighs the broker again and again; it is another process after each time it made way."""

    def __init__(self, stack: Stack) -> None:
        """Nothing is weighed before `start`."""
        super().__init__(daemon=True)
        self._stack, self._ended = stack, threading.Event()
        self.most_mb = 0.0
        self.brokers: set[int] = set()

    def run(self) -> None:
        """Weigh until `end`."""
        while not self._ended.wait(LOOK_S):
            part = self._stack.pids().get("broker")
            for pid in descendants(part) if part is not None else ():
                self.brokers.add(pid)
                self.most_mb = max(self.most_mb, rss_mb(pid))

    def end(self) -> None:
        """Weigh no longer."""
        self._ended.set()
        self.join()


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    site = doors.site(("east",), doors=1).replace("hikvision_isapi,", READS_LINES)
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    options = ("--no-auth", "--site", str(tmp_path / "site.yaml"))
    with Stack(tmp_path / "data", "up", *options, memory_limit_mb=str(LIMIT_MB)) as running:
        yield running


READS_LINES = f"generic_reader_lines, topics: [acme/reader/{READER}/log],"


def swipes() -> Iterator[tuple[None, Sent]]:
    """Messages of many accepted cards each, no two of one number."""
    for message in range(round(FLOW_S * MESSAGES_A_SECOND)):
        at = time.time_ns() // 1_000_000
        told = [
            lines(READER, at, message * LINES + line, code=0, by="card", card=line, door=1)
            for line in range(LINES)
        ]
        yield None, Sent(told[0].topic, b"\n".join(sent.payload for sent in told))


def counted(data: Path) -> int:
    """The accepted cards in the time series."""
    with sqlite3.connect(f"file:{data / 'points.db'}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT tags, fields FROM points WHERE measurement='access'").fetchall()
    return sum(
        json.loads(f)["count"] for tags, f in rows if json.loads(tags)["result"] == "granted"
    )


def test_the_broker_makes_way_in_time_and_nothing_is_lost(stack: Stack) -> None:
    scales = Scales(stack)
    scales.start()
    with Publisher(stack.mqtt_port) as devices:
        devices.send_all(swipes(), MESSAGES_A_SECOND)
        devices.settle()
    sent = round(FLOW_S * MESSAGES_A_SECOND) * LINES
    began = time.monotonic()
    wait_until(lambda: counted(stack.data) >= sent, COME_OUT_S, "every card in the series")
    scales.end()
    print(
        f"{sent} events, the last {time.monotonic() - began:.0f} s after the flow; broker at most "
        f"{scales.most_mb:.0f} of {LIMIT_MB} MB, {len(scales.brokers)} of them"
    )
    assert counted(stack.data) == sent
    assert len(scales.brokers) > 1
    assert scales.most_mb <= LIMIT_MB
