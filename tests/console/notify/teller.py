"""A console that tells, as a process of its own, to be killed.

`python -m tests.console.notify.teller DATA URL CHANNELS CLAIM_MS`. It makes the file `ready` in the
folder before its first turn.
"""

import asyncio
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from console.notify.service import Telling
from console.office import Office
from console.register.vault import Vault
from console.settings import ConsoleSettings


async def tell(data: Path, url: str, channels: Path, claim_ms: int) -> None:
    """Tell for ever."""
    settings = ConsoleSettings(data=data, database_url=url, channels=channels)
    with ExitStack() as stack:
        office = Office(settings, lambda: time.time_ns() // 1_000_000)
        stack.callback(office.close)
        telling = Telling(office, Vault(settings.master_key), claim_ms)
        (data / "ready").touch()
        await telling.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(tell(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
