import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.gateway.intake import Heard, Intake, Outcome
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.registry import Registry
from ingest.skew import SAMPLES, SkewTable
from schemas.events import ENVELOPE_BYTES_MAX, decode_line
from schemas.sealing import Keys
from schemas.site import parse_site
from tests.ingest.parts import probe_catalogue

KEYS = Keys(bytes(range(32)))
CATALOGUE = probe_catalogue()
AT = 1_772_000_000_000
S = 1000
LIVE, NOT_LIVE = Heard(live=True), Heard(live=False)


def intake(**changes: Any) -> Intake:
    return Intake(Mapper(CATALOGUE, Registry()), KEYS, "gw", SkewTable(), **changes)


def message(content: Any, received_at: int = AT, topic: str = "probe/a") -> Message:
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Message(topic, payload, received_at)


def opened(at: int | None, **more: Any) -> dict[str, Any]:
    return {"type": "door.opened", "device": "d1", "at": at, **more}


def measured(table: Intake, ahead: int, count: int = SAMPLES) -> Intake:
    for index in range(count):
        at = AT - (SAMPLES - index) * 4 * S
        table.read(message(opened(at + ahead), at), LIVE)
    return table


def times(outcome: Outcome) -> list[tuple[int, str]]:
    return [(event.time, event.data.time_from) for event in outcome.events]


def test_a_message_becomes_events_with_the_gateways_name() -> None:
    (event,) = intake().read(message(opened(AT - 50)), LIVE).events

    assert (event.type, event.time, event.data.gateway) == ("door.opened", AT - 50, "gw")
    assert decode_line(event.to_json()) == event


def test_a_time_after_its_receipt_becomes_the_receipt() -> None:
    assert times(intake().read(message(opened(AT + 900 * S)), LIVE)) == [(AT, "received")]


YEARS = 14 * 365 * 86_400 * S


def heard(table: Intake, content: dict[str, Any], received_at: int = AT) -> Any:
    (event,) = table.read(message(content, received_at), LIVE).events
    return event


def test_what_was_not_believed_is_marked() -> None:
    table = intake()

    assert heard(table, opened(AT + YEARS)).data.time_doubt == "future"
    assert heard(table, opened(AT - YEARS)).data.time_doubt == "year"
    assert heard(table, opened(AT - 3600 * S)).data.time_doubt is None


def test_a_lost_date_sets_the_first_reading_aside_and_no_other() -> None:
    table = intake()
    first = heard(table, opened(AT - YEARS))
    second = heard(table, opened(AT + 30 * S - YEARS), AT + 30 * S)

    assert (first.at, first.data.time_from) == (AT - YEARS, "device")
    assert (second.at, second.data.time_from) == (AT + 30 * S, "received")
    assert second.data.corrected_ms == YEARS


def test_an_alarm_of_a_device_that_lost_its_date_is_told_now() -> None:
    content = {"type": "access.duress", "device": "d1", "at": AT - YEARS}
    event = heard(intake(), content)

    assert (event.time, event.data.time_from, event.data.time_doubt) == (AT, "received", "year")


def test_what_comes_again_of_a_lost_date_is_judged_as_the_first_time() -> None:
    table = intake()
    aside = table.read(message(opened(AT - YEARS)), LIVE)
    heard(table, opened(AT + 30 * S - YEARS), AT + 30 * S)
    again = table.read(message(opened(AT - YEARS)), Heard(False, aside.corrections))

    assert [e.to_json() for e in again.events] == [e.to_json() for e in aside.events]


@given(st.integers(-(10**12), 10**12), st.booleans())
def test_no_time_can_carry_a_watermark_beyond_its_receipt(off: int, replayed: bool) -> None:
    event = heard(intake(), opened(AT + off, replayed=replayed))

    assert event.at <= event.data.received_at == AT


def test_a_measured_clock_is_taken_off() -> None:
    table = measured(intake(), ahead=240 * S)

    assert times(table.read(message(opened(AT + 240 * S - 70)), LIVE)) == [(AT - 70, "device")]


def test_when_it_was_seen_is_corrected_by_the_same_clock() -> None:
    table = measured(intake(), ahead=240 * S)
    content = opened(AT + 230 * S, observed=AT + 240 * S - 70)
    (event,) = table.read(message(content), LIVE).events

    assert (event.time, event.data.observed_at) == (AT - 10 * S, AT - 70)


def test_nothing_was_seen_after_it_was_heard() -> None:
    (event,) = intake().read(message(opened(AT - 10 * S, observed=AT + S)), LIVE).events

    assert (event.time, event.data.observed_at) == (AT - 10 * S, AT)


def test_a_clock_is_measured_by_when_a_thing_was_seen() -> None:
    table = intake()
    for index in range(SAMPLES):
        at = AT + index * 4 * S
        table.read(message(opened(AT - 3600 * S, observed=at - 50), at), LIVE)

    assert table.skew.corrections() == {}


def test_the_raw_time_of_the_device_stays() -> None:
    (event,) = measured(intake(), ahead=240 * S).read(message(opened(AT + 240 * S)), LIVE).events

    assert event.data.device_time == str(AT + 240 * S)


@pytest.mark.parametrize(
    ("heard", "more"), [(NOT_LIVE, {}), (LIVE, {"replayed": True}), (Heard(True, {}), {})]
)
def test_what_is_not_live_measures_nothing(heard: Heard, more: dict[str, Any]) -> None:
    table = intake()
    for index in range(SAMPLES):
        table.read(message(opened(AT + 240 * S + index, **more), AT + index), heard)

    assert table.skew.dump() == {}


def test_what_comes_again_is_corrected_as_the_first_time() -> None:
    table = measured(intake(), ahead=240 * S)
    first = table.read(message(opened(AT + 240 * S - 70)), LIVE)
    table.skew.forget("/estate/d1")

    again = table.read(message(opened(AT + 240 * S - 70)), Heard(False, first.corrections))
    assert [e.to_json() for e in again.events] == [e.to_json() for e in first.events]


def test_a_device_whose_clock_is_set_is_measured_anew() -> None:
    table = measured(intake(), ahead=240 * S)
    table.read(message({"type": "device.clock_set", "device": "d1", "at": AT}), LIVE)

    assert table.skew.corrections() == {}


def test_a_replay_stays_old_and_marked() -> None:
    table = measured(intake(), ahead=240 * S)
    outcome = table.read(message(opened(AT - 3600 * S + 240 * S, replayed=True)), LIVE)

    assert times(outcome) == [(AT - 3600 * S - 0, "device")]
    assert outcome.events[0].data.replayed


def test_what_is_not_understood_is_refused_with_its_reason() -> None:
    outcome = intake().read(message(b"{"), LIVE)

    assert outcome.events == []
    assert outcome.refusal is not None
    assert outcome.refusal.record.reason.startswith("is not JSON")
    assert outcome.refusal.record.adapter == "probe"


def test_an_adapter_that_fails_stops_nobody_and_tells_no_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome = intake().read(message({"crash": "0012345678"}), LIVE)

    assert outcome.refusal is not None
    assert "ZeroDivisionError" in outcome.refusal.record.reason
    assert "0012345678" not in outcome.refusal.record.to_json().decode()
    said = capsys.readouterr().out
    assert "codec.py" in said
    assert "0012345678" not in said


def test_an_event_larger_than_an_envelope_is_refused() -> None:
    outcome = intake().read(message(opened(AT, native="x" * ENVELOPE_BYTES_MAX)), LIVE)

    assert outcome.events == []
    assert outcome.refusal is not None
    assert str(ENVELOPE_BYTES_MAX) in outcome.refusal.record.reason


def test_the_gateways_prefix_is_unknown_to_adapters_but_stays_in_refusals() -> None:
    prefixed = intake(prefixes=("estate-a/",))

    assert prefixed.read(message(opened(AT), topic="estate-a/probe/a"), LIVE).events
    refusal = prefixed.read(message(b"{", topic="estate-a/devices/g/make"), LIVE).refusal
    assert refusal is not None
    assert (refusal.record.topic, refusal.record.device) == ("estate-a/devices/g/make", "g")


SITE = parse_site("""
estates:
  - id: lakeside
    name: {zh: 翠湖苑, en: Lakeside}
    position: {lat: 30.5, lon: 112.25}
    places: [{id: east, kind: gate, name: {zh: 东门, en: East Gate}}]
    devices: [{id: cam, adapter: probe, place: east, ids: [d1]}]
""")


def registered(**changes: Any) -> Intake:
    mapper = Mapper(CATALOGUE, Registry(SITE))
    return Intake(mapper, KEYS, "gw", SkewTable(), configs=SITE.configs(), **changes)


def test_sightings_are_written_only_where_they_are_asked_for() -> None:
    plate = message({"type": "plate.read", "device": "d1", "at": AT, "subject": "鄂FA1B28"})

    assert registered().read(plate, LIVE).sightings == []
    (seen,) = registered(sightings=True).read(plate, LIVE).sightings
    assert (seen.estate, seen.place_name.zh) == ("lakeside", "东门")
    assert seen.position == SITE.estates[0].position


def test_what_an_unregistered_device_reads_is_seen_by_nobody_elsewhere() -> None:
    plate = message({"type": "plate.read", "device": "d9", "at": AT, "subject": "鄂FA1B28"})

    assert registered(sightings=True).read(plate, LIVE).sightings == []


def test_it_is_known_when_each_registered_device_was_last_heard() -> None:
    table = registered()
    table.read(message(opened(AT)), LIVE)
    table.read(message(opened(AT, device="d9"), AT + S), LIVE)
    table.read(Message("probe/a", json.dumps(opened(AT)).encode(), AT + S, retained=True), LIVE)
    table.read(message({"type": "device.offline", "device": "d1"}, AT + S), LIVE)
    assert table.heard_at == {"/lakeside/cam": AT}

    table.read(message(b"{", AT + 2 * S, topic="devices/cam/probe"), LIVE)
    table.read(message(b"{", AT + 3 * S, topic="devices/other/probe"), LIVE)
    assert table.heard_at == {"/lakeside/cam": AT + 2 * S}
    retained = Message("devices/cam/probe", b"{", AT + 4 * S, retained=True)
    assert table.read(retained, LIVE).refusal is not None
    assert table.heard_at == {"/lakeside/cam": AT + 2 * S}


WHOLE = json.dumps([opened(AT, subject="7", sequence=3), {"type": "plate.read", "subject": "A1"}])


@settings(max_examples=300)
@given(st.binary(max_size=8), st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.booleans())
def test_every_payload_is_an_event_or_a_refusal(
    noise: bytes, start: int, end: int, live: bool
) -> None:
    payload = WHOLE.encode()[:start] + noise + WHOLE.encode()[end:]
    outcome = intake().read(message(payload), Heard(live))

    says_nothing = b"".join(payload.split()) == b"[]" or outcome.missed == ["without_event"]
    assert sum([bool(outcome.events), outcome.refusal is not None, says_nothing]) == 1
