"""An outbox as a process of its own, to be killed: `python -m tests.console.sender DATA BOOTSTRAP`.

It makes the file `ready` in the folder once it has looked at what was left.
"""

import asyncio
import sys
import time
from pathlib import Path

from console.database import open_database
from console.devices import Views
from console.outbox.announcing import Speaker
from console.outbox.log import Log
from console.outbox.service import Outbox, Times
from console.settings import ConsoleSettings


async def send(data: Path, bootstrap: str) -> None:
    """Send for ever."""
    engine = open_database(ConsoleSettings(data=data).url)
    times = Times(lambda: time.time_ns() // 1_000_000, Views())
    nothing = Speaker(lambda tx, estate, at: [], lambda tx, estates, at: None)
    outbox = Outbox(engine, Log(bootstrap), times, nothing, "sender")
    await outbox.turn()
    (data / "ready").touch()
    await outbox.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(send(Path(sys.argv[1]), sys.argv[2]))
