"""What these tests share: free ports and a real Tansu."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from deploy.embedded import tansu
from deploy.embedded.tansu import Tansu
from tests.services.process import free_port

WAIT_S = 20.0


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Tansu]:
    with (tmp_path / "tansu.log").open("wb") as words:
        started = await tansu.start(free_port(), words)
        yield started
        await started.stop()


async def eventually(is_so: Callable[[], Awaitable[bool]], wait_s: float = WAIT_S) -> None:
    """Wait until it is so; fails when it is not in time."""
    deadline = time.monotonic() + wait_s
    while not await is_so():
        assert time.monotonic() < deadline, f"not so within {wait_s:g} s"
        await asyncio.sleep(0.02)
