"""Facts as events: every line reads back as a checked event, and hides who people are."""

from itertools import islice

import pytest

from deploy.simulation.estate import Estate
from deploy.simulation.events import DEMO_KEYS, EventWriter, events
from deploy.simulation.timeline import Arrival, Timeline
from schemas.event_types import event_types
from schemas.events import decode_line, make_event
from schemas.place import EstateConfig
from schemas.sealing import subject_context
from tests.simulation.conftest import Played


@pytest.fixture(scope="module")
def writer(estate: Estate) -> EventWriter:
    return EventWriter(estate)


def one_of_each(day: Played) -> dict[str, Arrival]:
    return {arrival.fact.type: arrival for arrival in day.arrivals}


def test_each_type_is_in_the_table(day: Played) -> None:
    types = set(one_of_each(day))
    assert types <= set(event_types())
    assert len(types) >= 25


def test_a_line_is_the_checked_event(day: Played, writer: EventWriter) -> None:
    for word, arrival in one_of_each(day).items():
        plain = writer.plain(arrival)
        fields = {name: plain[name] for name in ("id", "source", "time", "data")}
        made = make_event(word, subject=plain.get("subject"), **fields)
        assert decode_line(writer.line(arrival)) == made


def test_a_whole_day_reads_back(day: Played, writer: EventWriter, estate: Estate) -> None:
    ids, places = set(), set(estate.config.place_by_id)
    for arrival in day.arrivals:
        event = decode_line(writer.line(arrival))
        assert event.data.place in places
        assert event.time <= event.at <= event.data.received_at == arrival.received_at
        assert 0 <= arrival.fact.at - event.at < 1000
        ids.add(event.id)
    assert len(ids) == len(day.arrivals)


def test_the_log_begins_with_the_configuration(
    day: Played, writer: EventWriter, estate: Estate
) -> None:
    first = writer.event(day.arrivals[0])
    assert first.type == "config.activated"
    config = EstateConfig.model_validate(first.data.config)  # type: ignore[attr-defined]
    assert config == estate.config
    assert first.data.hash == config.digest  # type: ignore[attr-defined]


def test_no_clear_subject_is_in_any_line(day: Played, writer: EventWriter) -> None:
    for arrival in day.arrivals:
        clear = arrival.fact.subject
        if clear is not None:
            assert clear.encode() not in writer.line(arrival)


def test_who_holds_the_keys_can_open_a_subject(day: Played, writer: EventWriter) -> None:
    arrival = next(a for a in day.arrivals if a.fact.type == "access.granted" and a.fact.subject)
    event = writer.event(arrival)
    assert event.data.sealed is not None
    scope = DEMO_KEYS.estate(event.estate)
    clear = scope.unseal(event.data.sealed["subject"], subject_context(event.id))
    assert clear == arrival.fact.subject
    assert event.subject == scope.credential(clear)


def test_permits_and_readings_of_a_vehicle_agree(day: Played, writer: EventWriter) -> None:
    overstay = next(t for t in day.truths if t.rule == "overstay")
    of_it = [writer.event(a) for a in day.arrivals if a.fact.subject == overstay.subject]
    assert {"register.changed", "plate.read", "vehicle.entered", "vehicle.exited"} == {
        event.type for event in of_it
    }
    assert {event.subject for event in of_it} == {writer.subject(overstay)}
    permit = next(event.data for event in of_it if event.type == "register.changed")
    assert permit.holder.ref == writer.subject(overstay)  # type: ignore[attr-defined]


def test_the_same_seed_gives_the_same_events() -> None:
    first, again, other = (
        [event.to_json() for event in events(seed, 3000)] for seed in (5, 5, 6)
    )  # fmt: skip
    assert len(first) == 3000
    assert first == again
    assert first != other


def test_only_devices_and_the_clock_are_heard_by_the_gateway(estate: Estate) -> None:
    writer = EventWriter(estate)
    for arrival in islice(Timeline.of_day(estate, 1, tick_s=60).arrivals(), 2000):
        gateway = writer.plain(arrival)["data"].get("gateway")
        assert (gateway is None) == (arrival.fact.device == "console")
