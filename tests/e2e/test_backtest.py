"""`backtest` as people call it: the same lines for the same log, however it comes."""

import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from schemas.base import parse_instant
from tests.repo.tree import ROOT

EVENTS = 100_000
LATENESS_MS = 2_000


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *argv],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("log") / "events.ndjson"
    done = run("simulate", "--seed", "11", "--events", str(EVENTS), "--out", str(file))
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def expected(log: Path) -> str:
    done = run("backtest", str(log))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_prints_the_contracts_fields_by_opening_time(expected: str) -> None:
    lines = [orjson.loads(line) for line in expected.splitlines()]
    assert len({line["rule"] for line in lines}) >= 8
    assert [*lines[0]] == [
        "id", "rule", "key", "severity", "handler", "delivery", "subject", "place", "opened_at",
        "updated_at", "cleared_at", "evidence", "reason",
    ]  # fmt: skip
    assert set(lines[0]["reason"]) == {"zh", "en"}
    opened = [(line["opened_at"], line["id"]) for line in lines]
    assert opened == sorted(opened)


@pytest.mark.parametrize("way", ["shuffled within the lateness", "each line twice", "twice over"])
def test_it_does_not_care_how_the_log_comes(
    log: Path, expected: str, way: str, tmp_path: Path
) -> None:
    lines = log.read_bytes().splitlines()
    assert len(lines) == EVENTS
    if way == "shuffled within the lateness":
        chance = random.Random(5)
        lines.sort(key=lambda line: _time(line) + chance.randrange(LATENESS_MS))
    elif way == "each line twice":
        lines = [copy for line in lines for copy in (line, line)]
    else:
        lines = lines + lines
    file = tmp_path / "again.ndjson"
    file.write_bytes(b"\n".join(lines) + b"\n")
    assert run("backtest", str(file)).stdout == expected


def _time(line: bytes) -> int:
    return parse_instant(orjson.loads(line)["time"])


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bad.ndjson"
    file.write_text('\n{"type":"door.exploded"}\n', encoding="utf-8")
    done = run("backtest", str(file))
    assert done.returncode == 2
    assert done.stderr.startswith(f"{file}:2: ")
    assert len(done.stderr.splitlines()) == 1


def test_only_and_until(log: Path) -> None:
    done = run("backtest", "--only", "duress", "--until", "2026-03-01T23:30:00Z", str(log))
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert {line["rule"] for line in found} == {"duress"}
    assert all(line["opened_at"] < "2026-03-01T23:30" for line in found)
    wrong = run("backtest", "--only", "no_such", str(log))
    assert (wrong.returncode, "no_such" in wrong.stderr) == (2, True)
