"""What the face gates' cases cannot show one by one: spellings, kept records, pictures."""

import json
from typing import Any

import pytest

from ingest.adapters.facegate.codec import decode
from ingest.adapters.facegate.scenes import SCENES
from ingest.message import Message, Picture, Reading, Unreadable
from schemas.event_types import event_types

INFO = {"facesluiceId": "1299917", "time": "2026-03-02 08:15:07", "customId": "R-1"}


def read(operator: str, topic: str = "", **info: Any) -> list[Reading]:
    body = {"operator": operator, "info": INFO | info}
    return decode(Message(topic, json.dumps(body).encode(), 0))


@pytest.mark.parametrize("operator", SCENES)
def test_every_scene_becomes_an_event_of_the_closed_table(operator: str) -> None:
    (reading,) = read(operator)

    assert reading.type in event_types()
    assert reading.device == "1299917"
    assert not reading.type.startswith(("access.", "door.", "barrier."))


@pytest.mark.parametrize("operator", ["recpush", "RECPUSH", "RecPush", "verifyPush"])
def test_case_of_an_operator_does_not_matter(operator: str) -> None:
    assert read(operator, VerifyStatus=1)[0].type == "access.granted"


@pytest.mark.parametrize(
    ("operator", "marks", "replayed"),
    [("RecPush", {}, False), ("RecPush", {"Sendintime": 1}, False),
     ("RecPush", {"Sendintime": "0"}, True), ("RecPush", {"PushType": 2}, True),
     ("VerifyPush", {"PushType": 2, "ManualPushID": 0}, False),
     ("VerifyPush", {"PushType": 2, "ManualPushID": 5}, True),
     ("StrSnapPush", {"Sendintime": 0}, True), ("SnapPush", {"PushType": 2}, False)],
)  # fmt: skip
def test_kept_records_are_marked(operator: str, marks: dict[str, Any], replayed: bool) -> None:
    assert read(operator, VerifyStatus="1", **marks)[0].replayed is replayed


def test_people_who_are_numbered_zero_are_nobody() -> None:
    (reading,) = read("RecPush", VerifyStatus="3", customId=" ", personId="0", CustomizeID=0)

    assert reading.subject is None


def test_names_and_numbers_of_people_never_leave_the_codec() -> None:
    found = read("RecPush", VerifyStatus="1", personName="Example", persionName="Example",
                 Persistname="Example", idCard="110101190001010017",
                 telnum="13800000017")  # fmt: skip

    assert not any(text in repr(found) for text in ("Example", "1101011", "138000"))


@pytest.mark.parametrize("name", ["pic", "SanpPic", "SnapPic"])
def test_main_picture_of_a_recognised_person_is_a_face(name: str) -> None:
    (reading,) = read("RecPush", VerifyStatus="1", **{name: "data:image/jpeg;base64,/9j/"})

    assert reading.pictures == (Picture(name.lower(), "face", "data:image/jpeg;base64,/9j/"),)


def test_link_to_a_picture_stays_a_link() -> None:
    assert read("SnapPush", Pic="http://192.0.2.1/a.jpg")[0].pictures == ("http://192.0.2.1/a.jpg",)


def test_two_faces_of_one_second_are_told_apart_by_their_place() -> None:
    here, again, there = (
        read("StrSnapPush", targetPosInScene=spot)[0] for spot in ([0, 0, 9, 9], [0, 0, 9, 9], [5])
    )

    assert here.key == again.key != there.key


@pytest.mark.parametrize("operator", ["Nothing", "MoonPush", ""])
def test_operators_nobody_documents_are_refused(operator: str) -> None:
    with pytest.raises(Unreadable, match="operator"):
        read(operator)
