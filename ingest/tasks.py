"""Running parts side by side until told to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def run_until(stop: asyncio.Event, parts: list[Coroutine[Any, Any, None]]) -> None:
    """Run parts that never end by themselves, until `stop`; the first fault of one ends all."""
    stopper = asyncio.create_task(stop.wait())
    tasks = [asyncio.create_task(part) for part in parts]
    ended: set[asyncio.Task[None]] = set()
    try:
        await asyncio.wait([stopper, *tasks], return_when=asyncio.FIRST_COMPLETED)
        ended = {task for task in tasks if task.done()}
    finally:
        for task in (stopper, *tasks):
            task.cancel()
        await asyncio.gather(stopper, *tasks, return_exceptions=True)
    for task in ended:
        task.result()
