"""What all tests share: the real services, and a clean log between tests."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# An example that takes long on a busy machine says nothing about the code: speed is `bench`'s.
settings.register_profile("untimed")
settings.load_profile("untimed")

pytest_plugins = ["tests.services.fixtures"]


@pytest.fixture(autouse=True)
def _log_as_shipped() -> Iterator[None]:
    """Commands set the log for their whole process; the next test starts from the default."""
    yield
    structlog.reset_defaults()
