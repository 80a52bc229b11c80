"""The broker of the embedded stack: Tansu and its keeper as one part that lives and dies together.

Tansu forgets all when it ends, so there is only one way to start: a fresh broker, laid from the
keeper's file. Whatever dies, the whole part ends and is started again that way; there is no second
path for a crash of one half. Other parts see one Kafka that keeps what it has confirmed.

Over HTTP on loopback it tells who must know:

* `POST /stored` `{"topic", "partition", "offset"}` answers 200 once the record is stored and would
  outlive the loss of every process; 409 when it never will be (it went with an earlier broker:
  write it again); 503 when it is not stored in 30 s (ask again).
* `GET /healthz` answers 200 when the log is laid, with memory and `full`: true asks for a restart.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog
from aiohttp import web
from aiokafka.errors import KafkaError
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.embedded import tansu
from deploy.embedded.keep import KEEPS, MB
from deploy.embedded.keeper import Keeper
from deploy.embedded.rawlog import LogError, Place, RawLog
from deploy.embedded.store import Store
from deploy.embedded.tansu import HOST, BrokerFailed, Tansu
from deploy.embedded.waiters import NeverStored
from deploy.kafka.install import BrokerAway, TopicMismatch, create_topics
from schemas.topics import PARTITIONS

log = structlog.get_logger()

SEED_TRIES = 20
STORED_S = 30.0
# The broker is asked to make way at four fifths of its limit: it goes on growing while those who
# write to it are being stopped.
FULL_AT = 0.8


class BrokerSettings(BaseSettings):
    """Where the embedded broker listens, keeps its file, and how large it may grow."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="folder of keeper.db")
    broker_port: int = Field(default=9092, description="loopback port for Kafka clients")
    durable_port: int = Field(default=9093, description="loopback port of /stored and /healthz")
    memory_limit_mb: int = Field(default=512, gt=0, description="resident memory of the broker")
    batches_limit: int = Field(default=30_000, gt=0, description="batches in one partition")


@dataclass
class Running:
    """The broker in use, its keeper, and how much of its memory was there from the start."""

    broker: Tansu
    keeper: Keeper
    settings: BrokerSettings
    laid_rss: int

    @property
    def limit(self) -> int:
        """Resident bytes at which it must make way; above twice what the bare log takes."""
        wanted = round(self.settings.memory_limit_mb * MB * FULL_AT)
        return max(wanted, 2 * self.laid_rss)

    def health(self) -> dict[str, int | bool]:
        """What `GET /healthz` says."""
        rss, batches = self.broker.rss, self.keeper.batches_max
        return {
            "rss_mb": rss // MB,
            "limit_mb": self.limit // MB,
            "batches": batches,
            "full": rss > self.limit or batches > self.settings.batches_limit,
        }


async def run_broker(settings: BrokerSettings, stop: asyncio.Event) -> int:
    """Run until `stop`, then store what is left. Answers 0, or 70 when it must be restarted."""
    output = (settings.data / "logs").resolve()
    output.mkdir(parents=True, exist_ok=True)
    store = Store(settings.data)
    try:
        with (output / "tansu.log").open("ab") as words:
            async with _laid(settings, store, words) as running, _serving(running):
                return await _follow(running, stop)
    except (LogError, KafkaError, BrokerAway, OSError) as error:
        log.error("broker.lost", error=str(error) or type(error).__name__)
        return 70
    finally:
        store.close()


@contextlib.asynccontextmanager
async def _laid(settings: BrokerSettings, store: Store, words: IO[bytes]) -> AsyncIterator[Running]:
    """A fresh broker with the kept log in it."""
    for left in reversed(range(SEED_TRIES)):
        broker = await tansu.start(settings.broker_port, words)
        try:
            keeper = await _lay(broker, store, settings)
        except (LogError, TopicMismatch) as error:
            # A client that outlived the last broker was quicker than we. It must not win: what it
            # wrote stands where kept records belong.
            await broker.stop()
            if not left:
                raise BrokerFailed(f"the log cannot be laid: {error}") from error
            log.warning("broker.again", reason=str(error))
            continue
        except BaseException:
            await broker.stop()
            raise
        try:
            yield Running(broker, keeper, settings, broker.rss)
        finally:
            await broker.stop()
        return


async def _lay(broker: Tansu, store: Store, settings: BrokerSettings) -> Keeper:
    started = time.monotonic()
    await create_topics(broker.bootstrap, PARTITIONS)
    keeper = Keeper(store, await RawLog.connect(HOST, broker.port), PARTITIONS)
    await keeper.seed(KEEPS)
    took = round(time.monotonic() - started, 2)
    log.info("broker.laid", seconds=took, rss_mb=broker.rss // MB)
    return keeper


async def _follow(running: Running, stop: asyncio.Event) -> int:
    ended = asyncio.create_task(running.broker.wait())
    followed = asyncio.create_task(running.keeper.follow(stop))
    done, _ = await asyncio.wait({ended, followed}, return_when=asyncio.FIRST_COMPLETED)
    for task in {ended, followed} - done:
        task.cancel()
    if followed in done:
        followed.result()
        return 0
    log.error("broker.ended", status=ended.result())
    return 70


@contextlib.asynccontextmanager
async def _serving(running: Running) -> AsyncIterator[None]:
    app = web.Application(client_max_size=64 * 1024)
    app.router.add_post("/stored", lambda request: _stored(request, running.keeper))
    app.router.add_get("/healthz", lambda _: _health(running))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, running.settings.durable_port).start()
        yield
    finally:
        await runner.cleanup()


async def _health(running: Running) -> web.Response:
    return web.json_response(running.health())


async def _stored(request: web.Request, keeper: Keeper) -> web.Response:
    try:
        body = await request.json()
        place, offset = Place(str(body["topic"]), int(body["partition"])), int(body["offset"])
    except (ValueError, KeyError, TypeError):
        return _say(400, 'write {"topic": NAME, "partition": NUMBER, "offset": NUMBER}')
    if not keeper.waiters.knows(place):
        return _say(404, f"{place.topic}/{place.partition} is not kept")
    try:
        await asyncio.wait_for(keeper.waiters.stored(place, offset), STORED_S)
    except NeverStored:
        return _say(409, "the record went with an earlier broker; write it again")
    except TimeoutError:
        return _say(503, f"not stored in {STORED_S:g} s; ask again")
    return web.Response(body=json.dumps({"stored": True}), content_type="application/json")


def _say(status: int, what: str) -> web.Response:
    return web.json_response({"error": what}, status=status)
