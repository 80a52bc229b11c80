"""What esp-rfid's cases cannot show one by one: messages that tell of one swipe or one second."""

import json
from typing import Any

import pytest

from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import format_instant, parse_instant
from schemas.events import Event
from schemas.site import Site
from tests.ingest.cases import shipped

AT = parse_instant("2026-03-01T08:00:05Z")
SECOND = 1772352000
ACCESS = {"type": "access", "time": SECOND, "isKnown": "false", "access": "Denied",
          "username": "Unknown", "uid": "04a1", "hostname": "b3"}  # fmt: skip
LINE = {"type": "WARN", "src": "rfid", "desc": "Unknown rfid tag is scanned", "data": "04a1 x",
        "time": SECOND, "cmd": "event", "hostname": "b3"}  # fmt: skip


def read(payload: Any, topic: str = "esprfid/send", site: Site | None = None) -> list[Event]:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    found = Mapper(shipped(), Registry(site)).read(Message(topic, text.encode(), AT), "esp_rfid")
    assert not isinstance(found, Rejected), found
    return found


def test_unknown_card_is_told_twice_and_denied_once() -> None:
    told = [event.type for payload in (LINE, ACCESS) for event in read(payload)]

    assert told == ["access.presented", "access.denied"]


def test_two_log_lines_of_one_second_are_two_readings() -> None:
    lines = [LINE | {"src": "sys", "desc": text} for text in ("Event log cleared!", "Saved")]

    assert len({event.id for line in lines for event in read(line)}) == 2


def test_user_who_is_called_like_the_button_is_a_person() -> None:
    [event] = read(ACCESS | {"access": "Always", "username": "Button"})

    assert (event.type, event.subject) == ("access.granted", "04a1")


CLOCKS = [
    ({}, "2026-03-01T08:00:00.000Z", "device"),
    ({"time": str(SECOND)}, "2026-03-01T08:00:00.000Z", "device"),
    ({"time": 43434}, "2026-03-01T08:00:05.000Z", "received"),
    ({"time": None}, "2026-03-01T08:00:05.000Z", "received"),
]


@pytest.mark.parametrize(("part", "wanted", "source"), CLOCKS)
def test_clock_counts_once_it_is_set(part: dict[str, Any], wanted: str, source: str) -> None:
    [event] = read(ACCESS | part)

    assert (format_instant(event.time), event.data.time_from) == (wanted, source)


def test_site_mends_firmware_that_names_itself_but_adds_its_zone() -> None:
    site = Site.model_validate({"estates": [{
        "id": "willow", "name": {"zh": "柳", "en": "W"},
        "places": [{"id": "p", "kind": "door", "name": {"zh": "门", "en": "D"}}],
        "devices": [{"id": "d", "adapter": "esp_rfid", "ids": ["b3"], "place": "p",
                     "clock_fault": "local_as_epoch"}],
    }]})  # fmt: skip

    [event] = read(ACCESS | {"time": SECOND + 8 * 3600}, site=site)

    assert format_instant(event.time) == "2026-03-01T08:00:00.000Z"


@pytest.mark.parametrize(
    "payload",
    [{"command": "userfile", "uid": "04a1", "user": "Mei", "acctype": 1},
     {"cmd": "adduser", "doorip": "192.0.2.1", "uid": "04a1", "user": "Mei"},
     {"type": "getconf", "hostname": "b3", "configfile": {"wifi": "secret"}}],
)  # fmt: skip
def test_card_lists_and_settings_are_not_passed_on(payload: Any) -> None:
    assert read(payload) == []


def test_name_of_the_user_stays_at_the_door() -> None:
    [event] = read(ACCESS | {"isKnown": "true", "access": "Always", "username": "Mei"})

    assert b"Mei" not in event.to_json()


DOORS = [
    (["Always", "Always"], ["A", "B"], [("access.granted", "A"), ("access.granted", "B")]),
    (["Always", "Disabled"], ["A", "B"], [("access.granted", "A")]),
    (["Disabled", "Disabled"], ["A", "B"], [("access.denied", None)]),
    (["Always"], ["A", "B"], [("access.granted", "A")]),
    (["Always", "Disabled"], [], [("access.granted", None)]),
    (["state 1", "state 2"], ["A", "B"], [("access.presented", None)]),
    (["Disabled", "state 2"], ["A", "B"], [("access.presented", None)]),
]


@pytest.mark.parametrize(("texts", "doors", "wanted"), DOORS)
def test_each_door_that_opens_is_told(
    texts: list[str], doors: list[str], wanted: list[tuple[str, str | None]]
) -> None:
    found = read(ACCESS | {"isKnown": "true", "access": texts, "doorName": doors})

    assert [(event.type, event.data.channel) for event in found] == wanted
