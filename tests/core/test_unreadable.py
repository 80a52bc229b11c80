"""A state that cannot be read stops nobody: it is said, kept aside, and begun afresh."""

import orjson
import pytest

from processors.core.machine import Machine, Output
from processors.core.partition import CommitError, Partition
from processors.rules.catalogue import shipped_rules
from processors.shell.outputs import records_of
from schemas.topics import REJECTED
from tests.core.make import event

RULES = shipped_rules()
DOOR = "scope|e|door|d1"


def written() -> dict[str, bytes]:
    """The records of a door that was opened and not closed, and of a reader."""
    partition = Partition(0, Machine(RULES))
    partition.take(0, [event("door.opened", 1), event("clock.ticked", 60, "e")], Output())
    partition.advance(Output())
    return {key: raw for key, raw in partition.checkpoint().scopes.items() if raw is not None}


def begun(scopes: dict[str, bytes]) -> tuple[Partition, Output]:
    """A worker that takes these over and goes on to the next minute."""
    partition, out = Partition(0, Machine(RULES)), Output()
    partition.restore(None, scopes)
    partition.take(1, [event("door.closed", 61), event("clock.ticked", 120, "e")], out)
    partition.advance(out)
    return partition, out


def test_what_was_written_is_read() -> None:
    _, out = begun(written())

    assert out.unreadable == []
    assert [alert.rule for alert in out.cleared] == ["door_forced", "door_held"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xffnothing", "not valid UTF-8"),
        (b"[]", "list indices must be integers"),
        (b'{"d":[],"a":[]}', "has no 's'"),
        (b'{"s":{},"d":[["r"]],"a":[]}', "not enough values"),
        (b'{"s":{},"d":[],"a":[{"rule":"door_held","key":"d1"}]}', "Field required"),
    ],
)
def test_a_scope_begins_afresh(raw: bytes, reason: str) -> None:
    partition, out = begun(written() | {DOOR: raw})

    ((key, told, kept),) = out.unreadable
    assert (key, kept) == (DOOR, raw)
    assert reason in told
    assert "\n" not in told
    assert out.cleared == []
    assert partition.checkpoint().scopes[DOOR] is not None, "what is known since replaces it"


def test_the_state_of_one_rule_takes_no_other_with_it() -> None:
    scopes = written()
    plain = orjson.loads(scopes[DOOR])
    plain["s"]["door_forced"] = {"opened": 7}
    _, out = begun(scopes | {DOOR: orjson.dumps(plain)})

    ((_, told, _),) = out.unreadable
    assert told.startswith("door_forced: opened: ")
    assert [alert.rule for alert in out.cleared] == ["door_held"]


@pytest.mark.parametrize(
    "key", ["register|h|card", "register|d|home", "outages|d1-r", "config|", "door|d9"]
)
def test_every_kind_of_record_is_survived(key: str) -> None:
    partition, out = begun(written() | {f"scope|e|{key}": b"{"})

    assert [one.key for one in out.unreadable] == [f"scope|e|{key}"]
    assert len(out.cleared) == 2
    gone = partition.checkpoint().scopes
    assert key == "config|" or gone[f"scope|e|{key}"] is None, "it is told once"


def test_the_bytes_go_to_the_rejected_topic() -> None:
    partition, out = begun(written() | {DOOR: b"{"})
    (record,) = (
        r for r in records_of(out, 0, partition.estates.__getitem__) if r.topic == REJECTED.name
    )

    assert record.key == DOOR
    told = orjson.loads(record.value or b"")
    assert (told["stage"], told["body_base64"]) == ("processors", "ew==")
    assert told["reason"].startswith("state: ")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff", "JSONDecodeError"),
        (b"[]", "AttributeError"),
        (b'{"v":1,"position":3,"seen":4,"estates":{}}', "KeyError: 'scopes'"),
        (b'{"v":1,"estates":{"e":{}},"scopes":{}}', "KeyError: 'watermark'"),
        (b'{"v":2,"estates":{},"scopes":{}}', "it is of version 2, and 1 is known here"),
    ],
)
def test_where_to_read_on_from_is_not_guessed(raw: bytes, reason: str) -> None:
    with pytest.raises(CommitError) as told:
        Partition(0, Machine(RULES)).restore(raw, written())
    assert str(told.value).startswith(reason)
    assert "\n" not in str(told.value)
