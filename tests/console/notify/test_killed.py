"""A console killed while it tells loses nobody; two on one database tell each person once."""

import asyncio
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from console.cases.tables import ACTS
from console.database import writing
from console.notify.queue import enqueue_act
from console.notify.tables import NOTIFY_ACTS
from tests.console.conftest import Clock
from tests.console.notify.conftest import OpenScene
from tests.console.notify.receivers import Receiver
from tests.console.notify.scene import Scene
from tests.console.running import ROOT
from tests.console.samples import alert
from tests.services.process import Child, Service

CLAIM_MS = 400
MANY = 25


def teller(scene: Scene, url: str) -> Service:
    """A console on the scene's database. Killed, it is made again."""
    data = scene.settings.data
    ready = data / "ready"
    ready.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "tests.console.notify.teller", str(data), url]
    argv += [str(scene.settings.channels), str(CLAIM_MS)]
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return Service(Child(argv, data / "teller.log", ready.exists, env, ROOT))


async def test_killed_between_claim_and_answer(
    open_scene: OpenScene, receiver: Receiver, clock: Clock, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    scene = open_scene(url=url)
    clock.at = time.time_ns() // 1_000_000
    scene.officer()
    hold = receiver.hold = threading.Event()
    with teller(scene, url) as first:
        first.start()
        scene.push(severity="blue")
        assert await asyncio.to_thread(receiver.came.wait, 20)
        first.kill()
    (row,) = [row for row in scene.rows() if row.round == 0]
    assert (row.status, row.tries) == ("waiting", 1)
    receiver.hold = None
    hold.set()
    with teller(scene, url) as second:
        second.start()
        async with asyncio.timeout(30):
            while scene.rows()[0].status != "sent":  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)
    assert set(receiver.ids) == {row.id}
    numbers = [one.headers["x-smart-community-attempt"] for one in receiver.requests]
    assert numbers == ["1", "2"]
    outcomes = [(one.number, one.outcome) for one in scene.attempts()]
    assert outcomes == [(1, "interrupted"), (2, "delivered")]


async def test_two_consoles_share_the_work_and_double_none(
    open_scene: OpenScene, receiver: Receiver, database_url: str
) -> None:
    one, other = open_scene(url=database_url), open_scene(url=database_url)
    one.officer()
    for number in range(MANY):
        one.push(f"a{number}", severity="red", place=f"door-{number}")

    async def work(scene: Scene) -> None:
        while any(row.status == "waiting" and not row.round for row in scene.rows()) or (
            not scene.rows()
        ):
            await scene.telling.turn()
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(work(one), work(other))
    await one.telling.settled()
    await other.telling.settled()
    first = [row for row in one.rows() if row.round == 0]
    assert len(first) == MANY
    assert {row.status for row in first} == {"sent"}
    assert Counter(receiver.ids) == Counter(row.id for row in first)
    assert len(one.attempts()) == MANY


async def test_thinking_twice_makes_no_second_notice(scene: Scene) -> None:
    """As if the transaction that took the act had been lost after its notices were kept."""
    scene.officer()
    scene.push()
    await scene.turn()
    before = len(scene.rows())
    with scene.office.engine.connect() as connection:
        act = connection.scalar(sa.select(ACTS.c.id))
    assert act is not None
    with writing(scene.office.engine) as tx:
        enqueue_act(tx, act, scene.clock())
    assert scene.telling.thinker.think() == 1
    assert len(scene.rows()) == before


def test_an_act_and_its_thought_are_one_transaction(scene: Scene) -> None:
    with scene.office.engine.connect() as tx:
        scene.office.cases.take(tx, [alert(delivery="push")], scene.clock())
        assert tx.scalar(sa.select(sa.func.count()).select_from(NOTIFY_ACTS)) == 1
        tx.rollback()
    with scene.office.engine.connect() as connection:
        for table in (ACTS, NOTIFY_ACTS):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0
