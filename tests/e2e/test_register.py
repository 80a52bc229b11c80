"""From the desk to the feed: a list is imported and an entry approved while cars drive in.

A car with a permit stays and nobody is told; one without is; the one that is looked for rings. All
of it still holds after the broker was killed.
"""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.api import OPENER
from tests.e2e.product import COMMAND, Stack
from tests.e2e.publisher import Publisher, wait_until
from tests.e2e.wire import MS, plate
from tests.repo.tree import ROOT

pytestmark = pytest.mark.e2e
SITE = """
version: 1
estates:
  - id: north-court
    name: {zh: 北苑, en: North Court}
    places:
      - {id: gate, kind: gate, name: {zh: 东门, en: East Gate}}
      - {id: lane-in, kind: lane, parent: gate, name: {zh: 入口, en: Entry}}
    devices:
      - {id: eye, adapter: dahua_stream, place: lane-in, kind: camera, direction: in}
    rules:
      overstay: {visitor_h: 0.001, grace_min: 0}
"""
ALLOWED, UNKNOWN, SOUGHT = "沪A12345", "沪B67890", "沪C24680"


def run(data: Path, *words: str) -> str:
    argv = [*COMMAND, *words, "--data", str(data)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rung(stack: Stack, rule: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.api.get(f"/api/alerts?rule={rule}&suppressed=any")
    return found


def told(stack: Stack) -> None:
    """Wait until all changes stand in the log and the rules have passed their time."""
    wait_until(lambda: waiting(stack) == 0, 30, "an empty outbox")
    time.sleep(4)


def waiting(stack: Stack) -> float:
    with OPENER.open(f"{stack.api.url}/metrics") as lines:
        (line,) = [one for one in lines if one.startswith(b"console_outbox_waiting ")]
    return float(line.split()[1])


def test_a_permit_is_silent_and_a_watch_entry_rings(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    permits = tmp_path / "permits.csv"
    permits.write_bytes(f"车牌,类别,有效期至\n{ALLOWED},业主,长期\n".encode("gb18030"))
    options = ("--no-auth", "--site", str(tmp_path / "site.yaml"))
    with Stack(tmp_path / "data", "up", *options) as stack:
        said = run(stack.data, "register", "import", str(permits), "--kind", "permits", "--write")
        assert said.endswith("1 added\n")
        about = ("--case", "A-118", "--basis", "case_vehicle", "--why", "seen at the scene")
        entry = run(stack.data, "watch", "add", SOUGHT, *about, "--owner", "lin").split()[0]
        run(stack.data, "watch", "approve", entry, "--approver", "wu", "--why", "file read")
        told(stack)
        with Publisher(stack.mqtt_port) as devices:
            drive_in(devices, 1)
            wait_until(lambda: rung(stack, "watchlist_hit"), 30, "the hit")
            wait_until(lambda: rung(stack, "overstay"), 30, "the car without a permit")
        (hit,) = rung(stack, "watchlist_hit")
        stays = rung(stack, "overstay")
        assert hit["key"].startswith(entry)
        subjects = {alert["subject"] for alert in stays}
        assert len(stays) == len(subjects) == 2  # The one that is looked for has no permit either.
        assert permit_ref(stack) not in subjects
        stack.kill_part("broker")
        run(stack.data, "watch", "end", entry, "--why", "found")
        told(stack)
        assert len(rung(stack, "watchlist_hit")) == 1
        assert run(stack.data, "audit", "verify").startswith("whole: ")


def drive_in(devices: Publisher, number: int) -> None:
    """Three cars within a second."""
    at = time.time_ns() // 1_000_000
    for count, text in enumerate((ALLOWED, UNKNOWN, SOUGHT)):
        devices.send(plate("eye", text, at + count * MS // 4, number + count))


def permit_ref(stack: Stack) -> str:
    (permit,) = stack.api.get("/api/register/permits")["items"]
    return str(permit["ref"])
