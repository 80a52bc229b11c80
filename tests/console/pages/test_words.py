"""The page's words: there in both languages, used, and accusing nobody."""

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
import yaml

import console.pages
from console.advice import advice
from console.pages import page_words
from console.pages.saying import Saying
from tests.console.test_words import BLAME

CODE = Path(console.pages.__file__).parent
WORDS: dict[str, dict[str, str]] = yaml.safe_load(
    files("console.pages").joinpath("words.yaml").read_text(encoding="utf-8")
)
PARTS = {
    name.lower(): set(keys)
    for name, keys in vars(page_words).items()
    if name.isupper() and not name.startswith("_")
}
BROWSER = set().union(*PARTS.values())


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_stand_and_take_the_same_values(key: str) -> None:
    zh, en = (str(WORDS[key][language]) for language in ("zh", "en"))
    assert zh.strip() or key == "then"
    assert not re.search("[\u4e00-\u9fff]", en)
    taken = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (zh, en)]
    assert taken[0] == taken[1]
    assert not BLAME.search(zh)
    assert not BLAME.search(en)


def test_every_word_is_used_and_every_word_that_is_used_is_there() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in CODE.glob("*.py"))
    said = set(re.findall(r'(?:text|_say|say)\(\s*"(\w+)"', code))
    starts = tuple(set(re.findall(r'(?:text|_say|say)\(\s*f"(\w+_)\{', code)))
    named = set(re.findall(r'\("(people|teams|groups|go_\w+|handover)"', code))
    used = {key for key in WORDS if key in said | BROWSER | named or key.startswith(starts)}
    assert set(WORDS) == used
    assert set(WORDS) >= BROWSER


def asked(script: Path) -> set[str]:
    return set(re.findall(r"\bwords\.(\w+)", script.read_text(encoding="utf-8")))


@pytest.mark.parametrize("part", PARTS)
def test_what_a_part_asks_for_in_the_browser_it_is_given(part: str) -> None:
    assert asked(CODE / f"{part}.js") <= PARTS[part]


def test_what_the_browser_asks_for_stands_in_the_words() -> None:
    assert set().union(*map(asked, CODE.rglob("*.js"))) <= BROWSER
    assert set(Saying("zh").templates(BROWSER)) == BROWSER


def test_advice_accuses_nobody() -> None:
    for said in (*advice().situations.values(), *advice().handlers.values()):
        assert all(not BLAME.search(one.zh) and not BLAME.search(one.en) for one in said)
