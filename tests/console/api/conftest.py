"""A house with people of every role, and an officer with one alert before them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from console.cases.surroundings import Surroundings
from console.office import Office
from tests.console.api.asking import take
from tests.console.cases.conftest import CONFIG
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.housing import Housed, open_house
from tests.console.samples import ESTATE, alert, evidence


@pytest.fixture
def housed(office: Office, clock: Clock) -> Housed:
    Work(office.cases, Surroundings({ESTATE: CONFIG}))
    housed = open_house(office, clock)
    housed.person("wang", areas=("office-1",))
    housed.person("li", areas=("station-7",))
    housed.person("far", areas=("office-9",))
    housed.person("zhao", "property")
    housed.person("chen", "grid_worker", areas=("grid-3",))
    housed.person("du", "supervisor", areas=("east",))
    housed.person("sun", "resident")
    housed.person("mix", "grid_worker", kinds=("civil", "police"))
    return housed


@pytest.fixture
async def wang(housed: Housed) -> AsyncIterator[httpx.AsyncClient]:
    await take(housed, alert(delivery="push", evidence=(evidence("open", "door.opened"),)))
    async with housed.browser("wang") as http:
        yield http
