"""Every word of these pages stands in both languages, is used, and accuses nobody."""

import re
from pathlib import Path
from string import Formatter

import pytest

import console.privacy
from console.privacy.rendering import texts
from schemas.base import Words
from tests.console.test_words import BLAME

CODE = Path(console.privacy.__file__).parent
FAMILIES = (
    "nav_", "act_", "kind_", "consent_", "identity_", "refusal_", "request_", "entry_", "basis_",
    "looks_for_", "severity_", "state_", "kept_", "feed_", "entries_note_", "audit_group_",
    "watch_change_", "role_",
)  # fmt: skip
"""Beginnings of words that are said by a state or a kind."""


def all_words() -> list[tuple[str, Words]]:
    return list(texts()._words.items())


@pytest.mark.parametrize(("key", "words"), all_words())
def test_both_languages_take_the_same_values(key: str, words: Words) -> None:
    assert words.zh.strip(), key
    assert words.en.strip(), key
    taken = [{name for _, name, _, _ in Formatter().parse(text) if name}
             for text in (words.zh, words.en)]  # fmt: skip
    assert taken[0] == taken[1], key
    assert not BLAME.search(words.en.replace("law", "")), key
    assert key.startswith(("basis_", "bases")) or not BLAME.search(words.zh), key


def test_every_word_is_used() -> None:
    files = [*CODE.rglob("*.py"), *CODE.rglob("*.html"), *(CODE.parent / "watch").glob("*.py"),
             *(CODE.parent / "audit").glob("*.py")]  # fmt: skip
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    said = set(re.findall(r"""['"](\w+)['"]""", text))
    left = {key for key, _ in all_words() if key not in said and not key.startswith(FAMILIES)}
    assert left == set()
