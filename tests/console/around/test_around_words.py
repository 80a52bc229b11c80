"""Every text of the plain pages is there in both languages, and is used."""

import re
from importlib.resources import files
from typing import Any

import pytest
import yaml

from console.around.asking import PACKAGES, said
from tests.repo.tree import ROOT

BRACES = re.compile(r"\{(\w+)\}")
# Words that are chosen by a value: `found_` and what was found.
CHOSEN = re.compile(
    r"^(device|reason|found|register|use|fault|level|rating|note|visits|out|kind|about|col|class"
    r"|given|state|change|would|done|hint|role|tree|token|where|acc_done)_|_means$|^acc_(on|off)$"
)
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in (ROOT / package.replace(".", "/")).rglob("*")
    if path.suffix in (".py", ".html")
)


def words() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for package in PACKAGES:
        told = yaml.safe_load(files(package).joinpath("words.yaml").read_text(encoding="utf-8"))
        found += list(told.items())
    return found


@pytest.mark.parametrize(("key", "told"), words())
def test_both_languages_say_it_with_the_same_values(key: str, told: dict[str, str]) -> None:
    assert told["zh"].strip()
    assert told["en"].strip()
    assert sorted(BRACES.findall(told["zh"])) == sorted(BRACES.findall(told["en"]))
    assert told["zh"].count("|") == told["en"].count("|")


def test_no_key_stands_in_both_files() -> None:
    keys = [key for key, _ in words()]
    assert len(keys) == len(set(keys))


def test_each_is_used() -> None:
    unused = [
        key
        for key, _ in words()
        if not CHOSEN.search(key) and not re.search(rf"['\"]{key}['\"]", CODE)
    ]
    assert not unused


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        said("no such word", "zh")
