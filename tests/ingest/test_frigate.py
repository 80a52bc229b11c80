"""What Frigate's cases cannot show one by one: the life of an object over many messages."""

import json
import random
from typing import Any

import pytest

from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import Event, order_key
from tests.ingest.cases import shipped

AT = parse_instant("2026-03-01T08:01:00Z")
START = 1772352000.25
MAPPER = Mapper(shipped(), Registry(None))


def read(topic: str, payload: Any) -> list[Event] | Rejected:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return MAPPER.read(Message(f"frigate/{topic}", text.encode(), AT))


def one(topic: str, payload: Any) -> Event:
    found = read(topic, payload)
    assert not isinstance(found, Rejected), found
    return found[0]


def seen(phase: str, frame: float, track: str = "a", **more: Any) -> Event:
    after = {"id": track, "camera": "gate", "label": "person", "start_time": START,
             "frame_time": START + frame, "false_positive": False} | more  # fmt: skip
    return one("events", {"type": phase, "before": {}, "after": after})


def reviewed(phase: str, severity: str, **data: list[str]) -> Event:
    after = {"id": "r", "camera": "gate", "start_time": START, "severity": severity, "data": data}
    return one("reviews", {"type": phase, "before": {}, "after": after})


def life() -> list[Event]:
    return [seen("new", 1), seen("update", 1.2), seen("update", 9), seen("end", 9)]


def review() -> list[Event]:
    return [
        reviewed("new", "detection", objects=["person"]),
        reviewed("update", "alert", objects=["person"]),
        reviewed("update", "alert", objects=["person", "car"]),
        reviewed("end", "alert", objects=["person", "car"]),
    ]


@pytest.mark.parametrize("story", [life, review])
def test_every_message_of_one_object_is_a_reading_of_its_own(story: Any) -> None:
    assert len({event.id for event in story()}) == 4


@pytest.mark.parametrize("story", [life, review])
def test_message_sent_again_is_the_same_reading(story: Any) -> None:
    assert [event.id for event in story()] == [event.id for event in story()]


@pytest.mark.parametrize("story", [life, review])
def test_messages_that_came_in_any_order_are_put_into_theirs(story: Any) -> None:
    told = story()
    mixed = told.copy()
    random.Random(7).shuffle(mixed)

    order = [event.data.native for event in sorted(mixed, key=order_key)]
    assert order[0] == told[0].data.native
    assert [event.data.sequence for event in sorted(mixed, key=order_key)] == [
        event.data.sequence for event in told
    ]


def test_two_people_first_seen_in_one_frame_are_two_readings() -> None:
    assert seen("new", 1, "a").id != seen("new", 1, "b").id


@pytest.mark.parametrize(
    ("first", "second"),
    [("gate/status/record", "gate/status/audio"), ("gate/detect/state", "gate/motion/state"),
     ("gate/person", "gate/car"), ("gate/person", "gate/person/active")],
)  # fmt: skip
def test_states_heard_at_once_do_not_hide_each_other(first: str, second: str) -> None:
    word = "offline" if "status" in first else "1"

    assert one(first, word).id != one(second, word).id


def test_name_of_a_person_stands_in_the_subject_alone() -> None:
    """The subject is sealed by the gateway; a name elsewhere would leave the house in clear."""
    face = {"type": "face", "camera": "gate", "name": "Mei", "score": 0.9, "timestamp": START}
    car = {"type": "lpr", "camera": "gate", "name": "Mei's car", "plate": "A1", "timestamp": START}

    told = [one("tracked_object_update", face), one("tracked_object_update", car),
            seen("update", 2, sub_label=["Mei", 0.8])]  # fmt: skip

    assert [event.subject for event in told] == ["Mei", "A1", None]
    assert not any(b"Mei" in event.data.model_dump_json().encode() for event in told)


PREFIXES = ["frigate", "home/frigate", "a/b/frigate", "cameras"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefix_may_be_any(prefix: str) -> None:
    found = MAPPER.read(Message(f"{prefix}/gate/motion", b"ON", AT), "frigate")

    assert not isinstance(found, Rejected)
    assert (found[0].type, found[0].data.device) == ("motion.started", "gate")


UNKNOWN = ["weather", "gate/a/b/c", "gate/motion/history"]


@pytest.mark.parametrize("topic", UNKNOWN)
def test_topic_frigate_does_not_have_is_rejected(topic: str) -> None:
    found = read(topic, "ON")

    assert isinstance(found, Rejected)
    assert (found.path, found.adapter) == ("topic", "frigate")


QUIET = ["gate/detect/set", "gate/ptz", "restart", "gate/notifications/suspend", "birdseye_layout"]


@pytest.mark.parametrize("topic", QUIET)
def test_commands_and_talk_with_its_own_page_tell_nothing(topic: str) -> None:
    assert read(topic, "x") == []
