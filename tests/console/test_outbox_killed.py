"""A sender killed at any moment loses no change, doubles none, and keeps each entry's order."""

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

from console.outbox.store import waiting_count
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.settings import ConsoleSettings
from schemas.events import order_key
from tests.console.conftest import Broker
from tests.console.desks import CARD, ME, enter, opened, outbox_of
from tests.console.logs import events_of, ids, make_log
from tests.console.running import ROOT
from tests.services.process import Child, Service

KILLS = 8
ROUNDS = 60


def sender(data: Path, bootstrap: str) -> Service:
    ready = data / "ready"
    argv = [sys.executable, "-m", "tests.console.sender", str(data), bootstrap]
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return Service(Child(argv, data / "sender.log", ready.exists, env, ROOT))


async def test_killed_again_and_again_while_things_change(broker: Broker, tmp_path: Path) -> None:
    await make_log(broker)
    settings = ConsoleSettings(data=tmp_path / "console")
    chance = random.Random(7)
    with opened(settings) as office, sender(settings.data, broker.bootstrap) as process:
        process.start()
        writing = asyncio.create_task(change_slowly(office))
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            process.kill()
            (settings.data / "ready").unlink()
            await asyncio.to_thread(process.start)
        await writing
        async with asyncio.timeout(30):
            while waiting_count(office.engine):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.1)
        notes = outbox_of(office.engine)
    found = await events_of(broker.bootstrap)
    assert len(notes) > ROUNDS * 4
    assert Counter(ids(found)) == Counter(note.id for note in notes)
    for estate in {note.estate for note in notes}:
        mine = [event for event in found if event.estate == estate]
        assert ids(mine) == [note.id for note in notes if note.estate == estate]
        assert sorted(mine, key=order_key) == mine


async def change_slowly(office: RegisterOffice) -> None:
    """Cards of three estates are entered, and one in two of them is ended."""
    kind = KINDS["credentials"]
    for number in range(ROUNDS):
        for estate in ("lakeside", "hillside", "seaside"):
            card = CARD.model_copy(update={"estate": estate, "number": str(number)})
            (planned,) = await asyncio.to_thread(enter, office, "credentials", card)
            if number % 2:
                await asyncio.to_thread(office.desk.end, kind, planned.row["id"], ME)
        await asyncio.sleep(0.05)
