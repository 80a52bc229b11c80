"""A worker that takes a partition over."""

import subprocess
import sys

from processors.core.partition import commit_key
from processors.shell.producer import FATAL
from tests.repo.tree import ROOT

TAKE_OVER = """
from processors.rules.catalogue import shipped_rules
from processors.shell.worker import Worker

Worker(shipped_rules(), None).assign(3, {%r: b'{"v":9}'})
"""


def test_a_commit_record_that_cannot_be_read_ends_the_worker_with_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAKE_OVER % commit_key(3)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    (line,) = (done.stdout + done.stderr).splitlines()
    assert done.returncode == FATAL
    assert "put a backup back" in line
    assert "it is of version 9" in line
