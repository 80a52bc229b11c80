"""The estate in a house."""

import pytest

from console.office import Office
from console.register.office import RegisterOffice
from tests.console.around.estates import furnish
from tests.console.conftest import Clock
from tests.console.desks import HOME, enter, make_key
from tests.console.housing import Housed


@pytest.fixture
async def housed(office: Office, clock: Clock) -> Housed:
    make_key(office.settings.data)
    housed = await furnish(office, clock)
    register: RegisterOffice = housed.house.register
    entry = HOME.model_copy(update={"name": "3-2-301", "place": "b3-u2", "registered_count": 2})
    enter(register, "dwellings", entry)
    return housed
