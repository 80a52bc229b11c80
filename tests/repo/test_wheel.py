"""The wheel has every file that is no Python: worked out from pyproject, nothing is built."""

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from tests.repo.tree import CODE, ROOT, name, python_files, tracked

QUOTED = re.compile(r"""["']([\w.-]+\.(?:csv|yaml|md|css|html|js|geojson|txt|xml|flux))["']""")
"""A file that the code may open, as it writes its name."""


@cache
def settings() -> dict[str, dict[str, list[str]]]:
    """What pyproject tells setuptools of packages and of the files in them."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    own: dict[str, dict[str, list[str]]] = told["setuptools"]
    return {"find": own["packages"]["find"], "data": own["package-data"]}  # type: ignore[dict-item]


def is_packed(path: Path) -> bool:
    """Whether setuptools takes a file that is no Python: its folder is a package, with or without
    `__init__.py` if no part of its name has a dot, and a glob of the package's or of all fits it.
    As in a shell, a glob fits a name with a dot before it only if it begins so itself.
    """
    package = ".".join(path.relative_to(ROOT).parent.parts)
    if any("." in part for part in path.relative_to(ROOT).parent.parts):
        return False
    if not any(fnmatchcase(package, glob) for glob in settings()["find"]["include"]):
        return False
    globs = [*settings()["data"]["*"], *settings()["data"].get(package, [])]
    return any(
        fnmatchcase(path.name, glob) and path.name.startswith(".") <= glob.startswith(".")
        for glob in globs
    )


def beside_the_code() -> list[Path]:
    """The files of the project that are no Python and lie in its packages."""
    return [
        path for path in tracked()
        if path.suffix != ".py" and path.relative_to(ROOT).parts[0] in CODE
    ]  # fmt: skip


def opened() -> Iterator[tuple[str, str]]:
    """A Python file and the name of a file that lies beside it and that it names."""
    lying = {(path.parent, path.name) for path in beside_the_code()}
    for path in python_files(*CODE):
        for word in QUOTED.findall(path.read_text(encoding="utf-8")):
            if (path.parent, word) in lying:
                yield name(path), word


def test_every_file_beside_the_code_goes_into_the_wheel() -> None:
    assert [name(path) for path in beside_the_code() if not is_packed(path)] == []


@pytest.mark.parametrize(("path", "word"), sorted(set(opened())))
def test_a_file_that_the_code_names_is_in_it(path: str, word: str) -> None:
    assert is_packed((ROOT / path).parent / word)


@pytest.mark.parametrize(
    "path",
    ["deploy/influx/hourly.flux", "deploy/compose/compose.yaml", "deploy/compose/.env.example",
     "deploy/compose/Dockerfile", "deploy/compose/acl", "deploy/compose/mosquitto.conf",
     "schemas/event_types.csv", "ingest/kit/templates/README.md"],
)  # fmt: skip
def test_what_operators_are_told_to_use_is_in_it(path: str) -> None:
    assert (ROOT / path).is_file()
    assert is_packed(ROOT / path)


@pytest.mark.parametrize(
    "path", ["tests/repo/x.yaml", "deploy/compose/secrets", "deploy/.hidden/x.yaml", "docs/x.md",
             "deploy/compose/.env", "schemas/x.pem"],
)  # fmt: skip
def test_what_is_not_meant_stays_out(path: str) -> None:
    assert not is_packed(ROOT / path)
