"""What all tests share: the real services."""

pytest_plugins = ["tests.services.fixtures"]
