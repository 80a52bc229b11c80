"""A logged fault tells where it happened and nothing of what was in hand."""

import ast
import subprocess
import sys

import pytest

from tests.repo.tree import ROOT, functions

CARD = "card-100200"
FAULT = f"""
import structlog
def read(payload):
    raise KeyError("lost")
try:
    read("{CARD[:5]}" + "{CARD[5:]}")
except KeyError:
    structlog.get_logger().exception("adapter_failed")
"""
HIDE = "from deploy.tracebacks import hide_variables; hide_variables()"
ENTRIES = ("deploy/cli.py", "deploy/embedded/part.py")


def test_variables_stay_out_of_the_log() -> None:
    said = run(HIDE + FAULT)
    assert "KeyError" in said
    assert CARD not in said


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_process_begins_with_it(entry: str) -> None:
    (main,) = (f for f in functions(ROOT / entry) if f.name == "main")
    called = [node.func.id for node in ast.walk(main) if isinstance(node, ast.Call)
              and isinstance(node.func, ast.Name)]  # fmt: skip
    assert "hide_variables" in called


def test_without_it_they_would_be_there() -> None:
    assert CARD in run("pass" + FAULT)


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr
