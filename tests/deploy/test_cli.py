"""The program as a whole: all commands are there with an example, and a fault is one line."""

import json
import socket
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deploy.cli import build_app

COMMANDS = {
    "up", "demo", "doctor", "install-topics", "simulate", "normalise", "ingest", "bridge",
    "process", "sink", "backtest", "console", "devices", "rules", "alerts",
}  # fmt: skip
DEVICES = ("add", "list", "check", "walk")


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(build_app(), list(words))
    return result.exit_code, result.output


def test_every_command_is_there() -> None:
    found = typer.main.get_command(build_app())
    assert set(found.commands) >= COMMANDS  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words",
    [("up",), ("demo",), ("doctor",), ("install-topics",), *(("devices", d) for d in DEVICES)],
    ids=" ".join,
)
def test_each_of_our_commands_has_an_example(words: tuple[str, ...]) -> None:
    status, said = run(*words, "--help")
    assert status == 0
    assert f"Example: smart-community {' '.join(words)}" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "--site", "/nowhere.yaml"), "/nowhere.yaml:1: file: cannot be read (No such file"),
        (("up", "--adapters", "/nowhere"), "--adapters /nowhere: is no folder"),
        (("up", "--listen", "the-lan"), "is no address"),
        (("up", "--listen", "0.0.0.0", "--no-auth"), "would let anybody in"),
        (("up", "--data", "/proc/nowhere"), "choose a folder that can be written to"),
        (("install-topics", "--bootstrap", "127.0.0.1:1", "--wait-s", "0"), "check its address"),
    ],
)
def test_a_fault_is_one_line_and_status_2(words: tuple[str, ...], said: str) -> None:
    status, output = run(*words)
    assert (status, output.count("\n")) == (2, 1), output
    assert said in output


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        status, said = run("up", "--data", str(tmp_path), "--mqtt-port", port)
    assert status == 2
    assert f"--mqtt-port {port} is in use" in said


def test_a_site_with_faults_tells_them_all(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("estates:\n  - {id: north, name: {zh: 北, en: N}, colour: blue, size: 3}\n")
    status, said = run("up", "--site", str(file))
    assert status == 2
    assert [line.split(": ")[1] for line in said.splitlines()] == [
        "estates.0.colour", "estates.0.size",
    ]  # fmt: skip


def test_the_doctor_says_what_to_mend_where_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SC_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("SC_MQTT_PORT", "1")
    monkeypatch.setenv("SC_INFLUX_URL", "http://127.0.0.1:1")
    (tmp_path / "devices.json").write_text(json.dumps({"devices": 3}))
    status, said = run("doctor", "--data", str(tmp_path))
    assert status == 1
    found = {line[6:19].strip(): line[:4].strip() for line in said.splitlines()}
    assert found == {
        "folder": "ok", "passwords": "MEND", "Kafka": "MEND", "MQTT": "MEND", "InfluxDB": "MEND",
    }  # fmt: skip
