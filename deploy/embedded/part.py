"""The stack's own processes: `python -m deploy.embedded.part NAME`, a name of BODIES or mqtt.

Apart from the program's commands, so that none of them loads what it does not need.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from deploy.embedded.process import watch_parent
from deploy.tracebacks import hide_variables


def main(name: str) -> int:
    """Run one part to its end; the exit status."""
    watch_parent()
    hide_variables()
    if name == "mqtt":
        return _mqtt()
    with asyncio.Runner(loop_factory=_loop_of(name)) as runner:
        return runner.run(_until_signal(BODIES[name]))


def _loop_of(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes a part's loop; None: Python's own."""
    if name != "console":
        return None
    from console.server import loop_factory

    return loop_factory()


def _mqtt() -> int:
    from deploy.embedded.mqtt import MqttSettings, run_mqtt

    run_mqtt(MqttSettings())
    return 0


async def _broker(stop: asyncio.Event) -> int:
    from deploy.embedded.broker import BrokerSettings, run_broker
    from deploy.embedded.store import StoreError
    from deploy.embedded.tansu import BrokerFailed

    try:
        return await run_broker(BrokerSettings(), stop)
    except (BrokerFailed, StoreError) as error:
        print(error, file=sys.stderr)
        return 1


async def _gate(stop: asyncio.Event) -> int:
    from deploy.embedded.gate import GateSettings, run_gate

    try:
        await run_gate(GateSettings(), stop)
    except OSError as error:
        print(f"the devices' door cannot be opened: {error}", file=sys.stderr)
        return 1
    return 0


async def _console(stop: asyncio.Event) -> int:
    from deploy.embedded.page import run_page

    try:
        await run_page(stop)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _simulation(stop: asyncio.Event) -> int:
    from deploy.embedded.simulated import SimulatedSettings, run_simulated

    await run_simulated(SimulatedSettings(), stop)
    return 0


async def _afterwards(stop: asyncio.Event) -> int:
    from deploy.embedded.broker import BrokerSettings
    from deploy.embedded.keeper_logs import KeeperLogs
    from processors.afterwards.service import run_afterwards
    from processors.afterwards.settings import AfterwardsSettings

    await run_afterwards(AfterwardsSettings(), KeeperLogs(BrokerSettings().data), stop)
    return 0


BODIES: dict[str, Callable[[asyncio.Event], Coroutine[Any, Any, int]]] = {
    "broker": _broker,
    "gate": _gate,
    "afterwards": _afterwards,
    "console": _console,
    "simulation": _simulation,
}


async def _until_signal(body: Callable[[asyncio.Event], Coroutine[Any, Any, int]]) -> int:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    return await body(stop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
