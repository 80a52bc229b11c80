"""The form of a payload, and its first difference from the nearest known one."""

import json

import pytest

from ingest.forms import ALIKE_MIN, Form, KnownForm, difference, form_of, nearest

SWIPE = {"type": "access", "time": 1_772_323_200, "info": {"uid": "04a1", "door": [1, 2]}}
KNOWN = [
    KnownForm("esp", "swipe", form_of(json.dumps(SWIPE).encode())),
    KnownForm("esp", "boot", form_of(b'{"type": "boot", "time": 1, "ip": "x"}')),
    KnownForm("cam", "line", form_of(b"<E><kind>line</kind><at>x</at></E>")),
    KnownForm("door", "line", form_of(b"time=1\tpin=2\tevent=0")),
]


def of(**content: object) -> Form:
    return form_of(json.dumps(content).encode())


def test_json_has_a_path_for_each_name_and_one_for_all_elements() -> None:
    assert list(form_of(json.dumps(SWIPE).encode()).names.items()) == [
        ("type", "text"), ("time", "a number"), ("info", "an object"), ("info.uid", "text"),
        ("info.door", "a list"), ("info.door[]", "a number"),
    ]  # fmt: skip


def test_xml_has_local_names_without_their_spaces() -> None:
    form = form_of(b'<?xml version="1.0"?><a:E xmlns:a="urn:x"><a:id>7</a:id></a:E>')
    assert form == Form("XML", {"E": "an object", "E.id": "text"})


@pytest.mark.parametrize(
    "payload",
    [b"time=1\tpin=2", b"time=1;pin=2", b"time=1&pin=2", b"time=1\r\npin=2\r\n"],
)
def test_pairs_have_names_whatever_parts_them(payload: bytes) -> None:
    assert form_of(payload) == Form("names and values", {"time": "text", "pin": "text"})


def test_a_body_of_parts_has_the_form_of_its_first_readable_one() -> None:
    body = (
        b"--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n"
        b'--b\r\nContent-Type: application/json\r\n\r\n{"a": 1}\r\n--b--\r\n'
    )
    assert form_of(body) == Form("JSON", {"a": "a number"})


@pytest.mark.parametrize(
    ("payload", "written"),
    [
        (b"", "nothing"), (b" \n", "nothing"), (b"ON", "text"), (b"1;2;3;4", "CSV"),
        (b"\xff\xd8\xff\x00", "binary data"), (b'{"a": ', "broken JSON"),
        (b"\xef\xbb\xbf\x1c", "text"), (b"<a><b>", "broken XML"), (b"[" * 100_000, "broken JSON"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "broken XML"),
    ],
)  # fmt: skip
def test_what_has_no_names_is_called_what_it_is(payload: bytes, written: str) -> None:
    assert form_of(payload).written == written


def test_names_that_are_values_are_not_shown() -> None:
    names = of(**{"1100220033": {"a": 1}, "张 三": 1, "x" * 60: 1, "<script>": 1}).names
    assert set(names) == {"‹a value›", "‹a value›.a", "张 三"}


def test_a_form_has_no_end_of_names() -> None:
    assert len(of(**{f"n{number}": 1 for number in range(9999)}).names) <= 2000


def test_a_missing_name_is_told_with_who_is_nearest() -> None:
    found = nearest(of(type="access", info={"uid": "1", "door": [1]}), KNOWN)
    assert found is not None
    assert found.words() == "like esp/swipe but without `time`"


def test_of_missing_names_that_which_most_messages_have_is_told() -> None:
    found = nearest(of(info={"uid": "1", "door": [1]}, more=1), KNOWN)
    assert found is not None
    assert found.difference == "but without `type`"
    first = difference(of(a=1), of(b=1, c=1), [of(b=1, c=1), of(c=1)])
    assert first == "but without `c`"


def test_another_kind_of_value_is_told() -> None:
    found = nearest(of(**SWIPE | {"time": "noon"}), KNOWN)
    assert found is not None
    assert found.words() == "like esp/swipe but `time` is text and not a number"


def test_a_name_more_is_told_when_nothing_is_missing() -> None:
    found = nearest(of(**SWIPE, mask=True), KNOWN)
    assert found is not None
    assert found.difference == "but with `mask`"


def test_the_same_names_leave_the_values() -> None:
    found = nearest(of(**SWIPE), KNOWN)
    assert found is not None
    assert found.difference == "in every name: a value is not understood"
    assert found.share == 1.0


@pytest.mark.parametrize("wrapped", [{"data": SWIPE}, {"data": [SWIPE, SWIPE]}])
def test_what_is_wrapped_is_found_inside(wrapped: dict[str, object]) -> None:
    found = nearest(of(**wrapped), KNOWN)
    assert found is not None
    assert found.words() == "like esp/swipe but everything stands inside `data`"


def test_what_is_like_nothing_is_like_nothing() -> None:
    assert nearest(of(a=1, b=2, c=3), KNOWN) is None
    assert nearest(form_of(b"ON"), KNOWN) is None
    assert nearest(form_of(b"<X><y>1</y></X>"), KNOWN) is None


def test_among_equals_the_adapter_that_refused_it_goes_first() -> None:
    twin = [KnownForm("other", "swipe", KNOWN[0].form), *KNOWN]
    for adapter in ("esp", "other"):
        found = nearest(of(**SWIPE), twin, adapter)
        assert found is not None
        assert found.known.adapter == adapter


def test_two_makes_with_common_words_are_not_alike() -> None:
    one = of(time=1, id=2, type=3, card=4, door=5, way=6, no=7, kind=8)
    other = KnownForm("x", "y", of(time=1, id=2, type=3, plate=1, lane=1, score=1, colour=1))
    assert nearest(one, [other]) is None
    assert ALIKE_MIN > 3 / 12
