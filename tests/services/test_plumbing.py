"""What the services stand on: the cache, the processes, and a missing service's way to pytest."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.services import __main__ as command_line
from tests.services import cache, tools
from tests.services.cache import Unavailable
from tests.services.fixtures import REQUIRE, running
from tests.services.process import (
    PORTS,
    Child,
    NotReady,
    Service,
    accepts,
    free_port,
    is_there,
)

BUILDER = """
import pathlib, sys, time
from tests.services import cache
def make(folder):
    with open(sys.argv[1], "a") as count:
        count.write("made\\n")
    time.sleep(0.5)
    (folder / "program").touch()
cache.have("thing", lambda folder: (folder / "program").exists(), make)
"""
PARENT = """
import pathlib, sys, time
from tests.services.process import Child
folder = pathlib.Path(sys.argv[1])
child = Child(["sleep", "600"], folder / "log", lambda: True)
child.start()
(folder / "pid").write_text(str(child.pid))
time.sleep(600)
"""
LISTEN = """
import pathlib, socket, subprocess, sys, time
helper = subprocess.Popen(["sleep", "600"])
pathlib.Path(sys.argv[2]).write_text(str(helper.pid))
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave the user's cache alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache.cache_dir()


def is_gone(pid: int) -> bool:
    return not is_there(pid)


def eventually(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def test_two_processes_build_once(tmp_path: Path) -> None:
    count = tmp_path / "count"
    argv = [sys.executable, "-c", BUILDER, str(count)]
    builders = [subprocess.Popen(argv) for _ in range(2)]
    assert [builder.wait(30) for builder in builders] == [0, 0]
    assert count.read_text() == "made\n"


def test_a_build_that_failed_leaves_nothing_that_looks_whole(own_cache: Path) -> None:
    def stop_half_way(folder: Path) -> None:
        (folder / "half").touch()
        raise Unavailable("the network is closed")

    with pytest.raises(Unavailable, match="closed"):
        cache.have("thing", lambda folder: folder.exists(), stop_half_way)
    assert not (own_cache / "thing").exists()
    whole = cache.have("thing", lambda folder: folder.exists(), lambda folder: None)
    assert list(whole.iterdir()) == []


def test_what_was_made_but_does_not_work_is_unavailable(own_cache: Path) -> None:
    with pytest.raises(Unavailable, match="does not work"):
        cache.have("thing", lambda folder: False, lambda folder: None)
    assert not (own_cache / "thing").exists()


def test_a_tool_that_fails_is_unavailable_with_its_last_words(own_cache: Path) -> None:
    with pytest.raises(Unavailable, match="no such registry"):
        tools.run(["sh", "-c", "echo no such registry; exit 3"], log=own_cache / "log")
    with pytest.raises(Unavailable, match="not on this machine: install it"):
        tools.need("no-such-program", "install it")


def test_packages_are_not_installed_without_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Unavailable, match="needs the packages this-one: install them as root"):
        tools.apt_install("no-such-program", "this-one")


def test_a_missing_service_skips_and_under_require_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(data: Path) -> Service:
        raise Unavailable("no Java here")

    monkeypatch.delenv(REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Java here"), running(start, tmp_path):
        pass
    monkeypatch.setenv(REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="no Java here"), running(start, tmp_path):
        pass


def test_prepare_says_why_a_service_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent() -> Path:
        raise Unavailable("no Java here")

    monkeypatch.setitem(command_line.PREPARE, "kafka", absent)
    assert command_line.main(["prepare", "kafka"]) == 1
    assert "unavailable: no Java here" in capsys.readouterr().out


def test_a_child_is_ready_keeps_its_port_and_takes_its_helpers_along(tmp_path: Path) -> None:
    port, helper = free_port(), tmp_path / "helper"
    assert port in PORTS
    argv = [sys.executable, "-c", LISTEN, str(port), str(helper)]
    with Service(Child(argv, tmp_path / "log", lambda: accepts(port))) as service:
        service.start()
        for end in (service.kill, service.stop):
            first = int(helper.read_text())
            assert accepts(port)
            assert is_there(first)
            end()
            assert not accepts(port)
            assert eventually(partial(is_gone, first))
            service.restart()


def test_a_child_that_ends_or_never_answers_is_not_ready(tmp_path: Path) -> None:
    ends = Child(["sh", "-c", "echo bad option; exit 2"], tmp_path / "log", lambda: False)
    with pytest.raises(NotReady, match="bad option"):
        ends.start()
    silent = Child(["sleep", "600"], tmp_path / "log", lambda: False, start_timeout_s=0.2)
    with pytest.raises(NotReady, match=r"not ready in 0\.2 s"):
        silent.start()
    assert not silent.running


def test_a_child_that_ignores_a_stop_is_killed(tmp_path: Path) -> None:
    argv = ["sh", "-c", "trap '' TERM; touch up; while :; do sleep 0.1; done"]
    child = Child(argv, tmp_path / "log", (tmp_path / "up").exists, cwd=tmp_path)
    child.stop_timeout_s = 0.3
    child.start()
    pid = child.pid
    child.stop()
    assert not is_there(pid)


def test_a_child_does_not_outlive_a_killed_test_run(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)])
    noted = tmp_path / "pid"
    assert eventually(lambda: noted.exists() and noted.read_text() != "")
    pid = int(noted.read_text())
    assert is_there(pid)
    parent.kill()
    parent.wait()
    assert eventually(partial(is_gone, pid))
