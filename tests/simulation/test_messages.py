"""Facts as the devices' own messages: the adapters read out of them what happened."""

from itertools import islice

import pytest

from deploy.simulation.adapters import FOLDER
from deploy.simulation.estate import Estate, load_site
from deploy.simulation.events import DEMO_KEYS, EventWriter
from deploy.simulation.messages import MessageWriter, messages
from deploy.simulation.timeline import Arrival
from ingest.catalogue import load_catalogue
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.pseudonyms import protect
from ingest.registry import Registry
from schemas.events import Event
from tests.simulation.conftest import Played

NOT_FROM_THE_WIRE = {"gateway", "native", "adapter", "sealed"}
"""What the gateway adds, and what says how a message was read rather than what it says.

Ids, and with them sealed values, are the adapters' own matter: they are unique in both forms.
"""
ENOUGH_OF_EACH = 15


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    return Mapper(load_catalogue([FOLDER]), Registry(load_site()))


def some_of_each(day: Played) -> list[Arrival]:
    """Arrivals of every type and device, not too many of any."""
    kept: list[Arrival] = []
    seen: dict[tuple[str, str], int] = {}
    for arrival in day.arrivals:
        kind = (arrival.fact.type, arrival.fact.device)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= ENOUGH_OF_EACH:
            kept.append(arrival)
    return kept


def read(mapper: Mapper, writer: MessageWriter, arrival: Arrival) -> Event | None:
    """The one event of an arrival's message, sealed as the gateway does."""
    told = writer.message(arrival)
    if told is None:
        return None
    found = mapper.read(Message(told.topic, told.payload, told.at))
    assert isinstance(found, list), (told, found)
    assert len(found) == 1, (told, found)
    return protect(found[0], DEMO_KEYS, found[0].time)


def facts_of(event: Event) -> dict[str, object]:
    data = event.data.model_dump(exclude=NOT_FROM_THE_WIRE)
    return {**event.model_dump(exclude={"id", "data"}), "data": data}


def test_messages_say_what_events_say(day: Played, estate: Estate, mapper: Mapper) -> None:
    events, wires = EventWriter(estate), MessageWriter(estate)
    compared = 0
    for arrival in some_of_each(day):
        found = read(mapper, wires, arrival)
        if found is None:
            continue
        assert facts_of(found) == facts_of(events.event(arrival))
        compared += 1
    assert compared > 1000


def test_each_message_names_its_adapter_by_topic_and_content(
    day: Played, estate: Estate, mapper: Mapper
) -> None:
    wires = MessageWriter(estate)
    for arrival in some_of_each(day)[:2000]:
        told = wires.message(arrival)
        if told is None:
            continue
        chosen = mapper.catalogue.choose(Message(told.topic, told.payload, told.at))
        assert not isinstance(chosen, str), (told, chosen)


def test_nothing_of_the_console_is_on_the_wire(day: Played, estate: Estate) -> None:
    wires = MessageWriter(estate)
    quiet = {a.fact.type for a in day.arrivals if wires.message(a) is None}
    assert quiet == {"config.activated", "register.changed", "watch.changed", "clock.ticked"}


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again, other = (list(islice(messages(seed), 2000)) for seed in (5, 5, 6))
    assert first == again
    assert first != other
