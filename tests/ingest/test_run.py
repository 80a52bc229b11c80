import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ingest.run import register
from ingest.tasks import run_until
from tests.services.process import free_port

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    app = typer.Typer()
    register(app)
    found = CliRunner().invoke(app, list(arguments), env=environment)
    return found.exit_code, found.output


@pytest.mark.parametrize("command", ["ingest", "bridge"])
def test_a_command_tells_how_it_is_used(command: str) -> None:
    code, said = run(command, "--help")

    assert code == 0
    assert "Example" in said


def test_a_wrong_setting_is_one_line_that_names_it() -> None:
    assert run("ingest", SC_MQTT_PORT="many") == (
        2, "SC_MQTT_PORT: Input should be a valid integer, unable to parse string as an integer\n",
    )  # fmt: skip


def test_a_broken_site_names_its_line(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("version: 1\nestates: 5\n")
    code, said = run("ingest", SC_SITE=str(site), SC_DATA=str(tmp_path))

    assert code == 2
    assert said.startswith(f"{site}:2: estates:")


def test_a_bridge_for_all_without_passwords_does_not_begin(tmp_path: Path) -> None:
    environment = {"SC_BRIDGE_AUTH": "false", "SC_BRIDGE_HOST": "0.0.0.0", "SC_DATA": str(tmp_path)}
    code, said = run("bridge", **environment)

    assert code == 2
    assert "turn it on" in said


@pytest.mark.parametrize("command", ["ingest", "bridge"])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, command: str) -> None:
    code = (
        "import typer; from ingest.run import register; app = typer.Typer(); register(app); app()"
    )
    environment = {
        "SC_DATA": str(tmp_path), "SC_MQTT_PORT": str(free_port()), "SC_BRIDGE_PORT": "0",
        "SC_BOOTSTRAP": f"127.0.0.1:{free_port()}",
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", code, command],
        env={**os.environ, **environment},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "_started" in line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


async def test_the_first_fault_ends_all() -> None:
    ended: list[str] = []

    async def fails() -> None:
        raise ZeroDivisionError

    async def goes_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("other")

    with pytest.raises(ZeroDivisionError):
        await run_until(asyncio.Event(), [goes_on(), fails()])
    assert ended == ["other"]


async def test_a_stop_ends_all_quietly() -> None:
    stop = asyncio.Event()
    stop.set()

    await run_until(stop, [asyncio.sleep(60)])
