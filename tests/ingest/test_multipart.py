"""Multipart bodies: the forms devices send, and the bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message import Unreadable
from ingest.multipart import BOUNDARY_CHARS_MAX, HEADER_BYTES_MAX, PARTS_MAX, Part, parts

XML = {"content-type": "application/xml"}
TWO = [Part(XML, b"<a/>"), Part({"content-type": "image/jpeg"}, b"\xff\xd8\r\n--x\r\n\xff")]


def joined(
    eol: bytes, *, closing: bytes = b"--boundary--", boundary: bytes = b"--boundary"
) -> bytes:
    lines = [
        boundary, b"Content-Type: application/xml", b"", b"<a/>",
        boundary, b"Content-Type: image/jpeg", b"", b"\xff\xd8\r\n--x\r\n\xff", closing,
    ]  # fmt: skip
    return eol.join(lines)


@pytest.mark.parametrize("eol", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("closing", [b"--boundary--", b"--boundary--\r\nepilogue", b""])
def test_whole_body_in_either_line_end_closed_or_not(eol: bytes, closing: bytes) -> None:
    found = parts(joined(eol, closing=closing))

    assert [part.headers for part in found] == [part.headers for part in TWO]
    assert [part.body.rstrip(b"\r\n") for part in found] == [part.body for part in TWO]


def test_blank_lines_before_the_first_boundary_are_skipped() -> None:
    assert parts(b"\r\n\r\n" + joined(b"\r\n")) == TWO


def test_body_that_begins_inside_a_part() -> None:
    assert parts(joined(b"\r\n").removeprefix(b"--boundary\r\n")) == TWO


@pytest.mark.parametrize("rest", [b"\r\n--boundary--\r\n", b"\n--boundary\n", b"\n--boundary"])
def test_body_that_begins_behind_the_headers_of_a_part(rest: bytes) -> None:
    whole = joined(b"\r\n")
    cut = whole[whole.index(b"<a/>") :]

    assert [part.body for part in parts(cut)] == [part.body for part in TWO]
    assert [part.body for part in parts(b"<a/>" + rest)] == [b"<a/>"]


def test_single_part_with_headers_and_no_boundary() -> None:
    payload = b'Content-Type: application/xml; charset="UTF-8"\nContent-Length: 1\n\n<a>1</a>'

    (part,) = parts(payload)

    assert (part.content_type, part.body) == ("application/xml", b"<a>1</a>")


@pytest.mark.parametrize(
    "head",
    [
        b"POST /push/x HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=boundary\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=boundary\r\n\r\n\r\n",
    ],
)
def test_recorded_http_head_is_skipped(head: bytes) -> None:
    assert parts(head + joined(b"\r\n")) == TWO


def test_content_length_is_not_believed() -> None:
    short = b"--b\r\nContent-Length: 1\r\n\r\n<a>long</a>\r\n"
    body = short + b"--b\r\nContent-Length: 9999\r\n\r\n<b/>\r\n"

    assert [part.body.strip() for part in parts(body)] == [b"<a>long</a>", b"<b/>"]


def test_boundary_right_behind_the_body() -> None:
    body = b"--boundary\nContent-Type: text/xml\n\n<a/>--boundary\nContent-Type: text/xml\n\n<b/>"

    assert [part.body for part in parts(body)] == [b"<a/>", b"<b/>"]


def test_two_closed_bodies_in_a_row() -> None:
    assert parts(joined(b"\r\n") + b"\r\n" + joined(b"\r\n")) == TWO + TWO


def test_names_of_form_fields() -> None:
    quoted, bare, plain = parts(
        b'--b\r\nContent-Disposition: form-data; name="log"; filename="a b.json"\r\n\r\n{}\r\n'
        b"--b\r\nContent-Disposition: form-data; name=pic; filename=p.jpg\r\n\r\nx\r\n"
        b"--b\r\nContent-ID: q.jpg\r\n\r\nx\r\n"
    )

    assert (quoted.name, quoted.filename) == ("log", "a b.json")
    assert (bare.name, bare.filename) == ("pic", "p.jpg")
    assert (plain.name, plain.filename) == (None, "q.jpg")


@pytest.mark.parametrize(
    "payload", [b"", b"<a/>", b'{"a": 1}', b"hello", b"\xff\xd8\xff", b"--", b"Heartbeat\r\n"]
)
def test_anything_else_has_no_parts(payload: bytes) -> None:
    assert parts(payload) == []


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(Unreadable, match="parts"):
        parts(b"--b\r\n\r\nx\r\n" * (PARTS_MAX + 2))


def test_too_long_headers_are_refused() -> None:
    with pytest.raises(Unreadable, match="headers"):
        parts(b"--b\r\n" + b"A-Header: x\r\n" * HEADER_BYTES_MAX + b"\r\nbody")


def test_too_long_boundary_is_none() -> None:
    assert parts(b"--" + b"b" * (BOUNDARY_CHARS_MAX + 1) + b"\r\n\r\nx") == []


@given(st.binary(max_size=400))
def test_no_bytes_break_it_and_nothing_grows(noise: bytes) -> None:
    for payload in (noise, b"--b\r\n" + noise, b"Content-Type: a\r\n" + noise):
        assert sum(len(part.body) for part in parts(payload)) <= len(payload)
