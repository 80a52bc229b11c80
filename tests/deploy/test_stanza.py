"""The entry of the site file that is made of what a device was heard to say."""

from typing import Any

import pytest
import yaml

from deploy.devices.stanza import device_id, entry, kind, line, missing
from ingest.catalogue import load_catalogue
from ingest.notes import Beats, Note

AT = 1_772_000_000_000
S = 1000


def note(**more: Any) -> Note:
    told = {"name": "n1", "first_at": AT, "last_at": AT, "messages": 3, "topics": {"a/b": 3},
            "adapters": {"esp_rfid": 3}, "types": {"access.granted": 3}}  # fmt: skip
    return Note.model_validate(told | more)


SPEC = load_catalogue().adapters["esp_rfid"].spec
ENTRIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "names itself": ({}, {"id": "n1", "ids": ["n1"]}),
    "only its topic tells": ({"name": "a.b"}, {"id": "a.b", "topics": ["a/b"]}),
    "pushes": ({"name": "p", "topics": {"devices/p/x": 1}}, {"id": "p"}),
    "pushes and names itself": (
        {"name": "AA:BB", "topics": {"devices/p/x": 1}}, {"id": "p", "ids": ["AA:BB"]}
    ),
    "calls itself by an address": ({"name": "10.0.0.7"}, {"id": "10.0.0.7", "topics": ["a/b"]}),
    "a heartbeat heard once": (
        {"beats": Beats(count=1, first_at=AT, last_at=AT)},
        {"id": "n1", "ids": ["n1"], "heartbeat_s": 180},
    ),
    "a heartbeat measured": (
        {"beats": Beats(count=3, first_at=AT, last_at=AT + 20 * S)},
        {"id": "n1", "ids": ["n1"], "heartbeat_s": 10},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_made_of_what_was_heard(name: str) -> None:
    more, wanted = ENTRIES[name]
    told = entry(note(**more), SPEC)

    assert told == {"adapter": "esp_rfid", "kind": "reader", "place": "PLACE"} | wanted
    assert yaml.safe_load(line(told)) == [told]


@pytest.mark.parametrize(
    ("types", "wanted"),
    [
        (["door.opened", "device.heartbeat"], "reader"), (["plate.read"], "camera"),
        (["plate.read", "barrier.opened"], "barrier"), (["device.heartbeat"], "other"),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_what_it_says(types: list[str], wanted: str) -> None:
    assert kind(note(types=dict.fromkeys(types, 1))) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("AC:DE 1", "AC-DE-1"), ("/a/b", "a-b"), ("门", "device"), ("x_1.y", "x_1.y")],
)
def test_a_name_becomes_an_id(name: str, wanted: str) -> None:
    assert device_id(name) == wanted


MISSING: dict[str, tuple[dict[str, Any], str]] = {
    "no zone": ({"untimed": 3}, "its times carry no zone"),
    "no time": ({"timeless": 3}, "says no time"),
    "a wrong clock": ({"off_ms": [61_000] * 3}, "its clock is 61 s behind ours"),
    "a clock ahead": ({"off_ms": [-61_000] * 3}, "its clock is 61 s ahead of ours"),
    "no heartbeat": ({}, "no heartbeat was heard"),
    "no name": ({"name": "a.b"}, "does not name itself"),
    "an address": ({"name": "10.0.0.7"}, "calls itself 10.0.0.7, an address"),
    "channels": ({"channels": {"2": 1, "1": 1}}, "has channels 1, 2"),
    "faces": ({"faces": 1}, "recognises faces: it needs face: with owners_resolution"),
    "not understood": (
        {"rejected": 1, "reasons": {"is not JSON": 1}},
        "not understood (1 message): is not JSON",
    ),
    "no adapter": (
        {"rejected": 3, "reasons": {"no adapter knows this": 3}, "adapters": {}, "types": {}},
        "no adapter reads what it says: `adapters new`",
    ),
    "nothing to tell": ({"types": {}}, "understood, and nothing was told"),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_said(name: str) -> None:
    more, wanted = MISSING[name]
    assert any(row.startswith(wanted) for row in missing(note(**more), SPEC))
    full = note(beats=Beats(count=3, first_at=AT, last_at=AT + S), off_ms=[500])
    assert list(missing(full, SPEC, zone=True)) == []
