"""XML as dictionaries: the shapes, the tolerance, the bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message import Unreadable
from ingest.xml_tree import BYTES_MAX, DEPTH_MAX, ELEMENTS_MAX, read_xml

TREE = ("a", {"b": "1", "c": {"d": ["x", "y"]}, "e": ""})
BARE = "<a><b> 1 </b><c><d>x</d><d>y</d></c><e/></a>"


@pytest.mark.parametrize(
    "text",
    [
        BARE,
        '<?xml version="1.0" encoding="UTF-8"?>\n' + BARE,
        BARE.replace("<a>", '<a xmlns="urn:psialliance-org" version="1.0">'),
        BARE.replace("<", "<ns1:").replace("<ns1:/", "</ns1:"),
        BARE.replace("<", "<n:").replace("<n:/", "</n:").replace("<n:a>", '<n:a xmlns:n="urn:x">'),
        "﻿\r\n" + BARE,
    ],
    ids=[
        "bare",
        "declared",
        "namespace",
        "prefix undeclared",
        "prefix declared",
        "byte order mark",
    ],
)
def test_one_document_in_all_its_dresses(text: str) -> None:
    assert read_xml(text.encode()) == TREE


def test_three_of_a_name_are_a_list_of_three() -> None:
    assert read_xml(b"<a><b>1</b><b>2</b><b><c>3</c></b></a>")[1] == {"b": ["1", "2", {"c": "3"}]}


@pytest.mark.parametrize("declared", ["GB2312", "UTF-8", "nonsense"])
def test_chinese_text_whatever_the_declaration_says(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><a><b>东门</b></a>'

    assert read_xml(text.encode("gb18030")) == read_xml(text.encode()) == ("a", {"b": "东门"})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"<a><b>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"", "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DTD"),
        (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>', "DTD"),
        (b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1), "nested"),
        (b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>", "too many"),
        (b"<a>" + b" " * BYTES_MAX + b"</a>", "more than"),
    ],
)
def test_what_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_xml(text)


def test_depth_just_inside_the_bound_is_read() -> None:
    assert read_xml(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX)[0] == "a"


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    for payload in (noise, b"<a>" + noise + b"</a>"):
        try:
            root, content = read_xml(payload)
        except Unreadable:
            continue
        assert root
        assert isinstance(content, dict)
