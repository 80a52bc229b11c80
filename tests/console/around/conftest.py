"""The estate in a house."""

import pytest

from console.office import Office
from tests.console.around.estates import furnish
from tests.console.conftest import Clock
from tests.console.housing import Housed


@pytest.fixture
async def housed(office: Office, clock: Clock) -> Housed:
    return await furnish(office, clock)
