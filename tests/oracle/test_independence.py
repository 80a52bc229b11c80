"""The simulated world knows no rule: only the judge and the commands import the processors."""

import ast
from pathlib import Path

import pytest

from bench.oracle.month import WIRED
from bench.oracle.plots import PLOTS
from tests.repo.tree import ROOT, name

WORLD = ROOT / "bench" / "oracle"
MAY_KNOW = {"judge.py", "table.py", "__main__.py"}
FOLDERS = sorted(WORLD.rglob("*.py"))
ALLOWED = {"bench.oracle", "deploy.simulation", "schemas"}
BY_NOBODY = {"works_under_way"}
"""A cause, told to nobody; the world registers works all the same."""
PLANNED = {"welfare_silent", "patrol_missed", "clock_skew", "backlog"}
"""Made to happen by the month itself, day by day."""


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def ours(module: str) -> bool:
    parts = ("bench", "deploy", "schemas", "processors", "ingest", "console")
    return module.partition(".")[0] in parts


@pytest.mark.parametrize("path", FOLDERS, ids=name)
def test_the_world_knows_the_schemas_alone(path: Path) -> None:
    if path.name not in MAY_KNOW:
        strange = [
            module
            for module in imported(path)
            if ours(module) and not any(module.startswith(known) for known in ALLOWED)
        ]
        assert not strange
    else:
        assert any(module.startswith(("processors", "bench.oracle")) for module in imported(path))


def test_every_situation_is_made_to_happen() -> None:
    assert WIRED
    situations = {folder.parent.name for folder in (ROOT / "processors/rules").glob("*/rule.py")}
    assert situations - {plot.situation for plot in PLOTS} == PLANNED | BY_NOBODY
