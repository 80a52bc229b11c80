"""Rejected messages: grouped, and through the mapping once more with the ids of the first time."""

import base64
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from ingest.catalogue import Catalogue
from ingest.gateway.intake import Heard, Intake
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from ingest.rejected import BODY_MAX, keep_object, refuse
from ingest.rejects.entries import Entry, Wanted, grouped, once, read_entry
from ingest.rejects.redrive import Driven, Vault, batch_of, drive, summary
from ingest.skew import SAMPLES, SkewTable
from schemas.events import decode
from schemas.sealing import Keys
from schemas.site import parse_site
from tests.ingest.cases import shipped

KEYS = Keys(bytes(range(32)))
AT = 1_772_323_200_500
WITHOUT_CLOCK = (
    b'{"type":"access","isKnown":"false","access":"Denied","username":"","uid":"04a1b2c3"}'
)
TOPIC = "devices/block-3/esp_rfid"
SITE = parse_site("""
estates:
  - id: east
    name: {zh: 东苑, en: East}
    timezone: UTC
    places: [{id: d1, kind: door, name: {zh: 门, en: Door}}]
    devices:
      - {id: block-3, adapter: esp_rfid, place: d1}
      - {id: C1, adapter: generic_plates_csv, place: d1, ids: [C1]}
""")


def intake(catalogue: Catalogue | None = None, gateway: str = "gw", **more: object) -> Intake:
    mapper = Mapper(catalogue or shipped(), Registry(SITE))
    return Intake(mapper, KEYS, gateway, SkewTable(), **more)  # type: ignore[arg-type]


def entry_of(message: Message, why: str = "is not understood", path: str = "$") -> Entry:
    refusal = refuse(message, Rejected(why, path, "esp_rfid"), KEYS, "gw", "block-3")
    entry = read_entry(refusal.record.to_json(), message.received_at)
    assert entry is not None
    return entry


def message(payload: bytes = WITHOUT_CLOCK, at: int = AT) -> Message:
    return Message(TOPIC, payload, at)


def driven(one: Message, tmp_path: Path) -> Driven:
    return drive(entry_of(one), Vault(KEYS, tmp_path), lambda name: intake(gateway=name))


def test_a_mended_mapping_gives_the_events_of_the_first_time(tmp_path: Path) -> None:
    one = message()
    refused = intake(Catalogue({})).read(one, Heard(live=True))
    assert refused.refusal is not None
    entry = read_entry(refused.refusal.record.to_json(), AT)
    assert entry is not None

    found = drive(entry, Vault(KEYS, tmp_path), lambda name: intake(gateway=name)).outcome.events

    at_once = intake().read(one, Heard(live=True)).events
    assert [event.id for event in found] == [event.id for event in at_once]
    assert [event.type for event in found] == ["access.denied"]
    marked = [e.model_copy(update={"data": e.data.model_copy(update={"replayed": True})})
              for e in at_once]  # fmt: skip
    assert found == marked


def test_twice_is_the_same(tmp_path: Path) -> None:
    first, again = driven(message(), tmp_path), driven(message(), tmp_path)
    assert batch_of([first]).rounds() == batch_of([again]).rounds() != []


def test_a_device_without_a_clock_keeps_its_receipt(tmp_path: Path) -> None:
    early, late = driven(message(), tmp_path), driven(message(at=AT + 1), tmp_path)
    assert early.outcome.events[0].time == AT
    assert early.outcome.events[0].id != late.outcome.events[0].id


def test_what_is_re_driven_rings_nobody_and_goes_under_its_own_gateway(tmp_path: Path) -> None:
    (event,) = driven(message(), tmp_path).outcome.events
    assert event.data.replayed
    assert event.data.gateway == "gw"


def test_the_clock_as_it_is_measured_counts(tmp_path: Path) -> None:
    body = b'{"type":"access","time":%d,"isKnown":"true","access":"Always","uid":"04a1"}'
    late_by_90_s = message(body % (AT // 1000 - 90))
    measured = intake()
    for number in range(SAMPLES):
        at = AT - 200_000 + number * 5_000
        measured.skew.observe("/east/block-3", at - 90_000, at)
    one = drive(entry_of(late_by_90_s), Vault(KEYS, tmp_path), lambda _: measured)
    assert abs(one.outcome.events[0].time - AT) < 2_000
    assert one.outcome.events[0].id == driven(late_by_90_s, tmp_path).outcome.events[0].id


def test_a_large_body_comes_from_its_file(tmp_path: Path) -> None:
    large = message(WITHOUT_CLOCK + b" " * BODY_MAX)
    refusal = refuse(large, Rejected("x"), KEYS, "gw", "block-3")
    entry = read_entry(refusal.record.to_json(), AT)
    assert entry is not None
    assert refusal.object is not None

    gone = drive(entry, Vault(KEYS, tmp_path), lambda _: intake())
    keep_object(tmp_path, refusal.object)
    there = drive(entry, Vault(KEYS, tmp_path), lambda _: intake())

    assert gone.refused is not None
    assert "cannot be opened" in gone.refused
    assert len(there.outcome.events) == 1


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    other = Vault(Keys(bytes(range(1, 33))), tmp_path)
    found = drive(entry_of(message()), other, lambda _: intake())
    assert found.refused is not None
    assert "key" in found.refused


def test_what_is_not_understood_yet_stays(tmp_path: Path) -> None:
    found = driven(message(b'{"type":"weather"}'), tmp_path)
    assert found.refused == "type 'weather' is none of esp-rfid's (in the message: $.type)"
    assert not batch_of([found]).rounds()


def test_no_sighting_is_written_again(tmp_path: Path) -> None:
    plate = Message("acme/plates/c1/csv", b"01.03.2026;08:00:00;C1;2;SMY1234;93;E;read\n", AT)
    with_sightings = intake(sightings=True)
    assert with_sightings.read(plate, Heard(live=True)).sightings
    found = drive(entry_of(plate), Vault(KEYS, tmp_path), lambda _: with_sightings)
    assert [record.topic for r in batch_of([found]).rounds() for record in r] == [
        "community.events"
    ]


def test_events_go_out_in_the_order_of_hearing(tmp_path: Path) -> None:
    batch = batch_of([driven(message(at=AT + ms), tmp_path) for ms in (5, 3, 4)])
    ((record,),) = batch.rounds()
    assert [e.data.received_at - AT for e in decode(record.value)] == [3, 4, 5]


def test_the_summary_says_what_each_group_becomes(tmp_path: Path) -> None:
    good, bad = message(), message(b"{", AT + 1)
    told = summary([driven(good, tmp_path), driven(bad, tmp_path)])
    assert len(told) == 1
    assert "2 from block-3: 1 become 1 access.denied; 1 stay: is not JSON" in told[0]


# Whose it is


def test_what_an_adapter_takes_now_is_its_own_and_no_other_s(tmp_path: Path) -> None:
    nobodys = replace(entry_of(message()), adapter=None)
    vault = Vault(KEYS, tmp_path)
    taken = drive(nobodys, vault, lambda _: intake())
    refused = drive(
        replace(entry_of(message(b'{"type":"weather"}')), adapter=None), vault, lambda _: intake()
    )
    unclaimed = drive(
        replace(entry_of(Message("odd/one", b"x", AT)), adapter=None), vault, lambda _: intake()
    )
    for one, known in ((taken, "esp_rfid"), (refused, "esp_rfid"), (unclaimed, None)):
        assert one.adapter == known
        assert one.is_of({"esp_rfid"}) is (known is not None)
        assert not one.is_of({"frigate"})
    assert driven(message(b"{"), tmp_path).is_of({"esp_rfid"})


@pytest.mark.parametrize(
    ("estate", "said"),
    [(None, "block-3"), ("", "block-3 (not registered)"), ("east", "block-3 of east")],
)
def test_the_sender_is_told_with_its_estate(estate: str | None, said: str) -> None:
    assert replace(entry_of(message()), estate=estate).sender == said


def test_a_device_is_found_by_its_name_and_by_its_topic() -> None:
    entry = replace(entry_of(message()), device="reader-9", estate="east")
    assert Wanted(device="reader-9").has(entry)
    assert Wanted(device="block-3").has(entry)
    assert not Wanted(device="reader-1").has(entry)


# Groups


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("time '2026-03-01 08:00' is wrong", "time '2026-03-02 09:30' is wrong", True),
        ("is not JSON at line 1, column 7", "is not JSON at line 2, column 19", True),
        ("event 'jammed' is not known", "event 'blocked' is not known", False),
        ("unknown code '5/49'", "unknown code '5/50'", False),
        ("card '1234567890'", "card '9876543210'", True),
    ],
)
def test_reasons_that_differ_in_one_message_s_own_are_one_group(
    one: str, other: str, together: bool
) -> None:
    entries = [entry_of(message(), one), entry_of(message(at=AT + 1), other)]
    assert len(grouped(entries)) == (1 if together else 2)


def test_groups_are_by_device_and_place_and_the_largest_goes_first() -> None:
    entries = [
        entry_of(message(at=AT + 5), "a", "$.events[3].time"),
        entry_of(message(at=AT + 1), "a", "$.events[0].time"),
        entry_of(message(at=AT + 2), "b"),
        replace(entry_of(message(at=AT + 3), "b"), device="block-4"),
    ]
    groups = grouped(entries)
    assert [group.count for group in groups] == [2, 1, 1]
    assert (groups[0].first, groups[0].last) == (AT + 1, AT + 5)
    assert groups[0].example == entries[0]


def test_a_group_keeps_its_name() -> None:
    early, late = grouped([entry_of(message())]), grouped([entry_of(message(at=AT + 9_999))])
    assert early[0].name == late[0].name


def test_what_is_wanted_narrows_and_nothing_is_everything() -> None:
    one, other = (
        entry_of(message()),
        replace(entry_of(message(at=AT + 9)), device="x", adapter=None),
    )
    assert Wanted().everything
    assert not Wanted(device="x").everything
    for wanted, which in [
        (Wanted(), [one, other]), (Wanted(device="x"), [other]), (Wanted(since=AT + 1), [other]),
        (Wanted(ids=(one.id[:10],)), [one]), (Wanted(groups=(other.group,)), [other]),
        (Wanted(adapters=("esp_rfid",)), [one, other]), (Wanted(adapters=("frigate",)), [other]),
    ]:  # fmt: skip
        assert [e for e in (one, other) if wanted.has(e)] == which


def test_each_is_told_once_and_old_ones_not_at_all() -> None:
    one, old = entry_of(message()), entry_of(message(at=AT - 1000))
    assert once([one, one, old], AT - 500) == [one]


def test_other_stages_are_listed_and_never_re_driven(tmp_path: Path) -> None:
    plain = {"reason": "field x is bad", "path": "$", "stage": "sink",
             "body_base64": base64.b64encode(b"point").decode()}  # fmt: skip
    entry = read_entry(orjson.dumps(plain), AT)
    assert entry is not None
    assert (entry.stage, entry.at, entry.body) == ("sink", AT, b"point")
    found = drive(entry, Vault(KEYS, tmp_path), lambda _: intake())
    assert found.refused == "was set aside by sink, not by the mapping"


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b"x", b'{"stage":"s","body_base64":"?"}'])
def test_what_is_none_of_ours_is_passed_over(value: bytes) -> None:
    assert read_entry(value, AT) is None
