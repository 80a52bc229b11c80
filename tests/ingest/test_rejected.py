import os
from pathlib import Path

import pytest

from ingest.message import Message, Rejected
from ingest.rejected import (
    BODY_MAX,
    Refusal,
    RejectedRecord,
    guess_device,
    keep_object,
    open_body,
    prune_objects,
    refuse,
)
from schemas.sealing import Keys, SealError

KEYS = Keys(bytes(range(32)))
AT = 1_772_000_000_000
WHY = Rejected("is not JSON", "$.info", "hikvision_isapi")


def refusal_of(payload: bytes, at: int = AT) -> Refusal:
    return refuse(Message("devices/gate-1/hikvision", payload, at), WHY, KEYS, "gw", "gate-1")


def test_a_record_says_why_and_hides_the_body(tmp_path: Path) -> None:
    found = refusal_of(b"card 0012345678")
    text = found.record.to_json()

    assert b"0012345678" not in text
    record = RejectedRecord.model_validate_json(text)
    assert Rejected(record.reason, record.path, record.adapter) == WHY
    assert (record.device, record.received_at, record.size) == ("gate-1", AT, 15)
    assert open_body(record, KEYS, tmp_path) == b"card 0012345678"


def test_the_same_message_gives_the_same_record() -> None:
    assert refusal_of(b"x").record.to_json() == refusal_of(b"x").record.to_json()
    assert refusal_of(b"x").record.id != refusal_of(b"x", AT + 1).record.id


def test_a_large_body_goes_to_a_file_that_the_record_names(tmp_path: Path) -> None:
    body = os.urandom(BODY_MAX + 1)
    found = refusal_of(body)

    assert found.object is not None
    assert found.record.sealed is None
    assert len(found.record.to_json()) < 1000
    keep_object(tmp_path / "rejected", found.object)
    assert open_body(found.record, KEYS, tmp_path / "rejected") == body


def test_a_body_at_the_limit_stays_in_its_record() -> None:
    assert refusal_of(bytes(BODY_MAX)).object is None


def test_a_kept_body_is_for_its_owner_alone_and_kept_once(tmp_path: Path) -> None:
    found = refusal_of(os.urandom(BODY_MAX + 1)).object
    assert found is not None
    keep_object(tmp_path, found)
    keep_object(tmp_path, found)

    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    with pytest.raises(SealError):
        open_body(refusal_of(b"x").record, Keys(bytes(range(1, 33))), tmp_path)


@pytest.mark.parametrize(
    ("topic", "device"),
    [("devices/gate-1/dahua", "gate-1"), ("frigate/events", "frigate/events"), ("", "unknown")],
)
def test_the_device_is_guessed_from_the_topic(topic: str, device: str) -> None:
    assert guess_device(topic) == device


def kept(folder: Path, name: str, written: int, size: int) -> Path:
    path = folder / f"{name}.sealed"
    path.write_bytes(bytes(size))
    os.utime(path, (written, written))
    return path


def test_old_bodies_go(tmp_path: Path) -> None:
    old, new = kept(tmp_path, "old", 100, 10), kept(tmp_path, "new", 200, 10)

    assert prune_objects(tmp_path, 150, 10**6) == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_beyond_the_room_the_oldest_go_first(tmp_path: Path) -> None:
    first, second = kept(tmp_path, "a", 100, 60), kept(tmp_path, "b", 200, 60)

    assert prune_objects(tmp_path, 0, 100) == 1
    assert (first.exists(), second.exists()) == (False, True)
