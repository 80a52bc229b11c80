import json
from typing import Any

import pytest

from ingest.pseudonyms import protect, sighting
from schemas.events import Event, decode_line, event_id, make_event
from schemas.sealing import Keys, person_context, subject_context

KEYS = Keys(bytes(range(32)))
AT = 1_772_000_000_000


def make(word: str, subject: str | None, **data: Any) -> Event:
    common = {"device": "gate-1", "place": "north-gate", "received_at": AT}
    return make_event(
        word, id=event_id("lakeside", "gate-1", word, AT, subject), source="/lakeside/gate-1",
        subject=subject, time=AT, data=common | data,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "subject", "data"),
    [
        ("access.granted", "0012345678", {"person": "Wang Xiaoming"}),
        ("access.duress", "0012345678", {}),
        ("face.recognized", "employee-7", {}),
        ("plate.read", "鄂F·A1B28", {}),
        ("vehicle.entered", "鄂FA1B28", {"plate_colour": "blue"}),
        ("object.seen", "resident-9", {"object": "person"}),
    ],
)
def test_nothing_clear_leaves(word: str, subject: str, data: dict[str, Any]) -> None:
    clear = make(word, subject, **data)

    text = protect(clear, KEYS, AT).to_json().decode()

    for secret in (subject, subject.replace("·", ""), data.get("person"), clear.id):
        assert secret is None or secret not in text


def test_who_holds_the_key_reads_it_again() -> None:
    event = protect(make("access.granted", "0012345678", person="Wang"), KEYS, AT)
    keys, sealed = KEYS.estate("lakeside"), event.data.sealed or {}

    assert keys.unseal(sealed["subject"], subject_context(event.id)) == "0012345678"
    assert keys.unseal(sealed["person"], person_context(event.id)) == "Wang"


def test_a_plate_becomes_references_and_the_subject_is_one_of_them() -> None:
    event = protect(make("plate.read", "鄂F·A1B28"), KEYS, AT)
    plate = KEYS.estate("lakeside").plate("鄂FA1B28")

    assert event.subject == plate.ref
    assert getattr(event.data, "plate", None) == plate


def test_a_plate_of_dashes_is_no_plate() -> None:
    event = protect(make("plate.read", "--"), KEYS, AT)

    assert event.subject is None
    assert event.data.sealed is None


def test_an_event_about_nobody_keeps_its_id() -> None:
    clear = make("door.opened", None)

    assert protect(clear, KEYS, AT) == clear


def test_protecting_twice_gives_the_same_bytes() -> None:
    clear = make("access.granted", "0012345678", person="Wang")

    assert protect(clear, KEYS, AT).to_json() == protect(clear, KEYS, AT).to_json()


def test_time_and_further_fields_are_set() -> None:
    event = protect(
        make("door.opened", None), KEYS, AT - 5, {"gateway": "gw", "time_from": "device"}
    )

    assert (event.time, event.data.gateway, event.data.time_from) == (AT - 5, "gw", "device")


def test_pictures_are_named_and_never_carried() -> None:
    carried = "data:image/jpeg;base64," + "A" * 64
    event = protect(make("face.seen", None, pictures=("http://cam/1.jpg", carried)), KEYS, AT)

    assert event.data.pictures == ("http://cam/1.jpg",)


def test_what_leaves_is_still_an_event() -> None:
    event = protect(make("vehicle.exited", "鄂FA1B28"), KEYS, AT, {"gateway": "gw"})

    assert decode_line(event.to_json()) == event


def test_a_sighting_has_the_citys_references_and_nothing_clear() -> None:
    clear = make("plate.read", "鄂F·A1B28")
    seen = sighting(clear, KEYS, AT)

    assert seen is not None
    (content,) = json.loads(seen.value)
    assert seen.key == content["plate"]["skeleton"] == KEYS.city.plate("鄂FA1B28").skeleton
    assert content["id"] == protect(clear, KEYS, AT).id
    assert "A1B28" not in seen.value.decode()


@pytest.mark.parametrize(("word", "subject"), [("plate.read", None), ("access.granted", "7")])
def test_without_a_plate_there_is_no_sighting(word: str, subject: str | None) -> None:
    assert sighting(make(word, subject), KEYS, AT) is None
