from ingest.gateway.batch import Batch
from ingest.gateway.intake import Outcome
from ingest.message import Message, Rejected
from ingest.rejected import BODY_MAX, refuse
from schemas.events import ENVELOPE_EVENTS_MAX, Event, decode, event_id, make_event
from schemas.sealing import Keys
from schemas.topics import EVENTS, REJECTED

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


def test_nothing_makes_no_round() -> None:
    assert Batch().rounds() == []
