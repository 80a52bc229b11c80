"""The supervisor on small stand-in processes: what ends comes back, and all ends together."""

import asyncio
import os
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.embedded.child import Child, NotReady
from deploy.embedded.parts import Part
from deploy.embedded.supervisor import StackFailed, Supervisor, pause_s
from tests.deploy.conftest import eventually
from tests.deploy.stack import is_gone, spawn
from tests.services.process import free_port

# Serves 200 on a port; writes a line to a file at each start and at each SIGTERM.
SERVER = """
import http.server, json, os, signal, sys
name, port, diary, full = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
def note(word):
    with open(diary, "a") as out: out.write(f"{name} {word}\\n")
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"full": bool(full) and os.path.exists(full[0])}).encode()
        self.send_response(200); self.send_header("Content-Type", "application/json")
        self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
def end(*_):
    note("stopped"); os._exit(0)
signal.signal(signal.SIGTERM, end)
server = http.server.HTTPServer(("127.0.0.1", port), Answer)
note("started"); print(name, "speaks", flush=True)
server.serve_forever()
"""


class Stack:
    """A supervisor over stand-ins, and what happened to them in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.diary = folder / "diary"
        self.said: list[str] = []
        self.parts: list[Part] = []
        self.ready = asyncio.Event()
        self.stop = asyncio.Event()
        self.supervisor: Supervisor | None = None

    def add(self, name: str, *, level: int = 0, on_log: bool = False, full: str = "") -> None:
        port = free_port()
        more = (str(self.folder / full),) if full else ()
        argv = (sys.executable, "-c", SERVER, name, str(port), str(self.diary), *more)
        health = f"http://127.0.0.1:{port}/healthz"
        self.parts.append(
            Part(name, argv, health=health, level=level, on_log=on_log, start_s=15, stop_s=3)
        )

    def lines(self) -> list[str]:
        return self.diary.read_text().splitlines() if self.diary.exists() else []

    def pid(self, name: str) -> int:
        lines = [line for line in self.said if line.startswith(f"started {name} ")]
        return int(lines[-1].split()[-1].rstrip(")"))

    def starts(self, name: str) -> int:
        return self.lines().count(f"{name} started")


@asynccontextmanager
async def running(stack: Stack) -> AsyncIterator[Stack]:
    supervisor = Supervisor(stack.parts, {}, stack.folder / "logs", stack.said.append)
    task = asyncio.create_task(supervisor.run(stack.stop, stack.ready.set))
    ready = asyncio.create_task(stack.ready.wait())
    await asyncio.wait({task, ready}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield stack
    finally:
        ready.cancel()
        stack.stop.set()
        await task


async def test_parts_start_level_by_level_and_end_writers_first(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    for name, level in (("mqtt", 0), ("broker", 0), ("process", 1), ("ingest", 1), ("gate", 2)):
        stack.add(name, level=level)
    async with running(stack):
        started = [line.split()[0] for line in stack.lines()]
        assert set(started[:2]) == {"mqtt", "broker"}
        assert set(started[2:4]) == {"process", "ingest"}
        assert started[4] == "gate"
    ended = [line.split()[0] for line in stack.lines()[5:]]
    assert set(ended[:2]) == {"ingest", "gate"}
    assert ended[2:] == ["process", "broker", "mqtt"]


async def test_a_part_that_was_killed_comes_back(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.add("ingest")
    stack.add("push")
    async with running(stack):
        os.kill(stack.pid("ingest"), signal.SIGKILL)

        async def back() -> bool:
            return len([line for line in stack.said if line.startswith("started ingest")]) == 2

        await eventually(back)
        assert stack.starts("push") == 1
        assert any("ingest ended with -9" in line for line in stack.said)


@pytest.mark.parametrize("how", ["killed", "full"])
async def test_with_the_broker_goes_what_holds_on_to_its_log(tmp_path: Path, how: str) -> None:
    stack = Stack(tmp_path)
    stack.add("broker", full="is_full")
    stack.add("process", level=1, on_log=True)
    stack.add("ingest", level=1, on_log=True)
    stack.add("push", level=1)
    async with running(stack):
        if how == "killed":
            os.kill(stack.pid("broker"), signal.SIGKILL)
        else:
            (tmp_path / "is_full").touch()

        old = stack.pid("process")

        async def gone() -> bool:
            return is_gone(old)

        async def back() -> bool:
            return stack.starts("process") == 2 and stack.starts("ingest") == 2

        await eventually(gone)
        (tmp_path / "is_full").unlink(missing_ok=True)
        await eventually(back)
        story = stack.lines()
        again = len(story) - 1 - story[::-1].index("broker started")
        assert set(story[again + 1 :]) == {"process started", "ingest started"}
        assert stack.starts("push") == 1
        if how == "full":
            ends = ["ingest stopped", "process stopped", "broker stopped"]
            assert [line for line in story if "stopped" in line] == ends


async def test_a_part_that_never_works_ends_the_start_with_its_own_words(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.add("mqtt")
    words = "print('hello'); raise SystemExit('ValueError: no such site file')"
    stack.parts.append(Part("ingest", (sys.executable, "-c", words), port=free_port(), level=1))
    with pytest.raises(StackFailed, match="ingest ended with 1: ValueError: no such site file"):
        async with running(stack):
            await asyncio.sleep(0)
    assert stack.lines() == ["mqtt started", "mqtt stopped"]


async def test_a_part_that_ignores_a_stop_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    child = Child(Part("deaf", (sys.executable, "-c", deaf), stop_s=0.5), {}, tmp_path)
    await child.start()
    await asyncio.sleep(0.3)
    await child.stop()
    assert child.status == -signal.SIGKILL


async def test_a_part_that_is_late_is_not_ready(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "import time; time.sleep(600)")
    child = Child(Part("late", argv, port=free_port(), start_s=0.3), {}, tmp_path)
    await child.start()
    with pytest.raises(NotReady, match=r"late was not ready in 0\.3 s"):
        await child.wait_ready()
    await child.kill()


async def test_what_a_part_says_is_kept(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.add("push")
    async with running(stack):
        pass
    assert (tmp_path / "logs" / "push.log").read_text() == "push speaks\n"


async def test_work_that_is_done_is_not_begun_again(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.add("push")
    stack.parts.append(Part("simulation", (sys.executable, "-c", "pass"), may_end=True))
    async with running(stack):

        async def told() -> bool:
            return "simulation has done its work" in stack.said

        await eventually(told)


SUPERVISED = """
import asyncio, sys
from pathlib import Path
from deploy.embedded.parts import Part
from deploy.embedded.supervisor import Supervisor
part = Part("sleeper", (sys.executable, "-c", "import time; time.sleep(600)"))
run = Supervisor([part], {}, Path(sys.argv[1])).run
asyncio.run(run(asyncio.Event(), lambda: print("ready", flush=True)))
"""


async def test_parts_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = textwrap.dedent(SUPERVISED)
    parent = spawn([sys.executable, "-u", "-c", script, str(tmp_path)], {}, log)

    async def ready() -> bool:
        return "ready" in log.read_text()

    await eventually(ready)
    pid = int(log.read_text().split("process ")[1].split(")")[0])
    assert not is_gone(pid)
    parent.kill()
    parent.wait()

    async def gone() -> bool:
        return is_gone(pid)

    await eventually(gone)


async def test_the_watch_for_a_lost_parent_works_where_the_kernel_does_not(tmp_path: Path) -> None:
    """macOS has no death signal: a part then looks itself whether its parent is still there."""
    watcher = (
        "import time; from deploy.embedded.process import watch_parent; watch_parent(1);"
        "time.sleep(600)"
    )
    process = spawn([sys.executable, "-c", watcher], {}, tmp_path / "log")
    begun = time.monotonic()
    assert await asyncio.to_thread(process.wait, 20) == 1
    assert time.monotonic() - begun < 15


async def test_a_strangers_program_dies_with_us_where_the_kernel_does_not_see_to_it(
    tmp_path: Path,
) -> None:
    script = """
import asyncio, subprocess
from deploy.embedded.process import guard
async def main():
    sleeper = subprocess.Popen(["sleep", "600"])
    watch = await guard(sleeper.pid)
    print(sleeper.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    log = tmp_path / "log"
    parent = spawn([sys.executable, "-c", script], {}, log)

    async def told() -> bool:
        return log.read_text().endswith("\n")

    await eventually(told)
    pid = int(log.read_text())
    assert not is_gone(pid)
    parent.kill()
    parent.wait()

    async def gone() -> bool:
        return is_gone(pid)

    await eventually(gone)


@pytest.mark.parametrize(
    ("failures", "status", "pause"),
    [(1, 70, 0), (2, 70, 2), (1, 1, 1), (2, 1, 2), (5, -9, 16), (6, 1, 30), (60, 70, 30)],
)
def test_the_pause_before_a_new_start_grows(failures: int, status: int, pause: float) -> None:
    assert pause_s(failures, status) == pause
