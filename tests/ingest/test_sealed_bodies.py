"""What the bridge seals in bodies: nothing is lost, nothing is clear, all else stays as it came."""

import json
import time
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bridge.catalogue import known_makes
from ingest.bridge.sealing import EMPTY_ENCODED, EMPTY_PICTURE, BodySealer, seals_of
from ingest.catalogue import People
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from ingest.sealed_text import MARK, Seals, body_context, body_keys, opened
from schemas.event_data import CredentialData
from schemas.sealing import Keys, SealError
from tests.ingest.cases import Case, cases, shipped

KEYS = Keys(bytes(range(32)))
MAPPER = Mapper(shipped(), Registry(None))
AT = 1_772_323_200_000
NAMES = Seals.of(("name", "cardNo", "PIN"))
TOPIC = "devices/gate-1/hikvision"


@cache
def sealer() -> BodySealer:
    return BodySealer(KEYS, shipped(), lambda: MAPPER, lambda: AT)


def seal(text: bytes, seals: Seals = NAMES) -> bytes:
    return seals.seal(text, body_keys(KEYS), body_context(TOPIC))


def make(case: Case) -> str:
    """A make under whose topic the bridge would bring this case's message."""
    return case.adapter.split("_")[0]


def pushed(case: Case) -> Message:
    topic = f"devices/gate-1/{make(case)}"
    table = case.message.topic.removeprefix("devices/").split("/")[2:]
    if case.message.topic.startswith("devices/") and table:
        topic += "/" + "/".join(table)
    return Message(topic, case.payload, case.message.received_at, case.message.retained)


def told(message: Message, adapter: str) -> object:
    """What a message becomes, pictures aside: their names tell of their bytes."""
    found = MAPPER.map(message, adapter)
    if isinstance(found, Rejected):
        return ("rejected", found.adapter)
    return [event.to_json() for event in found.events], found.pictures


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_sealed_body_becomes_the_same_events(case: Case) -> None:
    message = pushed(case)
    sealed = sealer().seal(message.topic, message.payload)
    again = opened(sealed, message.topic, KEYS)
    heard = Message(message.topic, again, message.received_at, message.retained)
    assert told(heard, case.adapter) == told(message, case.adapter)


BY_THE_BRIDGE = tuple(
    case for case in cases() if make(case) in known_makes() or make(case) == "unifi"
)
"""Cases of makes whose devices push, or are asked."""


def people(case: Case) -> list[str]:
    """What a case's events say of people."""
    found = MAPPER.map(pushed(case), case.adapter)
    events = [] if isinstance(found, Rejected) else found.events
    cards = [e.subject for e in events if isinstance(e.data, CredentialData)]
    names = [e.data.person for e in events if isinstance(e.data, CredentialData)]
    return [text for text in (*cards, *names) if text and len(text) > 2]


@pytest.mark.parametrize("case", [c for c in BY_THE_BRIDGE if people(c)], ids=str)
def test_nobody_of_a_case_goes_to_mqtt_in_clear(case: Case) -> None:
    message = pushed(case)
    sealed = sealer().seal(message.topic, message.payload)
    for text in people(case):
        assert text.encode() not in sealed
        assert json.dumps(text)[1:-1].encode() not in sealed


FORMS = {
    "JSON": b'{"Name" : "Zhao Liu", "door": 1}',
    "number in JSON": b'{"cardNo": 1234567890, "door": 1}',
    "list of one": b'{"cardNo": ["1234567890"], "door": 1}',
    "escape in a text": b'{"name": "Zhao \\"Liu\\" 1234567890"}',
    "Python": b"{'name': 'Zhao Liu', 'cardNo': 1234567890}",
    "JSON in a text": b'{"body": "{\\"cardNo\\":\\"1234567890\\",\\"n\\":1}"}',
    "number in JSON in a text": b'{"body": "{\\"cardNo\\":1234567890,\\"n\\":1}"}',
    "form": b"a=1&cardNo=1234567890&name=Zhao+Liu",
    "JSON in a form": b"log=%7B%22cardNo%22%3A%221234567890%22%2C%22n%22%3A1%7D",
    "number in JSON in a form": b"log=%7B%22cardNo%22%3A1234567890%7D",
    "XML": b'<a><cardNo>1234567890</cardNo><x:name xmlns:x="u">Zhao Liu</x:name></a>',
    "CDATA": b"<a><name><![CDATA[Zhao Liu]]></name></a>",
    "item": b'<tt:SimpleItem Name="cardNo" Value="1234567890"/>',
    "line": b"time=2026-03-01 08:00:00\tpin=1234567890\tname=Zhao Liu\tdoor=1\r\n",
    "indexed line": b"Events[0].Name=Zhao Liu\r\nEvents[0].Door=1\r\n",
    "part of a form": b'--b\r\nX: y; name="cardNo"\r\nA: b\r\n\r\n1234567890\r\n--b--',
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_value_is_sealed_in_every_form_and_comes_back(text: bytes) -> None:
    sealed = seal(text)
    assert MARK in sealed
    assert b"1234567890" not in sealed
    assert b"Liu" not in sealed
    assert opened(sealed, TOPIC, KEYS) == text


@pytest.mark.parametrize("name", ["JSON", "number in JSON", "list of one", "JSON in a text"])
def test_sealed_json_is_still_json(name: str) -> None:
    content = json.loads(seal(FORMS[name]))
    json.loads(content.get("body", "{}"))


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_any_text_comes_back(value: str, other: str) -> None:
    body = json.dumps({"name": value, "other": other}).encode()
    sealed = sealer().seal(TOPIC, body)
    try:
        again = opened(sealed, TOPIC, KEYS)
    except SealError:
        again = sealed  # A device that writes our own mark is passed on as it came.
    assert again == body


def test_the_same_body_gives_the_same_bytes() -> None:
    body = FORMS["JSON"]
    assert sealer().seal(TOPIC, body) == sealer().seal(TOPIC, body) != body


def test_a_value_cannot_be_moved_to_another_device() -> None:
    sealed = sealer().seal(TOPIC, FORMS["JSON"])
    assert opened(sealed, f"north/{TOPIC}", KEYS) == FORMS["JSON"]
    with pytest.raises(SealError):
        opened(sealed, "devices/gate-2/hikvision", KEYS)


def test_our_own_mark_in_a_body_costs_nothing() -> None:
    body = b'{"name": "(sealed:v1.0000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA)", "a": 1}'
    assert sealer().seal(TOPIC, body) == body


def test_other_topics_are_left_alone() -> None:
    assert sealer().seal("relay/mqtt/face/1/Rec", FORMS["JSON"]) == FORMS["JSON"]


def test_of_a_make_that_nobody_knows_all_is_sealed_that_any_adapter_names() -> None:
    known = {
        name.lower().encode() for a in shipped().adapters.values() for name in a.spec.people.names
    }
    assert set(seals_of(shipped(), "devices/x/acme").names) == known
    assert b"Liu" not in sealer().seal("devices/gate-1/acme", FORMS["JSON"])


PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 200 + b"\xff\xd9"
TEMPLATE = b"QUJD" * 300


def test_a_picture_that_no_reading_claims_is_left_out() -> None:
    assert sealer().seal(TOPIC, PHOTO) == EMPTY_PICTURE
    body = b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + PHOTO + b"\r\n--b--\r\n"
    assert sealer().seal(TOPIC, body) == body.replace(PHOTO, EMPTY_PICTURE)


def test_a_template_is_left_out() -> None:
    body = b'{"eventType": "x", "faceModel": "' + TEMPLATE + b'"}'
    assert sealer().seal(TOPIC, body) == body.replace(TEMPLATE, EMPTY_ENCODED)


def test_a_pattern_needs_one_group() -> None:
    with pytest.raises(ValueError, match="needs one group"):
        People(patterns=("abc",))
    with pytest.raises(ValueError, match="no regular expression"):
        People(patterns=("(",))


HOSTILE = {
    "open quotes": b'"name":"' * 100_000,
    "blanks": b"<name>" + b" " * 800_000,
    "open elements": b"<name " * 130_000,
    "headers": b'a: name="pin"\r\n' * 50_000,
    "backslashes": b"(sealed:" + b"\\" * 800_000,
    "marks": b'"(sealed=v1.0000.' * 50_000,
    "encoded": (b"QUJD" * 127 + b" ") * 1_500,
    "actors": b'"actor":{"id" ' * 60_000,
    "pairs": b"name=" * 160_000,
    "percent": b"%22name%22%3A%22%" * 50_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_no_body_costs_more_than_its_bytes_suggest(body: bytes) -> None:
    seals = seals_of(shipped(), "devices/x/acme")
    began = time.thread_time()
    sealed = seals.seal(body, body_keys(KEYS), body_context(TOPIC))
    with suppress(SealError):
        opened(sealed, TOPIC, KEYS)
    assert time.thread_time() - began < 5.0  # Quadratic ones take minutes.
