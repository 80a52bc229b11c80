"""What all tests share: the real services, and a clean log between tests."""

from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = ["tests.services.fixtures"]


@pytest.fixture(autouse=True)
def _log_as_shipped() -> Iterator[None]:
    """Commands set the log for their whole process; the next test starts from the default."""
    yield
    structlog.reset_defaults()
