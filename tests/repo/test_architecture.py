"""Imports go one way, and what is on disk is what is loaded."""

import subprocess
import sys
from pathlib import Path

from processors.rules.catalogue import rule_folders, shipped_rules
from tests.repo.tree import ROOT, tracked


def test_imports_go_one_way() -> None:
    argv = [str(Path(sys.executable).parent / "lint-imports")]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_rule_on_disk_is_loaded() -> None:
    assert set(shipped_rules().by_id) == {folder.name for folder in rule_folders()}


def test_the_top_level_is_the_plan() -> None:
    allowed = {
        "ingest", "processors", "schemas", "deploy", "tests", "console", "docs", "bench", ".ci",
    }  # fmt: skip
    there = {p.relative_to(ROOT).parts[0] for p in tracked() if p.parent != ROOT}
    assert there <= allowed
