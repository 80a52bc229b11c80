"""Text that means JSON: what is mended, what is left out, what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.loose import DEPTH_MAX, DOCUMENTS_MAX, documents, value_at
from ingest.message import Unreadable

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=8), JSON_VALUES, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, // one\n "b": 2 /* two */}', {"a": 1, "b": 2}),
        ('{"a": "http://x//y"  // address\n}', {"a": "http://x//y"}),
        ('{"a": {"b": 1}\n "c": 2}', {"a": {"b": 1}, "c": 2}),
        ('{"a": [1, 2,], "b": 3,}', {"a": [1, 2], "b": 3}),
        ("{'a': None, 'b': True, 'c': [1.5, -2]}", {"a": None, "b": True, "c": [1.5, -2]}),
        ("{'it\\'s': 'x\\u00e9'}", {"it's": "xé"}),
    ],
)
def test_known_faults_are_mended(text: str, value: Any) -> None:
    assert documents(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": {"c": [1, 2', {"a": 1, "b": {"c": [1]}}),
        ('{"a": "whole", "b": "cut o', {"a": "whole"}),
        ('{"a": 1, "cut key', {"a": 1}),
        ('{"a": 1, "b":', {"a": 1}),
        ('{"a": true, "b": fal', None),
    ],
)
def test_what_was_cut_off_is_left_out(text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(Unreadable):
            documents(text)
    else:
        assert documents(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        '{"a" 1}',
        '{"a": 1]',
        "{1: 2}",
        '{"a"}',
        '{"a": b}',
        '{"a": 1 "b" 2}',
        "{'a' '\n'}",
    ],
)
def test_other_faults_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        documents(text)


@pytest.mark.parametrize("text", [r'{"a": "\ud83d\ude00"}', r"x {'a': '\U0001f600'}"])
def test_pairs_of_escapes_are_one_character(text: str) -> None:
    assert documents(text) == [{"a": "\U0001f600"}]


@pytest.mark.parametrize("text", [r'{"a": "\ud83d"}', r"{'a': '\ude00'}", r"{'a': '\UFFFFFFFF'}"])
def test_half_a_character_is_replaced_so_that_it_can_be_written(text: str) -> None:
    (found,) = documents(text)

    assert found["a"].encode() == "\ufffd".encode()


def test_log_lines_around_objects_are_passed_over() -> None:
    text = "10:00 DEBUG [mod.x] got: {'a': 1}\n10:01 DEBUG [mod.x] got: {'a': 2} end"

    assert documents(text) == [{"a": 1}, {"a": 2}]


def test_depth_is_bounded_for_mended_text() -> None:
    deep = "{'a': " * (DEPTH_MAX + 1)

    with pytest.raises(Unreadable, match="character"):
        documents(deep)


def test_number_of_documents_is_bounded() -> None:
    with pytest.raises(Unreadable, match="documents"):
        documents("{} " * (DOCUMENTS_MAX + 1))


def test_nesting_that_breaks_a_parser_is_refused() -> None:
    with pytest.raises(Unreadable):
        documents('{"a":' * 100_000)


def test_value_tells_where_it_ends_and_whether_it_is_whole() -> None:
    whole, cut = value_at('x={"a": 1}; rest', 2), value_at('x={"a": 1, ', 2)

    assert (whole.end, whole.whole) == (10, True)
    assert (cut.value, cut.whole) == ({"a": 1}, False)


@given(OBJECTS)
def test_json_and_python_dicts_come_back_as_they_were(value: dict[str, Any]) -> None:
    assert documents(json.dumps(value)) == [value]
    assert documents("log " + json.dumps(value, ensure_ascii=False)) == [value]
    assert documents("log " + repr(value)) == [value]


@given(OBJECTS, st.integers(0, 200))
def test_a_cut_text_never_says_more_than_the_whole(value: dict[str, Any], cut: int) -> None:
    text = json.dumps(value)[:cut]
    try:
        found = documents(text)
    except Unreadable:
        return

    assert all(is_part(part, value) for part in found)


def is_part(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and is_part(inner, whole[key]) for key, inner in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(map(is_part, part, whole))
    return bool(part == whole)


@pytest.mark.parametrize("unit", ["1, ", "'x', ", "[1], "])
def test_what_would_take_long_to_mend_is_refused(unit: str) -> None:
    with pytest.raises(Unreadable, match="too long to mend"):
        documents("{'a': [" + unit * 20_000)


def test_many_small_ones_share_one_bound() -> None:
    with pytest.raises(Unreadable, match="too long to mend"):
        documents("{'a': [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}\n" * 900)
