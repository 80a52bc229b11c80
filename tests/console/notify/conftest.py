"""A scene on either database, and receivers on this machine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.notify.receivers import Mailbox, Receiver, mailing, receiving
from tests.console.notify.scene import Scene, channels_text, write_channels

OpenScene = Callable[..., Scene]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailing() as one:
        yield one


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def open_scene(tmp_path: Path, receiver: Receiver, clock: Clock, stack: ExitStack) -> OpenScene:
    """Opens a console on SQLite, or on the database of a URL."""

    def open_one(text: str | None = None, url: str | None = None, **given: Any) -> Scene:
        file = write_channels(tmp_path, text or channels_text(receiver.port))
        settings = ConsoleSettings(data=tmp_path / "console", channels=file, database_url=url)
        return Scene(settings, clock, stack, **given)

    return open_one


@pytest.fixture
def scene(open_scene: OpenScene) -> Scene:
    return open_scene()
