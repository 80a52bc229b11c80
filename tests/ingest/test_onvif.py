"""The topic tables of ONVIF and Axis, and what may never come of a state at subscription."""

import pytest

from ingest.adapters._onvif.meaning import read_notification
from ingest.adapters._onvif.notification import Notification, flat_items, topic_path
from ingest.adapters._onvif.topics import Topics, item_rows, standard_lines, standard_topics
from ingest.adapters.axis_events.codec import axis_topics
from ingest.adapters.onvif.codec import split_topic
from ingest.message import Unreadable
from ingest.tables import rows
from schemas.event_data import EventData

LINES = [*standard_lines(), *rows("ingest.adapters.axis_events", "topics.csv")]
HAPPENINGS = ("access.", "door.", "vehicle.", "plate.", "person.", "doorbell.", "exit.")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["topic"])
def test_words_of_a_topic_are_of_the_table(line: dict[str, str]) -> None:
    assert line["active"] in EventData.TYPES
    assert line["inactive"] in {"", *EventData.TYPES}


def test_words_of_items_are_of_the_table() -> None:
    assert {row.active for row in item_rows().values()} <= EventData.TYPES.keys()
    assert {row.inactive for row in item_rows().values()} <= EventData.TYPES.keys()


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["topic"])
def test_topic_reads_as_its_row_says(line: dict[str, str]) -> None:
    topics = standard_topics() if line in standard_lines() else axis_topics()
    told = Notification(topic_path(line["topic"]), data={line["item"] or "State": "true"})

    found = read_notification(told, topics)

    assert [reading.type for reading in found] == [line["active"]]


def test_longest_prefix_counts() -> None:
    table = Topics(
        [
            {"topic": "A", "active": "motion.started", "inactive": "", "item": "", "object": "",
             "pulse": ""},
            {"topic": "A/x:B", "active": "line.crossed", "inactive": "", "item": "", "object": "",
             "pulse": ""},
        ]
    )  # fmt: skip

    assert [_active(table, topic) for topic in ("A", "A/C", "A/B", "a/tns1:b/C", "D")] == [
        "motion.started", "motion.started", "line.crossed", "line.crossed", None,
    ]  # fmt: skip


def _active(table: Topics, topic: str) -> str | None:
    found = table.find(topic_path(topic))
    return found[0].active if found else None


STATES = [
    ("Door/State/DoorPhysicalState", {"State": "Open"}),
    ("Door/State/DoorAlarm", {"State": "DoorForcedOpen"}),
    ("AccessControl/AccessGranted/Credential", {"CredentialToken": "c"}),
    ("AccessControl/Duress", {"CredentialToken": "c"}),
    ("RuleEngine/Recognition/LicensePlate", {"PlateNumber": "ZJA1"}),
    ("RuleEngine/MyRuleDetector/Visitor", {"State": "true"}),
]


@pytest.mark.parametrize(("topic", "data"), STATES, ids=[topic for topic, _ in STATES])
def test_state_at_subscription_is_no_happening(topic: str, data: dict[str, str]) -> None:
    now = Notification(topic_path(topic), operation="Changed", data=data)
    before = Notification(topic_path(topic), operation="Initialized", data=data)

    assert read_notification(now, standard_topics())[0].type.startswith(HAPPENINGS)
    assert [r.type for r in read_notification(before, standard_topics())] == [
        "device.state_reported"
    ]


@pytest.mark.parametrize("value", ["true", "1", "active", "ON", True, 1])
def test_spellings_of_on(value: object) -> None:
    told = Notification(("VideoSource", "MotionAlarm"), data={"State": value})

    assert read_notification(told, standard_topics())[0].type == "motion.started"


@pytest.mark.parametrize("value", ["false", "0", "inactive", "Off", False, 0])
def test_spellings_of_off(value: object) -> None:
    told = Notification(("VideoSource", "MotionAlarm"), data={"State": value})

    assert read_notification(told, standard_topics())[0].type == "motion.ended"


def test_number_of_an_object_is_no_condition() -> None:
    told = Notification(("RuleEngine", "FieldDetector", "ObjectsInside"), data={"ObjectId": "1"})

    with pytest.raises(Unreadable, match="whether it holds"):
        read_notification(told, standard_topics())


@pytest.mark.parametrize(
    ("topic", "device", "path"),
    [
        ("cam/onvif-ej/A/B/&1/2", "cam", ("A", "B")),
        ("onvif-ej/A", None, ("A",)),
        ("site/cam/onvif-ej/x:A/y:B", "site/cam", ("A", "B")),
        ("devices/cam/onvif", None, ()),
    ],
)
def test_topic_is_taken_apart(topic: str, device: str | None, path: tuple[str, ...]) -> None:
    assert split_topic(topic) == (device, path)


def test_items_of_both_forms_are_read_alike() -> None:
    listed = {"SimpleItem": [{"Name": "State", "Value": "true"}, {"Name": "Id", "Value": "7"}]}

    assert flat_items(listed) == flat_items({"State": "true", "Id": "7"})
