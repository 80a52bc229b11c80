"""A terminal that was cut off tells its memory when it comes back: found afterwards, not rung."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.product import Stack
from tests.e2e.publisher import Publisher, wait_until
from tests.e2e.test_latency import site
from tests.e2e.wire import Sent, terminal

pytestmark = pytest.mark.e2e
HOUR_MS = 3_600_000


def from_memory(sent: Sent) -> Sent:
    alert = json.loads(sent.payload)
    alert["AccessControllerEvent"]["currentEvent"] = False
    return Sent(sent.topic, json.dumps(alert).encode())


def duress(stack: Stack) -> list[dict[str, Any]]:
    """The alerts of the two; that a backlog came is told beside them."""
    found: list[dict[str, Any]] = stack.api.get("/api/alerts?rule=duress")
    return found


def test_a_backlog_is_found_afterwards(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(site(2), encoding="utf-8")
    options = ("--no-auth", "--site", str(tmp_path / "site.yaml"))
    with Stack(tmp_path / "data", "up", *options, afterwards_quiet_s="1") as stack:
        with Publisher(stack.mqtt_port) as devices:
            now = time.time_ns() // 1_000_000
            devices.send(from_memory(terminal("t0", "duress", now - HOUR_MS, 1)))
            devices.send(terminal("t1", "duress", now, 1))
            wait_until(lambda: len(duress(stack)) == 2, 30, "both alerts")

        every = (stack.api.get(f"/api/alerts/{alert['id']}") for alert in duress(stack))
        found = {alert["place"]: alert for alert in every}

    assert (found["d0"]["found_afterwards"], found["d0"]["delivery"]) == (True, "list")
    assert (found["d1"]["found_afterwards"], found["d1"]["delivery"]) == (False, "push")
