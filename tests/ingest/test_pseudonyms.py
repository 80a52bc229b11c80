from typing import Any

import pytest

from ingest.pseudonyms import protect, sighting
from schemas.base import Words
from schemas.events import Event, decode_line, event_id, make_event
from schemas.place import EstateConfig, Place, Position
from schemas.sealing import Keys, person_context, subject_context
from schemas.sightings import Sighting, decode_sightings, encode_sightings

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


LAKESIDE = EstateConfig(
    estate="lakeside",
    name=Words(zh="翠湖苑", en="Lakeside"),
    timezone="Asia/Urumqi",
    position=Position(lat=30.5, lon=112.25),
    places=(Place(id="north-gate", kind="gate", name=Words(zh="北门", en="North Gate")),),
)


def seen(clear: Event, config: EstateConfig | None = LAKESIDE) -> Sighting | None:
    return sighting(clear, protect(clear, KEYS, AT), KEYS, config)


def test_a_sighting_has_the_citys_references_and_nothing_clear() -> None:
    clear = make("plate.read", "鄂F·A1B28")
    found = seen(clear)

    assert found is not None
    city, text = KEYS.city.plate("鄂FA1B28"), found.model_dump_json()
    assert (found.plate.ref, found.plate.skeleton) == (city.ref, city.skeleton)
    assert "A1B28" not in text
    assert not [form for form in city.masked if form in text], "nobody needs them there"


def test_a_sighting_has_all_it_takes_to_judge_it() -> None:
    clear = make(
        "vehicle.entered", "鄂FA1B28", vehicle_colour="white", vehicle_type="sedan",
        plate_colour="blue", plate_type="small", direction="in", confidence=0.97,
        pictures=("http://cam/1.jpg", "data:image/jpeg;base64,AAAA"),
    )  # fmt: skip
    event, found = protect(clear, KEYS, AT), seen(clear)

    assert found is not None
    assert (found.id, found.time, found.subject) == (event.id, event.time, event.subject)
    assert found.sealed == event.data.sealed
    assert found.pictures == event.data.pictures == ("http://cam/1.jpg",)
    assert (found.estate_name, found.timezone) == (LAKESIDE.name, LAKESIDE.timezone)
    assert (found.position, found.place_name.zh) == (LAKESIDE.position, "北门")
    looks = (found.vehicle_colour, found.vehicle_type, found.plate_colour, found.plate_type)
    assert looks == ("white", "sedan", "blue", "small")
    assert (found.direction, found.confidence) == ("in", 0.97)
    assert decode_sightings(encode_sightings([found])) == [found]


def test_an_estate_without_a_configuration_goes_by_its_id() -> None:
    found = seen(make("plate.read", "鄂FA1B28"), None)

    assert found is not None
    assert (found.estate_name.zh, found.place_name.zh) == ("lakeside", "north-gate")


@pytest.mark.parametrize(
    ("word", "subject", "data"),
    [
        ("plate.read", None, {}),
        ("plate.read", "--", {}),
        ("access.granted", "7", {}),
        ("plate.read", "鄂FA1B28", {"retained": True}),
    ],
)
def test_what_is_no_plate_seen_now_is_no_sighting(
    word: str, subject: str | None, data: dict[str, Any]
) -> None:
    assert seen(make(word, subject, **data)) is None
