"""Open pages without a browser: each holds the line of one officer's page and reads all of it.

What it heard of each card, and when, goes to a file; a card counts when its message is read.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.office.people import People

MEGABYTES_MAX = 64


async def hold(url: str, cookie: str, heard: list[tuple[str, float]]) -> None:
    """Hold one line until told to stop: the cards it hears of, with the wall clock (ms)."""
    size = MEGABYTES_MAX * 1024 * 1024
    with suppress(ConnectionClosed):
        async with connect(
            url,
            additional_headers={"Cookie": cookie},
            compression=None,
            max_size=size,
            max_queue=None,
            proxy=None,
        ) as line:
            async for message in line:
                at = time.time() * 1000
                heard += [(card["id"], at) for card in json.loads(message).get("cards", ())]


async def run(folder: Path, port: int, skip: int, seconds: float) -> None:
    """Hold the pages of all officers but the first `skip` for so long; write what they heard."""
    url = f"ws://127.0.0.1:{port}/page/zh/live"
    heard: list[list[tuple[str, float]]] = []
    holding = []
    for cookie in People.read(folder).officers[skip:]:
        heard.append([])
        holding.append(asyncio.create_task(hold(url, cookie, heard[-1])))
        await asyncio.sleep(0.05)
    (folder / "officers.ready").touch()
    await asyncio.wait(holding, timeout=seconds)
    lost = sum(task.done() for task in holding)
    for task in holding:
        task.cancel()
    await asyncio.gather(*holding, return_exceptions=True)
    (folder / "officers.json").write_text(json.dumps({"lost": lost, "heard": heard}))


if __name__ == "__main__":
    _, place, at_port, skipped, lasts = sys.argv
    asyncio.run(run(Path(place), int(at_port), int(skipped), float(lasts)))
