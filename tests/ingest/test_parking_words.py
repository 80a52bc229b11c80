"""Plates, colours and links as parking cameras write them."""

from typing import Any

import pytest

from ingest.adapters._parking.words import colour, links, plate_text, rated
from ingest.message import Unreadable


@pytest.mark.parametrize("text", ["浙FD70815", "KX41 TRP", "kx41trp", "粤Z9065澳", "无锡A1"])
def test_plate_is_kept_as_written(text: str) -> None:
    assert plate_text(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    ["_无_", "无", "无牌车", "无车牌", "null", "None", "-", "--", "", " ", "_NONE_", None, [], {}],
)  # fmt: skip
def test_no_plate(text: Any) -> None:
    assert plate_text(text) is None


def test_a_plate_far_too_long() -> None:
    with pytest.raises(Unreadable, match="65 characters"):
        plate_text("A" * 65)


def test_a_link_far_too_long_is_left_out() -> None:
    assert links(["http://" + "a" * 3000, "b.jpg"], "浙FD70815") == ("b.jpg",)


@pytest.mark.parametrize(
    ("text", "word"),
    [("蓝色", "blue"), ("黄绿", "yellow-green"), ("White", "white"), ("未知", None), ("-", None),
     ("", None), ("天青色", "天青色")],
)  # fmt: skip
def test_colour(text: str, word: str | None) -> None:
    assert colour(text) == word


@pytest.mark.parametrize(("value", "share"), [(97, 0.97), ("28", 0.28), (0, None), (101, None)])
def test_rating(value: Any, share: float | None) -> None:
    assert rated(value) == share


def test_links_that_spell_the_plate_are_left_out() -> None:
    paths = [
        "/a/081001_浙F·D70815_.jpg", "/a/%E6%B5%99FD70815.jpg", "/a/081001.jpg", None, "",
        "/a/081001.jpg",
    ]  # fmt: skip

    assert links(paths, "浙FD70815") == ("/a/081001.jpg",)
    assert links(paths[:1], None) == (paths[0],)
