"""The broker part on a real Tansu: whatever is killed, what was confirmed is there again."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path

import aiohttp
import pytest

from deploy.embedded.keep import JUMP
from deploy.embedded.store import NAME
from schemas.topics import ALERTS, EVENTS, POINTS, STATE
from tests.deploy.conftest import eventually
from tests.deploy.stack import ROOT, BrokerPart, broker_part, is_gone

KEEPER, TANSU, CLEAN = "keeper", "tansu", "clean"


async def bring_down(part: BrokerPart, how: str) -> None:
    if how == TANSU:
        os.kill(part.tansu(), signal.SIGKILL)
        assert part.process is not None
        assert await asyncio.to_thread(part.process.wait, 20) == 70, "it asks to be restarted"
    elif how == KEEPER:
        assert part.end(signal.SIGKILL) == -signal.SIGKILL
    else:
        assert part.end(signal.SIGTERM) == 0


def commit(partition: int, position: int) -> tuple[int, str, bytes]:
    body = json.dumps({"v": 1, "position": position, "seen": position, "estates": {}})
    return partition, f"commit|{partition}", body.encode()


@pytest.mark.parametrize("how", [KEEPER, TANSU, CLEAN])
async def test_what_was_confirmed_is_there_again_at_its_own_offset(
    tmp_path: Path, how: str
) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        events = [(p, "estate", b"[%d]" % i) for i in range(20) for p in (0, 5)]
        sent = await part.send(EVENTS.name, *events)
        alerts = [(3, f"a{i % 4}", b"%d" % i) for i in range(10)] + [(3, "a0", None)]
        told = await part.send(ALERTS.name, *alerts)
        await part.confirm(*sent, *told)
        before = {p: await part.read(EVENTS.name, p) for p in (0, 5)}
        newest = {told[i].offset: (f"a{i % 4}", b"%d" % i) for i in (6, 7, 9)}
        for _ in range(2):
            await bring_down(part, how)
            await part.start()
            assert {p: await part.read(EVENTS.name, p) for p in (0, 5)} == before
            assert await part.read(ALERTS.name, 3) == newest


async def test_events_that_the_processors_have_finished_with_do_not_come_back(
    tmp_path: Path,
) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        sent = await part.send(EVENTS.name, *[(2, "e", b"[%d]" % i) for i in range(10)])
        await part.confirm(*sent)
        first = sent[0].offset
        sent = await part.send(STATE.name, commit(2, first + 7))
        await part.confirm(*sent)
        part.end(signal.SIGKILL)
        await part.start()
        assert list(await part.read(EVENTS.name, 2)) == [first + 7, first + 8, first + 9]
        assert [key for key, _ in (await part.read(STATE.name, 2)).values()] == ["commit|2"]


async def test_a_new_record_never_takes_the_offset_of_a_lost_one(tmp_path: Path) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        [kept] = await part.send(POINTS.name, (1, "s", b"[]"))
        await part.confirm(kept)
        part.end(signal.SIGKILL)
        await part.start()
        [fresh] = await part.send(POINTS.name, (1, "s", b"[]"))
        assert fresh.offset >= kept.offset + JUMP
        await part.confirm(fresh)
        lost = kept.offset + 1
        assert await part.stored(POINTS.name, 1, lost) == 409


async def test_events_go_on_without_a_hole(tmp_path: Path) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        offsets: list[int] = []
        for _ in range(3):
            sent = await part.send(EVENTS.name, *[(0, "e", b"[]")] * 3)
            await part.confirm(*sent)
            offsets += [each.offset for each in sent]
            part.end(signal.SIGKILL)
            await part.start()
        assert offsets == list(range(offsets[0], offsets[0] + 9))


async def test_state_is_never_stored_before_the_alerts_it_rests_on(tmp_path: Path) -> None:
    """Killed at any moment: each state in the file has its alert in the file."""
    with broker_part(tmp_path) as part:
        for turn in range(4):
            await part.start()
            argv = [sys.executable, "-m", "tests.deploy.writer", part.bootstrap]
            writer = await asyncio.create_subprocess_exec(*argv, cwd=ROOT)
            await asyncio.sleep(1.5 + 0.13 * turn)
            part.end(signal.SIGKILL)
            writer.kill()
            await writer.wait()
            states, alerts = kept_keys(tmp_path, STATE.name), kept_keys(tmp_path, ALERTS.name)
            assert len(states) > 10
            assert {state.removeprefix("scope|") for state in states} <= alerts


def kept_keys(data: Path, topic: str) -> set[str]:
    with contextlib.closing(sqlite3.connect(data / NAME)) as file:
        return {key.decode() for (key,) in file.execute(f'SELECT key FROM "{topic}"')}


async def test_a_clean_stop_stores_what_nobody_waited_for(tmp_path: Path) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        sent = await part.send(EVENTS.name, *[(0, "e", b"x" * 1_000)] * 3_000)
        assert part.end(signal.SIGTERM) == 0
        await part.start()
        assert len(await part.read(EVENTS.name, 0)) == len(sent)


async def test_it_says_when_it_is_full_and_a_fresh_one_is_small(tmp_path: Path) -> None:
    with broker_part(tmp_path, SC_MEMORY_LIMIT_MB="60") as part:
        await part.start()
        assert (await part.health())["full"] is False
        sent = await part.send(EVENTS.name, *[(i % 12, "e", b"x" * 100_000) for i in range(400)])
        await part.confirm(*sent)
        assert (await part.health())["full"] is True
        last = {e.partition: e.offset + 1 for e in sent}
        sent = await part.send(STATE.name, *[commit(p, end) for p, end in last.items()])
        await part.confirm(*sent)
        part.end(signal.SIGTERM)
        await part.start()
        assert (await part.health())["full"] is False


async def test_too_many_batches_are_full_too(tmp_path: Path) -> None:
    with broker_part(tmp_path, SC_BATCHES_LIMIT="20") as part:
        await part.start()
        for _ in range(25):
            await part.confirm(*await part.send(EVENTS.name, (0, "e", b"[]")))
        assert (await part.health())["full"] is True


async def test_a_client_that_was_quicker_does_not_win(tmp_path: Path) -> None:
    """A console that outlives the broker asks at once, and by asking makes topics of its own."""
    with broker_part(tmp_path) as part:
        await part.start()
        sent = await part.send(EVENTS.name, (0, "e", b"[1]"))
        await part.confirm(*sent)
        part.end(signal.SIGKILL)
        over = asyncio.Event()

        async def hurry() -> None:
            while not over.is_set():
                try:
                    await part.send(EVENTS.name, (0, "hurry", b"[]"))
                except Exception:
                    await asyncio.sleep(0)

        hurrying = asyncio.create_task(hurry())
        await part.start()
        over.set()
        hurrying.cancel()
        found = await part.read(EVENTS.name, 0)
        assert found[sent[0].offset] == ("e", b"[1]")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"topic": EVENTS.name, "partition": 0}, 400),
        ({"topic": EVENTS.name, "partition": "x", "offset": 1}, 400),
        ({"topic": "other", "partition": 0, "offset": 1}, 404),
        ({"topic": EVENTS.name, "partition": 99, "offset": 1}, 404),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered(
    tmp_path: Path, body: dict[str, object], status: int
) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        url = f"http://127.0.0.1:{part.durable}/stored"
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
            assert answer.status == status
            assert "error" in await answer.json()


async def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with broker_part(tmp_path / "one") as one, broker_part(tmp_path / "two") as two:
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        await one.start()
        two.port = one.port
        with pytest.raises(AssertionError, match=f"port {one.port} is taken"):
            await two.start()


async def test_tansu_dies_with_the_keeper(tmp_path: Path) -> None:
    with broker_part(tmp_path) as part:
        await part.start()
        tansu = part.tansu()
        part.end(signal.SIGKILL)

        async def gone() -> bool:
            return is_gone(tansu)

        await eventually(gone)
