"""Patterns that people write: what they mean, and that none of them can be made slow."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.safe_pattern import (
    LOOKED_AT_MAX,
    pattern_fault,
    plain_text,
    wildcard_fault,
    wildcard_pattern,
)


@pytest.mark.parametrize(
    "good",
    ["^a.c$", "[a-z]+-[0-9]{2,4}", "(ab|cd)?e", r"\(x\)", "a*b*c*", "[(+]+", "(ab)c+", "x{3}"],
)
def test_what_sigma_knows_may_be_written(good: str) -> None:
    assert pattern_fault(good) is None


@pytest.mark.parametrize(
    "bad",
    [
        "(a+)+$",
        "(a|b)*",
        "((a+)b)*",
        "(a?){9}",
        "(?=a)",
        r"(a)\1",
        "a*b*c*d*",
        "(",
        "a**",
        "([a-z]+)*",
    ],
)
def test_what_could_be_slow_or_is_unknown_is_refused(bad: str) -> None:
    assert pattern_fault(bad) is not None


pieces = st.sampled_from(["a", "b", ".", "[ab]", "(", ")", "|", "*", "+", "?", "{2,}", "^", "$"])


@settings(max_examples=300)
@given(st.lists(pieces, max_size=10).map("".join))
def test_no_accepted_pattern_is_slow(pattern: str) -> None:
    if pattern_fault(pattern) is not None:
        return
    found, began = re.compile(pattern), time.process_time()
    for text in ("a" * LOOKED_AT_MAX, "a" * (LOOKED_AT_MAX - 1) + "c", "ab" * (LOOKED_AT_MAX // 2)):
        found.search(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "pattern", "plain"),
    [
        ("gate", None, "gate"),
        ("gate*", "gate.*", "gate*"),
        ("g?te", "g.te", "g?te"),
        (r"g\*", None, "g*"),
        (r"a\\*", r"a\\.*", "a\\*"),
        (r"a\b", None, r"a\b"),
    ],
)
def test_wildcards(text: str, pattern: str | None, plain: str) -> None:
    assert wildcard_pattern(text) == pattern
    assert plain_text(text) == plain


def test_too_many_wildcards_are_refused() -> None:
    assert wildcard_fault("a*b*c*") is None
    assert wildcard_fault("a*b*c*d*") is not None
