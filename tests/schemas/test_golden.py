"""The goldens stand for what other programs rely on: they change only on purpose."""

import json

import pytest

from schemas.alerts import Alert
from schemas.event_data import EventData
from schemas.event_types import event_types
from schemas.events import decode_line
from schemas.export import GOLDEN, as_text, documents
from tests.schemas.messages import MESSAGES

DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_golden(name: str) -> None:
    file = GOLDEN / f"{name}.json"
    assert file.read_text(encoding="utf-8") == as_text(DOCUMENTS[name]), (
        "the schema changed; if that is meant, run `python -m schemas.export`"
    )


def test_no_golden_without_a_model() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(DOCUMENTS)


def test_every_event_type_has_exactly_one_data_model() -> None:
    assert set(EventData.TYPES) == set(event_types())


def test_every_data_model_says_what_it_means() -> None:
    assert all(model.__doc__ for model in EventData.TYPES.values())


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_old_messages_are_still_read(name: str) -> None:
    """Messages of the first release, as bytes that stood in Kafka."""
    line = MESSAGES[name]
    plain = json.loads(line)
    if "specversion" in plain:
        event = decode_line(line)
        assert event.type == plain["type"]
        assert json.loads(event.to_json()) == plain
    else:
        assert Alert.model_validate_json(line).id == plain["id"]
