"""`simulate` as people type it."""

from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from deploy.simulation.cli import register


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    program = typer.Typer()
    program.callback()(lambda: None)
    register(program)
    return program


def run(app: typer.Typer, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["simulate", *arguments])
    return result.exit_code, result.output


def test_events_and_truths_into_files(app: typer.Typer, tmp_path: Path) -> None:
    out, truth = tmp_path / "events.ndjson", tmp_path / "truth.ndjson"
    code, said = run(
        app, "--seed", "7", "--events", "1200", "--out", str(out), "--truth", str(truth)
    )
    assert (code, said) == (0, "")
    assert len(out.read_bytes().splitlines()) == 1200
    assert {orjson.loads(line)["rule"] for line in truth.read_bytes().splitlines()}


def test_the_same_seed_gives_the_same_file(app: typer.Typer, tmp_path: Path) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        run(app, "--seed", seed, "--events", "500", "--out", str(tmp_path / name))
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_a_truth_file_alone(app: typer.Typer, tmp_path: Path) -> None:
    code, _ = run(app, "--events", "3000", "--truth", str(tmp_path / "truth"))
    assert code == 0
    assert len((tmp_path / "truth").read_bytes().splitlines()) >= 8


def test_another_day_and_another_hour(app: typer.Typer, tmp_path: Path) -> None:
    run(app, "--events", "5", "--out", str(tmp_path / "day"), "--day", "2026-05-01")
    run(
        app, "--events", "5", "--out", str(tmp_path / "hour"), "--from", "2026-05-01T12:00:00+08:00"
    )
    times = [
        orjson.loads((tmp_path / name).read_bytes().splitlines()[0])["time"]
        for name in ("day", "hour")
    ]
    assert times == ["2026-04-30T23:00:00.000Z", "2026-05-01T04:00:00.000Z"]


def test_ticks_can_be_left_out(app: typer.Typer, tmp_path: Path) -> None:
    for name, tick in (("some", "60"), ("none", "0")):
        run(app, "--events", "2000", "--out", str(tmp_path / name), "--tick", tick)
    assert b"clock.ticked" in (tmp_path / "some").read_bytes()
    assert b"clock.ticked" not in (tmp_path / "none").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--out", "x"), "--events is missing"),
        (("--events", "5", "--out", "/dev/null/x"), "/dev/null/x"),
        (("--events", "5", "--out", "/dev/null", "--day", "someday"), "--day"),
        (("--events", "5", "--out", "/dev/null", "--from", "2026-05-01T12:00:00"), "--from"),
        (("--events", "0", "--out", "/dev/null"), "--events"),
        (("--mqtt-port", "9"), "no MQTT broker at 127.0.0.1:9"),
    ],
)
def test_faults_are_one_line_and_exit_2(
    app: typer.Typer, arguments: tuple[str, ...], what: str
) -> None:
    code, said = run(app, *arguments)
    assert code == 2
    assert what in said
