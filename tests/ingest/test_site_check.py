"""What the site must answer for because of its adapters: faces."""

import pytest

from ingest.site_check import FACES_MAX, face_warnings, faces_enrolled, is_face_device
from schemas.site import DeviceSite, EstateSite, Site


def device(name: str, **more: object) -> DeviceSite:
    told = {"id": name, "adapter": "gate", "place": "p", **more}
    return DeviceSite.model_validate(told)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, True),
        ({"recognises_faces": False}, False),
        ({"recognises_faces": True}, True),
        ({"adapter": "reader"}, False),
        ({"adapter": "reader", "recognises_faces": True}, True),
    ],
)
def test_a_device_is_believed_before_its_family(more: dict[str, object], wanted: bool) -> None:
    assert is_face_device(device("d", **more), frozenset({"gate"})) is wanted


def test_faces_are_counted_by_estate() -> None:
    estate = EstateSite.model_validate({
        "id": "e", "name": {"zh": "e", "en": "e"},
        "devices": [device("a", face={"faces_enrolled": 3}), device("b", face={}), device("c"),
                    device("d", face={"faces_enrolled": 4})],
    })  # fmt: skip

    assert faces_enrolled(Site(estates=(estate,))) == {"e": 7}


@pytest.mark.parametrize(
    ("enrolled", "warned"),
    [
        ({"a": FACES_MAX * 8 // 10 - 1}, []),
        ({"a": FACES_MAX * 8 // 10}, ["estate a: 80000 faces enrolled; from 100000 on"]),
        ({"a": FACES_MAX}, ["estate a: 100000 faces enrolled; 100000 and more must be reported"]),
        ({"a": 50_000, "b": 40_000}, ["all estates together: 90000 faces enrolled; from"]),
        ({}, []),
    ],
)
def test_it_is_said_before_there_are_too_many(enrolled: dict[str, int], warned: list[str]) -> None:
    told = list(face_warnings(enrolled))

    assert len(told) == len(warned)
    assert all(line.startswith(start) for line, start in zip(told, warned, strict=True))
