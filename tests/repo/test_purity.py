"""No time, chance or world comes in by the back door of the pure folders."""

import ast
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, name, parsed, python_files

PURE = [
    *python_files("processors/core", "processors/rules", "processors/sigma"),
    *python_files("processors/views", "schemas", "console/lifecycle"),
    *[p for p in python_files("ingest/adapters") if "cases" not in p.parts],
    *[ROOT / f"ingest/{part}.py" for part in ("mapping", "converters", "topics", "message")],
    *[ROOT / f"ingest/{part}.py" for part in ("registry", "skew", "multipart", "pictures")],
    *[ROOT / f"ingest/{part}.py" for part in ("device_clock", "filter_tree", "notes")],
    *[ROOT / f"ingest/{part}.py" for part in ("quarantine", "site_check")],
    *[ROOT / f"ingest/{part}.py" for part in ("quick", "sealed_text", "bridge/sealing")],
]
MAY_READ_FILES = {
    "schemas/event_types.py",
    "schemas/export.py",
    "processors/rules/catalogue.py",
    "ingest/tables.py",
    "schemas/site_files.py",
    "schemas/rule_files.py",
    "console/lifecycle/table.py",
    "console/lifecycle/clocks.py",
    "console/lifecycle/routing.py",
}
"""Tables and folders that are part of the program itself, and the doors to the site's files."""
BANNED_MODULES = {
    "time", "random", "secrets", "uuid", "socket", "asyncio", "threading", "subprocess", "os",
    "requests", "aiohttp", "aiokafka", "faust", "paho", "sqlite3", "logging", "structlog",
}  # fmt: skip
BANNED_CALLS = {"now", "utcnow", "today", "open", "urandom", "read_text", "read_bytes"}


@pytest.mark.parametrize("path", PURE, ids=name)
def test_pure(path: Path) -> None:
    assert not list(impurities(path))


def impurities(path: Path) -> list[str]:
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in BANNED_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] if node.module.split(".")[0] in BANNED_MODULES else []
        elif isinstance(node, ast.Call) and name(path) not in MAY_READ_FILES:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found += [called] if called in BANNED_CALLS else []
    return found


def test_the_check_itself_sees_a_clock() -> None:
    assert impurities(ROOT / "processors/shell/watchdog.py")
