from ingest.gateway.batch import Batch
from ingest.gateway.intake import Outcome
from ingest.message import Message, Rejected
from ingest.rejected import BODY_MAX, refuse
from schemas.events import ENVELOPE_EVENTS_MAX, Event, decode, event_id, make_event
from schemas.sealing import Keys
from schemas.sightings import Sighting, decode_sightings
from schemas.topics import EVENTS, REJECTED, SIGHTINGS

KEYS = Keys(bytes(range(32)))
AT = 1_772_000_000_000


def event(estate: str, number: int) -> Event:
    return make_event(
        "door.opened", id=event_id(estate, number), source=f"/{estate}/d", time=AT + number,
        data={"device": "d", "place": "p", "received_at": AT + number},
    )  # fmt: skip


def test_an_estates_envelopes_go_one_after_another() -> None:
    many = [event("a", number) for number in range(ENVELOPE_EVENTS_MAX + 5)]
    rounds = Batch([*many, event("b", 1)]).rounds()

    assert [[record.key for record in turn] for turn in rounds] == [[b"a", b"b"], [b"a"]]
    values = [record.value for turn in rounds for record in turn if record.key == b"a"]
    assert [e.id for value in values for e in decode(value)] == [e.id for e in many]


def test_events_are_keyed_by_their_estate() -> None:
    ((record,),) = Batch([event("lakeside", 1)]).rounds()

    assert (record.topic, record.key) == (EVENTS.name, b"lakeside")


def test_a_refusal_goes_to_its_topic_under_its_device() -> None:
    message = Message("t", b"?", AT)
    batch = Batch()
    batch.add(Outcome(refusal=refuse(message, Rejected("no"), KEYS, "gw", "gate-1")))

    ((record,),) = batch.rounds()
    assert (record.topic, record.key) == (REJECTED.name, b"gate-1")
    assert batch.objects == []


def test_a_large_body_is_to_be_kept_first() -> None:
    message = Message("t", bytes(BODY_MAX + 1), AT)
    batch = Batch()
    batch.add(Outcome(refusal=refuse(message, Rejected("no"), KEYS, "gw", "gate-1")))

    assert len(batch.objects) == 1


def sighting(number: int, *pictures: str) -> Sighting:
    return Sighting.model_validate(
        {
            "id": f"s{number}", "type": "plate.read", "time": AT, "received_at": AT,
            "estate": "a", "estate_name": {"zh": "甲", "en": "A"}, "device": "d", "place": "p",
            "place_name": {"zh": "门", "en": "Gate"}, "pictures": pictures,
            "plate": {"ref": "r", "skeleton": f"bones-{number}"},
        }
    )  # fmt: skip


def test_a_sighting_goes_to_its_topic_under_its_skeleton() -> None:
    batch = Batch()
    batch.add(Outcome(events=[event("a", 1)], sightings=[sighting(1), sighting(2)]))

    ((_, *records),) = batch.rounds()
    assert [(r.topic, r.key) for r in records] == [
        (SIGHTINGS.name, b"bones-1"), (SIGHTINGS.name, b"bones-2"),
    ]  # fmt: skip
    assert decode_sightings(records[0].value) == [sighting(1)]


def test_a_picture_that_is_not_there_is_linked_from_no_sighting() -> None:
    batch = Batch()
    batch.add(Outcome(sightings=[sighting(1, "lost", "kept")]))
    batch.unlink({"lost"})

    ((record,),) = batch.rounds()
    assert decode_sightings(record.value)[0].pictures == ("kept",)


def test_nothing_makes_no_round() -> None:
    assert Batch().rounds() == []
