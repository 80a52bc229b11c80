"""Running a whole stack in the foreground: what `up` and `demo` do."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from console.access import load_token
from deploy.embedded.parts import Ports, Wish, environment, parts, reachable
from deploy.embedded.place import held, locked, tell_ports
from deploy.embedded.supervisor import Supervisor

TOKEN = "console.token"
Say = Callable[[str], None]


def run_stack(wish: Wish, ports: Ports, say: Say) -> None:
    """Run until Ctrl-C or SIGTERM. Raises PlaceTaken or StackFailed."""
    with locked(wish.data), held(ports):
        files = {"site": wish.site, "adapters": wish.adapters}
        tell_ports(wish.data, ports, wish.host, files)
        asyncio.run(_run(wish, ports, say))


async def _run(wish: Wish, ports: Ports, say: Say) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, _asked_to_stop, stop, say)
    logs = wish.data / "logs"
    supervisor = Supervisor(parts(wish, ports), environment(wish, ports), logs, say)
    await supervisor.run(stop, lambda: _tell_ready(wish, ports, say))
    say("stopped")


def _asked_to_stop(stop: asyncio.Event, say: Say) -> None:
    if stop.is_set():
        # The parts die with this process.
        os._exit(130)
    say("stopping; once more ends everything at once")
    stop.set()


def _tell_ready(wish: Wish, ports: Ports, say: Say) -> None:
    for line in ready_lines(wish, ports, load_token(wish.data / TOKEN)):
        say(line)


def ready_lines(wish: Wish, ports: Ports, token: str) -> list[str]:
    """What a person must know once all works."""
    host = reachable(wish.host)
    way_in = "/" if wish.no_auth else f"/login?token={token}"
    asked = "with the passwords of `devices add`" if wish.passwords else "without passwords"
    return [
        f"devices: MQTT at {wish.host}:{ports.mqtt}, HTTP at {wish.host}:{ports.bridge}, {asked}",
        f"the page: http://{_bracketed(host)}:{ports.http}{way_in}",
    ]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def data_folder(path: Path) -> Path:
    """The folder with links and `..` resolved: every part is told the same one."""
    return path.expanduser().resolve()
