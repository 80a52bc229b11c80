"""A console killed at any moment loses nothing and shows each alert once."""

import asyncio
from pathlib import Path

import httpx

from console.tail import parse_events
from schemas.alerts import Alert
from tests.console.conftest import Broker
from tests.console.running import RunningConsole
from tests.console.samples import NINE, alert

ALERTS = 900
KILLS = 3


def numbered(n: int) -> Alert:
    """Every third alert is told twice, the second time graver."""
    again = n % 3 == 0
    return alert(f"a{n // 3 if again else n:04}", revision=int(again), opened_at=NINE + n)


async def test_killed_again_and_again_while_alerts_come(broker: Broker, tmp_path: Path) -> None:
    await broker.create_topics()
    told = [numbered(n) for n in range(ALERTS)]
    console = RunningConsole(broker.bootstrap, tmp_path)
    with console:
        console.start()
        sending = asyncio.create_task(_send_slowly(broker, told))
        for _ in range(KILLS):
            await asyncio.sleep(0.4)
            console.kill()
            await asyncio.to_thread(console.start)
        await sending
        listed = await _listed(console, expected={one.id for one in told})
        assert len(listed) == len(set(listed))
        for one in (told[0], told[3], told[-2]):
            kept = Alert.model_validate(console.ask(f"/api/alerts/{one.id}"))
            assert kept.revision == max(other.revision for other in told if other.id == one.id)


async def _send_slowly(broker: Broker, alerts: list[Alert]) -> None:
    for at in range(0, len(alerts), 30):
        await broker.send(*alerts[at : at + 30])
        await asyncio.sleep(0.1)


async def _listed(console: RunningConsole, expected: set[str]) -> list[str]:
    async with asyncio.timeout(20):
        while True:
            lines = await asyncio.to_thread(console.ask, "/api/alerts?limit=10000")
            ids = [line["id"] for line in lines]
            if set(ids) == expected:
                return ids
            await asyncio.sleep(0.1)


async def test_a_stream_goes_on_over_a_kill(broker: Broker, tmp_path: Path) -> None:
    await broker.create_topics()
    console = RunningConsole(broker.bootstrap, tmp_path)
    with console:
        console.start()
        await broker.send(alert("first"))
        await _listed(console, {"first"})
        console.kill()
        await broker.send(alert("second"), alert("third"))
        await asyncio.to_thread(console.start)
        assert await _heard(console, "first:0", 2) == {"second:0", "third:0"}


async def _heard(console: RunningConsole, last: str, count: int) -> set[str]:
    ids: set[str] = set()
    lines: list[str] = []
    headers = {"Last-Event-ID": last}
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(base_url=console.url, trust_env=False, timeout=20) as http,
        http.stream("GET", "/api/alerts/stream", headers=headers) as answer,
    ):
        async for line in answer.aiter_lines():
            lines.append(line)
            ids = {sent.id for sent in parse_events(lines)}
            if len(ids) == count:
                return ids
    return ids
