"""What ZKTeco's cases cannot show one by one: the tables as a whole, and forms of one row."""

import pytest

from ingest.adapters.zkteco.codec import decode
from ingest.adapters.zkteco.events import EVENTS
from ingest.adapters.zkteco.methods import attendance_method, security_method
from ingest.adapters.zkteco.panel import checksum
from ingest.adapters.zkteco.records import packed_clock
from ingest.message import Message, Reading, Unreadable
from schemas.event_data import EventData
from schemas.events import make_event
from tests.ingest.cases import adapters, cases

OWN = [case for case in cases() if case.adapter == "zkteco"]
TOPIC = "devices/gate-a/zkteco"


def read(text: str | bytes, topic: str = TOPIC) -> list[Reading]:
    return decode(Message(topic, text if isinstance(text, bytes) else text.encode(), 0))


def row(event: int, **more: str) -> str:
    parts = {"time": "2026-03-02 08:15:07", "pin": "7", "cardno": "0", "eventaddr": "1",
             "event": str(event), "inoutstatus": "0", "verifytype": "4", "index": "9"}  # fmt: skip
    return "\t".join(f"{name}={value}" for name, value in (parts | more).items())


@pytest.mark.parametrize("code", EVENTS)
def test_every_code_becomes_an_event_of_its_type(code: int) -> None:
    (reading,) = read(row(code))

    data = {"device": "d", "place": "p", "received_at": 0, **reading.fields}
    event = make_event(reading.type, id="1", source="/e/d", subject=None, time=0, data=data)
    assert type(event.data) is EventData.TYPES[EVENTS[code].type]
    assert event.data.native is None


def test_codes_are_told_apart_where_they_share_a_type_and_a_second() -> None:
    found = read("\n".join(row(code, index="9") for code in (105, 106, 107)))

    assert len({reading.key for reading in found}) == 3


@pytest.mark.parametrize(
    ("pin", "card", "subject"),
    [("7", "0", "7"), ("0", "505931188", "505931188"), ("0", "0", None), ("7", "12", "7")],
)
def test_subject_is_the_person_else_the_card(pin: str, card: str, subject: str | None) -> None:
    assert read(row(0, pin=pin, cardno=card))[0].subject == subject


@pytest.mark.parametrize(
    ("way", "direction"), [("0", "in"), ("1", "out"), ("3", "out"), ("2", None)]
)
def test_ways_of_terminals_and_panels(way: str, direction: str | None) -> None:
    assert read(row(0, inoutstatus=way))[0].direction == direction


@pytest.mark.parametrize("code", [8, 102, 200, 206, 221])
def test_what_nobody_shows_a_card_for_has_no_person_and_no_way(code: int) -> None:
    (reading,) = read(row(code, pin="0"))

    assert (reading.subject, reading.direction) == (None, None)


@pytest.mark.parametrize(
    ("text", "method"),
    [("15", "face"), ("4", "card"), ("11", "combination"), ("200", "unknown"), ("", "unknown"),
     ("0000000000010000", "fingerprint"), ("0001000000000000", "qr"),
     ("0000101000000010", "combination"), ("0000000000000000", "unknown")],
)  # fmt: skip
def test_methods_of_access_terminals(text: str, method: str) -> None:
    assert security_method(text) == method


def test_numbers_that_old_attendance_terminals_use_otherwise_stay_unknown() -> None:
    assert [attendance_method(text) for text in ("0", "2", "9", "15")] == ["unknown"] * 3 + ["face"]


OPERATIONS = [
    ("0", "0", "device.online"), ("1", "0", "device.offline"), ("2", "30017", "access.denied"),
    ("3", "50", "door.closed"), ("3", "51", "door.opened"), ("3", "53", "exit.requested"),
    ("3", "54", "door.forced"), ("3", "55", "device.tampered"), ("3", "58", "access.denied"),
    ("3", "65535", "device.state_reported"), ("3", "99", "device.state_reported"),
    ("4", "0", "device.operated"), ("21", "0", "device.clock_set"), ("29", "0", "door.unlocked"),
    ("32", "0", "access.duress"), ("33", "0", "doorbell.rung"), ("34", "0", "access.denied"),
    ("53", "0", "exit.requested"), ("118", "0", "device.operated"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "first", "word"), OPERATIONS)
def test_operations(code: str, first: str, word: str) -> None:
    (reading,) = read(f"OPLOG {code}\t14\t2026-03-02 08:15:07\t{first}\t0\t0\t0")

    assert reading.type == word
    assert reading.subject == ("30017" if code == "2" else None)


@pytest.mark.parametrize(
    ("status", "direction"),
    [("0", "in"), ("1", "out"), ("2", "out"), ("3", "in"), ("4", "in"), ("5", "out"), ("8", None)],
)
def test_attendance_ways(status: str, direction: str | None) -> None:
    assert read(f"7\t2026-03-02 08:15:07\t{status}\t1\t0")[0].direction == direction


def test_identity_numbers_and_names_never_leave_the_codec() -> None:
    number = "110101190001010017"
    bodies = [
        f"7\t2026-03-02 08:15:07\t0\t1\t0\t0\t0\t{number}\t1",
        f"7\t2026-03-02 08:15:07\t0\t1\t0\t0\t0\t{number}\t0",
        f"IDCARD PIN=2\tSNNum=1\tIDNum={number}\tName=Example",
        f"identitycard pin=1\tSN_Num=1\tID_Num={number}\tName=Example",
        f"PIN=1\tName=Example\tPrivilege=0\tCard={number}",
    ]

    told = " ".join(repr(reading) for body in bodies for reading in read(body))
    assert number not in told
    assert "Example" not in told


def test_row_broken_over_two_lines_is_one() -> None:
    (reading,) = read(row(27, index="").replace("\tindex=", "") + "\r\n\r\nindex=21\r\n")

    assert (reading.type, reading.sequence) == ("access.denied", 21)


def test_packed_time_has_months_of_31_days() -> None:
    assert packed_clock(347748895).raw == "2010-10-26 20:54:55"
    with pytest.raises(Unreadable, match="no date"):
        packed_clock((26 * 372 + 31 + 30) * 86_400)


def test_checksum_is_that_of_the_panels() -> None:
    """A published answer: version 2, error, one byte -13."""
    assert checksum(bytes.fromhex("02c90100f3")) == 0xD957


@pytest.mark.parametrize("body", ["", "   \r\n"])
def test_without_a_push_topic_nothing_is_no_heartbeat(body: str) -> None:
    with pytest.raises(Unreadable, match="is empty"):
        read(body, topic="")


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.name)
def test_no_other_adapter_claims_it(case: object) -> None:
    payload = case.payload  # type: ignore[attr-defined]
    assert {a.spec.name for a in adapters() if a.claims_content(payload)} <= {"zkteco"}
