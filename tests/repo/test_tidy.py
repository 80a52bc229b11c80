"""What is committed is ours, finished, and speaks of the project alone."""

import re
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, name, tracked

TEXT = [path for path in tracked() if path.suffix not in {".png", ".jpg"}]
PICTURES = "docs/pictures"
UNFINISHED = re.compile(
    r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b|NotImplemented" r"Error|pytest\.mark\.(skip|xfail)\b"
)
# Package registries go by names in files, never by their hosts.
HOSTS = re.compile(
    r"(py"
    r"pi\.org|python"
    r"hosted|crates"
    r"\.io/api|registry\.npm"
    r"js|maven"
    r"\.org"
    r"|proxy\.go"
    r"lang)"
)


@pytest.mark.parametrize("path", TEXT, ids=name)
def test_text(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert not UNFINISHED.search(content)
    assert not HOSTS.search(content)
    assert str(ROOT) not in content
    assert content.endswith("\n") or not content


def test_the_only_binaries_are_the_documents_pictures() -> None:
    odd = [name(path) for path in tracked() if path not in TEXT]
    assert all(path.startswith(PICTURES) for path in odd), odd


def test_nothing_is_large() -> None:
    large = [name(path) for path in tracked() if path.stat().st_size > 400_000]
    assert not large
