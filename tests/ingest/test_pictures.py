"""Pictures taken out of messages: what counts as one, and what is left behind and why."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.catalogue import Adapter, AdapterSpec, Catalogue
from ingest.mapping import Mapped, Mapper
from ingest.message import Message, Picture, PictureKind, Reading, Rejected
from ingest.pictures import (
    PICTURE_BYTES_MAX,
    TakenPicture,
    holds_only_pictures,
    is_carried,
    named_or_carried,
    take,
)
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.pictures import content_type, linked_name, picture_link
from schemas.site import Site
from tests.ingest.images import (
    JFIF,
    JPEG_END,
    SCAN,
    base64_of,
    bmp,
    gif,
    jpeg,
    link_to,
    png,
    webp,
)

AT = parse_instant("2026-03-01T23:59:00Z")
FORMS = {"jpg": jpeg(), "png": png(), "gif": gif(), "webp": webp(), "bmp": bmp()}


def taken(content: bytes | str, kind: PictureKind = "scene", **more: Any) -> Any:
    return take(Picture("p", kind, content), "lakeside", "2026-03-01", close_ups=False, **more)


@pytest.mark.parametrize("ending", FORMS)
def test_a_picture_is_named_by_its_bytes_and_its_form(ending: str) -> None:
    found = taken(FORMS[ending])

    assert isinstance(found, TakenPicture)
    assert found.content == FORMS[ending]
    assert found.name.endswith(f".{ending}")
    assert len(found.name.partition(".")[0]) == 64
    assert linked_name(found.link) == found.name
    assert content_type(found.name).startswith("image/")


@pytest.mark.parametrize("ending", FORMS)
def test_a_picture_that_was_cut_off_is_none(ending: str) -> None:
    assert taken(FORMS[ending][:-1]) == "truncated"


@pytest.mark.parametrize("ending", ["jpg", "png", "gif"])
def test_padding_behind_the_end_is_no_cut(ending: str) -> None:
    assert isinstance(taken(FORMS[ending] + b"\0\r\n\0"), TakenPicture)


def test_the_end_of_a_preview_is_not_the_end_of_the_picture() -> None:
    preview = b"\xff\xe1" + (2 + len(jpeg())).to_bytes(2, "big") + jpeg()
    head = b"\xff\xd8" + JFIF + preview

    assert taken(head + SCAN + b"\x01\x02") == "truncated"
    assert isinstance(taken(head + b"\xff" + SCAN + b"\x01" + JPEG_END), TakenPicture)


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"GIF8", b"BM123,456,shed", b"\xff\xd8", b"RIFF\0\0\0\0WAVE", b"<svg></svg>"],
)
def test_what_begins_like_no_picture_is_none(content: bytes) -> None:
    assert taken(content) == "not_an_image"


def test_an_empty_one_and_a_huge_one_are_not_taken() -> None:
    huge = jpeg(bytes(PICTURE_BYTES_MAX))

    assert taken(b"") == "empty"
    assert taken("") == "empty"
    assert taken(huge) == "too_large"
    assert taken(base64_of(huge)) == "too_large"
    assert isinstance(taken(jpeg(bytes(PICTURE_BYTES_MAX - len(jpeg())))), TakenPicture)


def spellings(content: bytes) -> dict[str, str]:
    """The ways base64 comes in JSON and forms."""
    plain = base64_of(content)
    return {
        "plain": plain,
        "a data URI": f"data:image/jpeg;base64,{plain}",
        "a data URI in capitals": f"DATA:image/jpg;BASE64,{plain}",
        "without its padding": plain.rstrip("="),
        "in lines": "\r\n".join(plain[i : i + 12] for i in range(0, len(plain), 12)),
        "in the URL alphabet": base64.urlsafe_b64encode(content).decode(),
        "through a form": plain.replace("+", " "),
        "with blanks around": f" {plain}\n",
    }


@pytest.mark.parametrize("way", spellings(b""))
def test_base64_is_read_however_it_is_spelt(way: str) -> None:
    content = jpeg(b"\xfb\xef\xbe\xff\xfe")  # Its base64 has both letters that alphabets differ in.
    text = spellings(content)[way]

    assert {"+", "/"} <= set(base64_of(content))
    assert taken(text).content == content


@pytest.mark.parametrize(
    "text", ["data:image/svg+xml,<svg/>", "no base64!", "/9j/4AA%", "/9j/照", base64_of(b"x")[:1]]
)
def test_text_that_is_no_base64_is_no_picture(text: str) -> None:
    assert taken(text) == "not_base64"


@pytest.mark.parametrize("kind", ["face", "person"])
def test_a_close_up_is_left_behind_before_it_is_even_decoded(kind: PictureKind) -> None:
    assert taken("no base64!", kind) == "close_up"
    picture = Picture("p", kind, jpeg())
    assert isinstance(take(picture, "lakeside", "2026-03-01", close_ups=True), TakenPicture)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)), st.sampled_from(sorted(FORMS)))
def test_no_content_makes_it_raise(content: bytes | str, ending: str) -> None:
    taken(content)
    if isinstance(content, bytes):
        taken(FORMS[ending][:6] + content)


def test_a_header_without_end_is_not_walked_for_ever() -> None:
    segment = b"\xff\xe0\x00\x02"

    assert isinstance(taken(b"\xff\xd8" + segment * 900 + SCAN + JPEG_END), TakenPicture)
    assert taken(b"\xff\xd8" + segment * 1_000_000 + SCAN + JPEG_END) == "truncated"


# Fields that hold a picture or its address


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        (base64_of(jpeg()), True),
        (f"data:image/png;base64,{base64_of(png())}", True),
        ("A" * 600, True),
        ("http://cam/1.jpg", False),
        ("https://cam/1.jpg?sign=" + "A" * 600, False),
        ("/var/tmp/scene7.jpg", False),
        ("", False),
    ],
)
def test_a_picture_is_told_from_its_address(text: str, carried: bool) -> None:
    assert is_carried(text) is carried
    found = named_or_carried(text, "p", "plate")
    assert found == ((Picture("p", "plate", text),) if carried else (text,) if text else ())


# In the mapping


def site(**estate: Any) -> Site:
    names = {"zh": "湖畔", "en": "Lakeside"}
    places = [{"id": "gate", "kind": "gate", "name": names}]
    device = {"id": "cam", "adapter": "fake", "topics": ["t/#"], "place": "gate"}
    whole = {"id": "lakeside", "name": names, "places": places, "devices": [device]}
    return Site.model_validate({"estates": [whole | estate]})


def mapped(*pictures: str | Picture, retained: bool = False, **estate: Any) -> Mapped:
    reading = Reading("plate.read", subject="TEST123", pictures=pictures)
    spec = AdapterSpec(
        name="fake", title="Fake", make="none", evidence="C", topics=("t/#",), topic_decides=True
    )
    adapter = Adapter(spec, lambda message: [reading, replace(reading, sequence=2)], Path())
    mapper = Mapper(Catalogue({"fake": adapter}), Registry(site(**estate)))
    found = mapper.map(Message("t/x", b"", AT, retained))
    assert not isinstance(found, Rejected)
    return found


def test_events_link_the_pictures_that_are_to_be_stored() -> None:
    found = mapped("http://cam/1.jpg", Picture("n.jpg", "scene", jpeg()))

    assert {p.content for p in found.pictures} == {jpeg()}
    assert {(p.estate, p.day) for p in found.pictures} == {("lakeside", "2026-03-01")}
    links = ("http://cam/1.jpg", found.pictures[0].link)
    assert [event.data.pictures for event in found.events] == [links, links]


def test_a_device_cannot_link_what_we_keep() -> None:
    found = mapped(link_to(jpeg()), "/a/1.jpg")

    assert found.events[0].data.pictures == ("/a/1.jpg",)


def test_the_same_picture_twice_is_one_link() -> None:
    found = mapped(Picture("a", "scene", jpeg()), Picture("b", "vehicle", base64_of(jpeg())))

    assert len(found.events[0].data.pictures) == 1


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (Picture("a", "scene", jpeg()[:-1]), "truncated"),
        (Picture("a", "scene", "(no picture)"), "not_base64"),
        (Picture("a", "face", jpeg()), "close_up"),
        (Picture("a", "person", jpeg()), "close_up"),
    ],
)
def test_an_event_stays_without_its_picture(picture: Picture, why: str) -> None:
    found = mapped(picture)

    assert [event.type for event in found.events] == ["plate.read"] * 2
    assert [event.data.pictures for event in found.events] == [(), ()]
    assert (found.pictures, found.missed) == ([], [why, why])
    assert picture.name not in found.events[0].to_json().decode().split('"')


def test_close_ups_are_kept_where_the_estate_says_so() -> None:
    picture = Picture("a", "face", jpeg())

    assert mapped(picture).pictures == []
    assert [p.content for p in mapped(picture, keep_close_ups=True).pictures] == [jpeg()] * 2


def test_what_the_broker_kept_is_not_taken_again() -> None:
    found = mapped("http://cam/1.jpg", Picture("a", "scene", jpeg()), retained=True)

    assert (found.pictures, found.missed) == ([], ["retained"] * 2)
    assert [event.data.pictures for event in found.events] == [("http://cam/1.jpg",)] * 2


def test_a_picture_changes_no_id() -> None:
    ids = [
        [event.id for event in found.events]
        for found in (mapped(), mapped("x.jpg"), mapped(Picture("a", "scene", jpeg())))
    ]

    assert ids[0] == ids[1] == ids[2]


# Pictures that come alone


def parts_of(*bodies: bytes, kind: str = "image/jpeg") -> bytes:
    head = f"--b7\r\nContent-Type: {kind}\r\n\r\n".encode()
    return b"".join(head + body + b"\r\n" for body in bodies) + b"--b7--\r\n"


@pytest.mark.parametrize(
    "payload",
    [jpeg(), jpeg()[:-1], png(), parts_of(jpeg()), parts_of(jpeg(), b"(cut", png())],
)
def test_a_picture_that_came_alone_is_understood_and_tells_nothing(payload: bytes) -> None:
    found = Mapper(Catalogue({}), Registry()).map(Message("devices/cam/esp", payload, AT))

    assert found == Mapped(missed=["without_event"])


@pytest.mark.parametrize(
    "payload",
    [b"", b"BM1,2", b"{}", parts_of(b"{}", kind="text/plain"), b"--b7\r\n" * 2000,
     parts_of(jpeg())[:-8] + b"\r\n" + parts_of(b'{"a":1}', kind="application/json")],
)  # fmt: skip
def test_what_says_more_or_less_than_a_picture_is_no_picture_alone(payload: bytes) -> None:
    assert not holds_only_pictures(payload)


@pytest.mark.parametrize(
    "link",
    ["picture:../../etc/passwd", "picture:" + "a" * 64, "picture:" + "A" * 64 + ".jpg",
     "http://x/" + "a" * 64 + ".jpg", "a" * 64 + ".jpg", picture_link("a" * 64 + ".svg")],
)  # fmt: skip
def test_only_a_name_of_ours_is_looked_for(link: str) -> None:
    assert linked_name(link) is None
