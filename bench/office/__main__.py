"""The police office under load, in one run of a console of its own on loopback:

1. 50 officers' pages open (two of them in Chromium, the rest read the same line), 20 alerts a
   second: from the Kafka record's append to the message, and to the card in the document.
2. The same while 2,500 phones ask for their list every minute, as the phone's script does.
3. A page with 2,000 cases in Chromium: paint, scrolling while alerts come, nodes, memory.

    python -m bench.office [--seconds 60] [--phones 2500] [--kafka] [--postgresql]

The log is Tansu, or with --kafka a real Apache Kafka; the database SQLite, or a real PostgreSQL.
Everything shares the machine: beside the figures stands what else ran, in cores, how much of ours
was the load itself, and for how many seconds the console's threads waited for a core. On a
machine that others use too, `--nice -10` lets all of this go before them (Linux, root). Stops by
itself.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Literal

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from playwright.async_api import Browser, Page, async_playwright

from bench.office import browser as pages
from bench.office.people import People
from bench.office.weigh import Weighed, load_share, prefer, waited_s
from bench.office.world import alert, inputs, make_people, views, write_site
from console.consumer import TOPICS
from schemas.topics import ALERTS, VIEWS
from schemas.views import View, encode_view, view_key
from tests.console.conftest import running_broker
from tests.console.desks import make_key
from tests.console.running import RunningConsole
from tests.services import chromium, kafka, postgresql

STANDING = 300
"""Cases that stand before the first page is opened."""
LISTED = 2000
SETTLE_S = 4.0
BROWSERS = 2


@dataclass
class Bench:
    """One run: the console, its log, and when each alert was written (ms of the wall clock)."""

    console: RunningConsole
    folder: Path
    producer: AIOKafkaProducer
    parts: dict[str, int]
    written: dict[str, float] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """The console's."""
        return int(self.console.url.rpartition(":")[2])

    async def write(self, count: int, per_s: float = 0.0) -> list[str]:
        """Write alerts at an even pace, or at once; what they are called."""
        began, names = time.monotonic(), []
        for n in range(count):
            number = len(self.written)
            names.append(f"a{number:05}")
            if per_s:
                await asyncio.sleep(max(0.0, began + n / per_s - time.monotonic()))
            body = alert(names[-1], number, int(time.time() * 1000)).model_dump_json().encode()
            self.written[names[-1]] = time.time() * 1000
            sent = await self.producer.send(ALERTS.name, body, key=names[-1].encode())
            if not per_s and n % 100 == 99:
                await sent
        await self.producer.flush()
        return names

    async def tell(self, told: Iterable[View]) -> None:
        """Write views."""
        for view in told:
            key = view_key(view).encode()
            await self.producer.send(VIEWS.name, encode_view(view), key=key)

    async def tick(self) -> None:
        """Tell of each estate's input, each second."""
        while True:
            await self.tell(inputs(int(time.time() * 1000)))
            await asyncio.sleep(1)

    async def caught_up(self) -> None:
        """Until the console has as many cases as were written."""
        async with asyncio.timeout(120):
            name = max(self.written)
            while await asyncio.to_thread(self._lacks, name):  # noqa: ASYNC110  # Another process.
                await asyncio.sleep(0.25)

    def _lacks(self, name: str) -> bool:
        try:
            self.console.ask(f"/api/alerts/{name}")
        except OSError:
            return True
        return False

    def waited(self, heard: Iterable[tuple[str, float]], names: Iterable[str]) -> list[float]:
        """How long each of these alerts took to come, wherever it was heard of first."""
        asked = set(names)
        first: dict[str, float] = {}
        for name, at in heard:
            first.setdefault(name, at)
        return [at - self.written[name] for name, at in first.items() if name in asked]


def spread(values: list[float], digits: int = 0) -> dict[str, Any]:
    """The median and the tail."""
    if len(values) < 2:
        return {"n": len(values)}
    cuts = quantiles(values, n=100)
    told = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(values)}
    return {"n": len(values)} | {name: round(value, digits) for name, value in told.items()}


def say(what: str, **told: Any) -> None:
    """One line of the report."""
    print(f"{what:44} {json.dumps(told, ensure_ascii=False)}", flush=True)


@asynccontextmanager
async def part(bench: Bench, name: str, *options: object) -> AsyncIterator[None]:
    """A part of the load in a process of its own, until it ends by itself."""
    argv = [sys.executable, "-m", f"bench.office.{name}", str(bench.folder), str(bench.port)]
    argv += map(str, options)
    ready = bench.folder / f"{name}.ready"
    ready.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(*argv)
    bench.parts[name] = process.pid
    try:
        while not ready.exists() and process.returncode is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        yield
        if await process.wait():
            raise RuntimeError(f"the {name} failed; their words stand above")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        del bench.parts[name]


async def told_to_pages(
    bench: Bench, opened: list[Page], seconds: float, per_s: float
) -> dict[str, Any]:
    """Alerts at an even pace while all pages stand open: how long they took to come there."""
    async with part(bench, "officers", len(opened), seconds + 2 * SETTLE_S):
        await asyncio.sleep(SETTLE_S)
        weighed, waited = Weighed(dict(bench.parts)), waited_s(bench.parts["console"])
        names = await bench.write(round(seconds * per_s), per_s)
        cores = weighed.cores()
        cores["share of the load"] = load_share(cores)
        cores["console waited_s"] = waited_s(bench.parts["console"]) - waited
    found = json.loads((bench.folder / "officers.json").read_text())
    lines = [bench.waited(heard, names) for heard in found["heard"]]
    in_page = [bench.waited((await pages.seen(page)).items(), names) for page in opened]
    return {
        "to the message": spread([ms for line in lines for ms in line]),
        "to the card": spread([ms for page in in_page for ms in page]),
        "lines lost": found["lost"],
        "messages lacking": len(lines) * len(names) - sum(map(len, lines)),
        "cores": {name: round(used, 2) for name, used in cores.items()},
    }  # fmt: skip


async def with_phones(
    bench: Bench, opened: list[Page], seconds: float, asked: argparse.Namespace
) -> dict[str, Any]:
    """The same, while the phones ask."""
    # Their first round brings them their lists; what is measured begins behind it.
    lasts = asked.period + seconds + 2 * SETTLE_S
    async with part(bench, "phones", lasts, asked.period):
        await asyncio.sleep(asked.period)
        found = await told_to_pages(bench, opened, seconds, asked.rate)
    told = json.loads((bench.folder / "phones.json").read_text())
    behind = len(told["times"]) * asked.period / lasts
    measured = told["times"][round(behind) :]
    found["phones' answers"] = spread(measured)
    found["asked late"] = spread(told["late"])
    found["answers"] = told["codes"]
    found["bytes an answer"] = round(told["octets"] / max(1, len(told["times"])))
    return found


async def long_list(bench: Bench, browser: Browser) -> dict[str, Any]:
    """A page with as many cases as it holds."""
    await bench.write(max(0, LISTED - len(bench.written)))
    await bench.caught_up()
    cookie = People.read(bench.folder).officers[0]
    context = await pages.enter(browser, bench.console.url, cookie)
    runs = []
    for _ in range(3):
        page = await pages.opened(context, bench.console.url)
        runs.append(await pages.painted(page))
        if len(runs) < 3:
            await page.close()
    found: dict[str, Any] = {name: [round(run[name]) for run in runs] for name in runs[0]} | {
        "at first": await pages.weight(page)
    }
    for name, per_s in (("still", 0.0), ("with 5 alerts/s", 5.0)):
        writing = asyncio.ensure_future(bench.write(50, per_s) if per_s else asyncio.sleep(0))
        told = await pages.scrolled(page, 10, 120)
        await writing
        frames = told["frames"]
        found[f"scrolling, {name}"] = {
            "frame_ms": spread(frames), "over_50_ms": sum(ms > 50 for ms in frames),
            "tasks": len(told["tasks"]), "longest_task_ms": round(max([0, *told["tasks"]])),
        }  # fmt: skip
    found["at last"] = await pages.weight(page)
    await context.close()
    return found


async def measure(bench: Bench, browser: Browser, asked: argparse.Namespace) -> None:
    """All of it, told line by line."""
    await bench.tell(views())
    ticking = asyncio.create_task(bench.tick())
    await bench.write(STANDING)
    await bench.caught_up()
    opened = []
    for cookie in People.read(bench.folder).officers[:BROWSERS]:
        context = await pages.enter(browser, bench.console.url, cookie)
        opened.append(await pages.opened(context, bench.console.url))
    alone = await told_to_pages(bench, opened, asked.seconds / 2, asked.rate)
    for name, told in alone.items():
        say(f"pages alone: {name}", **_row(told))
    if asked.phones:
        beside = await with_phones(bench, opened, asked.seconds, asked)
        for name, told in beside.items():
            say(f"with phones: {name}", **_row(told))
        ratios = {
            way: round(beside[way]["p95"] / alone[way]["p95"], 2)
            for way in ("to the message", "to the card")
            if "p95" in beside[way] and "p95" in alone[way]
        }
        say("p95 with phones, against pages alone", **ratios)
    for page in opened:
        await page.context.close()
    weighed = Weighed(dict(bench.parts))
    for name, told in (await long_list(bench, browser)).items():
        say(f"{LISTED} cases: {name}", **_row(told))
    say(f"{LISTED} cases: cores", **{k: round(v, 2) for k, v in weighed.cores().items()})
    ticking.cancel()


def _row(told: Any) -> dict[str, Any]:
    return told if isinstance(told, dict) else {"": told}


@contextmanager
def log_of(kind: Literal["tansu", "kafka"], folder: Path) -> Iterator[tuple[str, int]]:
    """A broker: its address and its process."""
    if kind == "kafka":
        with kafka.start(folder / "kafka") as service:
            yield service.bootstrap, service.child.pid
    else:
        with running_broker(folder) as broker:
            yield broker.bootstrap, broker.child.pid


@contextmanager
def database(folder: Path | None) -> Iterator[str | None]:
    """The URL of a PostgreSQL in a folder; without one None, and the console's own SQLite it is."""
    if folder is None:
        yield None
    else:
        with postgresql.start(folder) as service:
            yield service.new_database()


def _said(url: str | None) -> dict[str, str]:
    return {"SC_DATABASE_URL": url} if url else {}


async def make_topics(bootstrap: str) -> None:
    """The topics that the console reads."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 3, 1) for name in TOPICS])
    await admin.close()


async def main(asked: argparse.Namespace) -> None:
    """Set everything up, and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, site = folder / "console", folder / "site.yaml"
        data.mkdir()
        make_key(data)
        write_site(site)
        env = {"SC_SITE": str(site), "SC_KEY_FILE": str(data / "master.key")}
        with (
            log_of("kafka" if asked.kafka else "tansu", folder) as (bootstrap, broker),
            database(folder / "postgresql" if asked.postgresql else None) as url,
        ):
            make_people(data, site, (asked.officers, asked.phones), url)
            await make_topics(bootstrap)
            with RunningConsole(bootstrap, data, env | _said(url)) as console:
                console.start()
                with chromium.start(folder / "chromium") as real:
                    await _measured(console, data, (bootstrap, broker), real, asked)


async def _measured(
    console: RunningConsole, data: Path, log: tuple[str, int], real: chromium.Chromium,
    asked: argparse.Namespace,
) -> None:  # fmt: skip
    bootstrap, broker = log
    parts = {"console": console.child.pid, "log": broker, "chromium": real.child.pid}
    if asked.nice:
        for pid in (os.getpid(), *parts.values()):
            prefer(pid, asked.nice)
    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap) as producer,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.connect_over_cdp(real.devtools)
        await measure(Bench(console, data, producer, parts), browser, asked)
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="alerts a second")
    parser.add_argument("--officers", type=int, default=50)
    parser.add_argument("--phones", type=int, default=2500)
    parser.add_argument("--period", type=float, default=60, help="seconds between two questions")
    parser.add_argument("--nice", type=int, default=0, help="of all of this against others")
    parser.add_argument("--postgresql", action="store_true", help="in place of SQLite")
    parser.add_argument("--kafka", action="store_true", help="a real Apache Kafka as the log")
    asyncio.run(main(parser.parse_args()))
