"""Reading what devices write: tables of texts and what they mean."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.converters import (
    compact_time,
    epoch_time,
    flag,
    iso_time,
    lenient_json,
    load_json,
    number,
    said,
    share,
    strip_comments,
    text_of,
    whole,
)
from ingest.message import Unreadable
from schemas.base import format_instant, parse_instant

ISO = {
    "2026-03-01T16:00+08:00": "2026-03-01T08:00:00.000Z",
    "2026-03-01T16:00Z": "2026-03-01T16:00:00.000Z",
    "2026-03-01T16:00:00+08:00": "2026-03-01T08:00:00.000Z",
    "2026-03-01T16:00:00+0800": "2026-03-01T08:00:00.000Z",
    "2026-03-01T08:00:00Z": "2026-03-01T08:00:00.000Z",
    "2026-03-01 08:00:00.5Z": "2026-03-01T08:00:00.500Z",
    "2026-03-01T03:30:00-04:30": "2026-03-01T08:00:00.000Z",
    "2026-03-01T08:00:00.123456789Z": "2026-03-01T08:00:00.123Z",
    " 2026-03-01T08:00:00Z\r\n": "2026-03-01T08:00:00.000Z",
    "2026-03-01T13:30:0005:30": "2026-03-01T08:00:00.000Z",  # an offset that lost its plus
}


@pytest.mark.parametrize("text", ISO)
def test_iso_time_with_an_offset_is_an_instant(text: str) -> None:
    found = iso_time(text)

    assert found.instant is not None
    assert format_instant(found.instant) == ISO[text]
    assert found.raw == text


@given(
    date=st.sampled_from(["2026-03-01", "2024-02-29", "2026-02-29", "2026-W10-1", "2999-12-31"]),
    clock=st.sampled_from(["16:00:00", "23:59:59", "24:00:00", "16:00:60", "1६:00:00"]),
    fraction=st.sampled_from(["", ".", ",5", ".5", ".123", ".123456", ".1234567"]),
    zone=st.sampled_from(
        ["Z", "z", "+08:00", "-04:30", "+08:60", "+23:59", "+24:00", "-00:00", "+0800", "+08",
         "+08:00:30", "", "05:30", "Z+08:00"]
    ),
)  # fmt: skip
def test_the_short_way_to_read_a_time_tells_no_other(
    date: str, clock: str, fraction: str, zone: str
) -> None:
    text = f"{date}T{clock}{fraction}{zone}"

    def told(text: str) -> tuple[int | None, datetime | None] | None:
        try:
            found = iso_time(text)
        except Unreadable:
            return None
        return found.instant, found.local

    assert told(text) == told(f"{text} ")  # A blank at its end, and the long way is taken.


def test_iso_time_without_an_offset_is_wall_clock_only() -> None:
    found = iso_time("2026-03-01T16:00:00.25")

    assert found.instant is None
    assert found.local == datetime(2026, 3, 1, 16, 0, 0, 250_000)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-03-01", "01.03.2026 16:00:00", "2026-02-30T00:00:00Z",
             "2026-03-01T25:00:00Z", "2026-03-01T16:00:00+8"],
)  # fmt: skip
def test_other_text_is_no_iso_time(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        iso_time(text, "$.time")

    assert caught.value.path == "$.time"
    assert repr(text) in caught.value.reason


@pytest.mark.parametrize("text", ["20260301160000", "20260301T160000", "20260301160000123"])
def test_compact_time_is_wall_clock(text: str) -> None:
    found = compact_time(text)

    assert found.instant is None
    assert found.local is not None
    assert found.local.isoformat(timespec="seconds") == "2026-03-01T16:00:00"


@pytest.mark.parametrize("text", ["", "2026030116000", "20261301160000", "yesterday"])
def test_other_text_is_no_compact_time(text: str) -> None:
    with pytest.raises(Unreadable, match="time"):
        compact_time(text)


EPOCHS: list[tuple[Any, int, str]] = [
    (1772352000, 1, "2026-03-01T08:00:00.000Z"),
    (1772352000.2504, 1, "2026-03-01T08:00:00.250Z"),
    ("1772352000", 1, "2026-03-01T08:00:00.000Z"),
    (1772352000250, 1000, "2026-03-01T08:00:00.250Z"),
]


@pytest.mark.parametrize(("value", "unit_per_s", "wanted"), EPOCHS)
def test_epoch_time(value: Any, unit_per_s: int, wanted: str) -> None:
    assert epoch_time(value, unit_per_s=unit_per_s).instant == parse_instant(wanted)


@pytest.mark.parametrize(
    "value", [None, "", "soon", [], 0, 12.5, -1, 1772352000250, float("nan"), 1e308, 10**400, True]
)
def test_other_value_is_no_epoch_time(value: Any) -> None:
    with pytest.raises(Unreadable, match="time"):
        epoch_time(value)


VALUES: list[tuple[Callable[[Any], Any], Any, Any]] = [
    (whole, 7, 7), (whole, " 7 ", 7), (whole, "-7", -7), (whole, 7.0, 7), (whole, 7.5, None),
    (whole, "7.0", None), (whole, True, None), (whole, None, None), (whole, "1_000", None),
    (whole, "９", None), (whole, 2**63, None), (whole, "9" * 5000, None), (whole, 1e300, None),
    (number, 7, 7.0), (number, "7.5", 7.5), (number, "-1e3", -1000.0), (number, "nan", None),
    (number, float("inf"), None), (number, "1e999", None), (number, "1_0", None),
    (number, "", None), (number, None, None), (number, True, None), (number, "1.2.3", None),
    (share, 0.5, 0.5), (share, "1", 1.0), (share, 1.1, None), (share, -0.1, None),
    (share, None, None), (share, float("nan"), None),
    (said, " a ", "a"), (said, 0, "0"), (said, "", None), (said, "  ", None), (said, None, None),
    (said, "Unknown", None), (said, "NULL", None), (said, "--", None), (said, [], None),
    (said, {"a": 1}, None), (said, "unknown card", "unknown card"),
    (flag, True, True), (flag, "TRUE", True), (flag, 1, True), (flag, "1", True),
    (flag, False, False), (flag, "false", False), (flag, 0, False), (flag, "yes", None),
    (flag, None, None), (flag, 2, None),
]  # fmt: skip


@pytest.mark.parametrize(("convert", "value", "wanted"), VALUES)
def test_value_is_converted(convert: Callable[[Any], Any], value: Any, wanted: Any) -> None:
    found = convert(value)

    assert (found, type(found)) == (wanted, type(wanted))


def test_share_of_a_hundred() -> None:
    assert share("88", 100.0) == 0.88


TEXTS = {
    "ünd".encode(): "ünd",
    b"\xef\xbb\xbf{}": "{}",
    "柳苑".encode("gb18030"): "柳苑",
    b"": "",
}


@pytest.mark.parametrize("payload", TEXTS)
def test_text_is_utf_8_or_gb18030(payload: bytes) -> None:
    assert text_of(payload) == TEXTS[payload]


def test_bytes_that_are_no_text_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="neither UTF-8 nor GB18030"):
        text_of(b"\xff\xff\xff\xff")


LENIENT = {
    b'{"a": 1}': {"a": 1},
    b'{"a": 1,\n }': {"a": 1},
    b'{"a": [1, 2, ], }': {"a": [1, 2]},
    b'{"a": 1, // one\n "b": 2 // two\n}': {"a": 1, "b": 2},
    b'{"a": 1, // last\n}': {"a": 1},
    b'{"a": "http://x/,]", "b": ",}",}': {"a": "http://x/,]", "b": ",}"},
    b'{"a": "say \\"hi\\" // no", }': {"a": 'say "hi" // no'},
    b'\xef\xbb\xbf{"a": 1}': {"a": 1},
    b'{"a": 1, /*req, "b": 2*/ "c": "/* no */"}': {"a": 1, "c": "/* no */"},
    b'{"a": "1"\n "b": [2]\r\n  "c": {"d": true}\n"e": 5}': {
        "a": "1", "b": [2], "c": {"d": True}, "e": 5,
    },
}  # fmt: skip


@pytest.mark.parametrize("payload", LENIENT)
def test_lenient_json_reads_what_has_one_meaning_only(payload: bytes) -> None:
    assert lenient_json(payload) == LENIENT[payload]


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a": 1',
        b"{'a': 1}",
        b'{"a" 1}',
        b'{"a": 1,,}',
        b"[,]",
        b'{"a": 1 "b": 2}',
        b'["a"\n"b"]',
        b'{"a"\n"b": 1}',
    ],
)
def test_lenient_json_guesses_nothing(payload: bytes) -> None:
    with pytest.raises(Unreadable, match="is not JSON at line"):
        lenient_json(payload)


@pytest.mark.parametrize("read", [load_json, lenient_json])
def test_empty_payload_is_called_empty(read: Callable[[bytes], Any]) -> None:
    with pytest.raises(Unreadable, match="is empty"):
        read(b" \n")


@pytest.mark.timeout(20)
def test_json_that_is_hard_to_read_costs_no_more_than_its_length() -> None:
    """Escaped quotes without an end would make a careless pattern try every pair of them."""
    payload = b'{"a": ' + b'"' + b'\\"' * 100_000

    with pytest.raises(Unreadable):
        lenient_json(payload)


TRICKY = st.text(alphabet='ab"\\/,{}[] ', max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TRICKY, inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_comments_change_no_value(value: Any) -> None:
    printed = json.dumps(value, indent=1).replace("\n", ' // say "why", {so}\n')

    assert lenient_json(printed.encode()) == value
    assert json.loads(strip_comments(printed)) == value


@given(JSON)
def test_block_comments_change_no_value(value: Any) -> None:
    printed = json.dumps(value, indent=1).replace("\n", ' /* say "why", {so} * // */\n')

    assert lenient_json(printed.encode()) == value


@pytest.mark.parametrize("unit", [b'"', b",", b"/", b"\n", b'"a": 1 // x\n', b"a" * 50])
def test_what_would_take_long_to_mend_is_refused(unit: bytes) -> None:
    body = b'{"a": ' + unit * (900_000 // len(unit))
    with pytest.raises(Unreadable, match="too long to mend"):
        lenient_json(body)


def test_a_byte_order_mark_costs_no_mending() -> None:
    body = json.dumps({"picture": "QUJD/" * 200_000}).encode()
    assert lenient_json(b"\xef\xbb\xbf" + body) == json.loads(body)
