"""Cases over a database in the test's own folder."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from console.accounts.principal import KINDS, Principal
from console.cases.office import CaseOffice
from console.cases.surroundings import Surroundings
from console.database import open_database
from console.settings import ConsoleSettings
from schemas.base import Words
from schemas.place import EstateConfig, Place, Trees
from tests.console.cases.working import Work
from tests.console.lifecycle.samples import TREES
from tests.console.samples import ESTATE, words

CONFIG = EstateConfig(
    estate=ESTATE, name=words("湖畔苑", "Lakeside"),
    trees=Trees(**{level: node for level, node in TREES.items() if level != "estate"}),
    places=(
        Place(id="north-gate", kind="gate", name=words("北门", "North Gate")),
        Place(id="north-door", kind="door", name=Words(zh="门", en="door"), parent="north-gate"),
        Place(id="4-2-1102", kind="dwelling", name=words("4号楼2-1102", "4-2-1102")),
    ),
)  # fmt: skip
EVERYWHERE = frozenset({"*"})


def officer(login: str = "wang", **given: object) -> Principal:
    plain = {"areas": EVERYWHERE, "kinds": frozenset(KINDS["police"])} | given
    return Principal(login, "police", **plain)  # type: ignore[arg-type]


OpenWork = Callable[[], Work]


@contextmanager
def opening(settings: ConsoleSettings) -> Iterator[OpenWork]:
    """Opens a console's cases on one database; opened twice they are two consoles."""
    with ExitStack() as opened:

        def open_one() -> Work:
            engine: Engine = open_database(settings.url)
            opened.callback(engine.dispose)
            return Work(CaseOffice(settings, engine), Surroundings({ESTATE: CONFIG}))

        yield open_one


@pytest.fixture
def open_work(database_url: str, tmp_path: Path) -> Iterator[OpenWork]:
    """On a database of either kind, for what they might do differently."""
    with opening(ConsoleSettings(data=tmp_path, database_url=database_url)) as open_one:
        yield open_one


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    """One console on SQLite."""
    with opening(ConsoleSettings(data=tmp_path)) as open_one:
        yield open_one()
