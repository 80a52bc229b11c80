"""What is kept of devices that no site names, and what is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.gateway.intake import Heard, Intake
from ingest.gateway.quarantine_store import (
    quarantine_files,
    read_notes,
    restore,
    take_changes,
    write_changes,
)
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.notes import KINDS_MAX, Note
from ingest.quarantine import (
    DEVICES_MAX,
    EXAMPLE_BYTES_MAX,
    EXAMPLES_KEPT_MS,
    EXAMPLES_MAX,
    NOTES_KEPT_MS,
    Quarantine,
    example_context,
    example_keys,
)
from ingest.registry import Registry
from ingest.skew import SkewTable
from schemas.sealing import Keys
from schemas.site import Site
from tests.ingest.parts import probe_catalogue

KEYS = Keys(bytes(range(32)))
CATALOGUE = probe_catalogue()
AT = 1_772_000_000_000
S = 1000
SITE = Site.model_validate({
    "estates": [{
        "id": "willow", "name": {"zh": "柳", "en": "Willow"},
        "places": [{"id": "g", "kind": "gate", "name": {"zh": "门", "en": "Gate"}}],
        "devices": [
            {"id": "known", "adapter": "probe", "ids": ["k1"], "topics": ["probe/k"], "place": "g"}
        ],
    }],
})  # fmt: skip


class Listener:
    """An intake with its quarantine, that hears one message after the other."""

    def __init__(self, site: Site | None = SITE) -> None:
        self.quarantine = Quarantine(KEYS)
        self.intake = Intake(
            Mapper(CATALOGUE, Registry(site)), KEYS, "gw", SkewTable(),
            prefixes=("city/",), quarantine=self.quarantine,
        )  # fmt: skip
        self.at = AT

    def hear(self, content: Any, topic: str = "probe/a") -> None:
        self.at += S
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.intake.read(Message(topic, payload, self.at), Heard(live=True))

    def note(self, name: str) -> Note:
        return self.quarantine.notes[name]


@pytest.fixture
def heard() -> Listener:
    return Listener()


def said(kind: str = "door.opened", **more: Any) -> dict[str, Any]:
    return {"type": kind, "device": "n1", **more}


def test_what_an_unregistered_device_said_is_noted(heard: Listener) -> None:
    heard.hear(said(channel="2"))
    heard.hear(said("access.granted", subject="00112233", at=heard.at - 4 * S))
    note = heard.note("n1")

    assert (note.messages, note.first_at, note.last_at) == (2, AT + S, AT + 2 * S)
    assert note.types == {"door.opened": 1, "access.granted": 1}
    assert (note.adapter, note.channels, note.topics) == ("probe", {"2": 1}, {"probe/a": 2})
    assert (note.timeless, note.off_s) == (1, 5.0)
    assert note.names_itself


def test_a_registered_device_is_not_noted(heard: Listener) -> None:
    heard.hear(said(device="k1"))
    heard.hear(b"{", topic="probe/k")

    assert heard.quarantine.notes == {}


@pytest.mark.parametrize(
    ("topic", "adapter", "noted"),
    [
        ("probe/k1", "probe", []), ("probe/K1/x", "probe", []), ("probe/k9", "probe", ["probe.k9"]),
        ("probe/k1", "other", ["probe.k1"]),
    ],
)  # fmt: skip
def test_a_registered_device_that_is_not_understood_is_known_by_a_level_of_its_topic(
    topic: str, adapter: str, noted: list[str]
) -> None:
    estate = SITE.estates[0]
    (device,) = estate.devices
    own = device.model_copy(update={"adapter": adapter, "topics": ()})
    heard = Listener(Site(estates=(estate.model_copy(update={"devices": (own,)}),)))
    heard.hear(b"{", topic=topic)

    assert list(heard.quarantine.notes) == noted


def test_what_nobody_understands_is_noted_with_the_reason(heard: Listener) -> None:
    heard.hear(b"{", topic="city/probe/b")
    heard.hear(b"x", topic="other/thing")

    assert heard.note("probe.b").rejected == 1
    assert list(heard.note("probe.b").reasons) == ["probe: is not JSON at line 1, column 2"]
    assert heard.note("other.thing").adapter is None
    assert not heard.note("other.thing").names_itself


def test_a_note_holds_no_clear_value_but_sealed_examples(heard: Listener) -> None:
    heard.hear(said("access.granted", subject="00112233"))
    note = heard.note("n1")

    assert "00112233" not in note.model_dump_json()
    (example,) = note.examples
    opened = example_keys(KEYS).unseal_bytes(example.sealed, example_context("n1"))
    assert json.loads(opened)["subject"] == "00112233"


def test_examples_are_few_and_different(heard: Listener) -> None:
    for _ in range(3):
        heard.hear(said())
    assert len(heard.note("n1").examples) == 1

    for kind in ("door.closed", "door.held", "door.forced", "door.locked", "door.unlocked"):
        heard.hear(said(kind))
    assert len(heard.note("n1").examples) == EXAMPLES_MAX


def test_a_large_example_is_only_told(heard: Listener) -> None:
    heard.hear(said(native="x" * EXAMPLE_BYTES_MAX))
    (example,) = heard.note("n1").examples

    assert example.size > EXAMPLE_BYTES_MAX
    assert example.sealed == ""


def test_invented_names_and_topics_do_not_fill_it(heard: Listener) -> None:
    heard.hear(said(device="real"))
    for index in range(DEVICES_MAX + 20):
        heard.hear(said(device=f"d{index}"))
        if index % 100 == 0:
            heard.hear(said(device="real"), topic=f"probe/{index}")
    for index in range(KINDS_MAX + 5):
        heard.hear(said(device="real", channel=str(index)))

    assert len(heard.quarantine.notes) == DEVICES_MAX
    assert "d0" not in heard.quarantine.notes
    assert len(heard.note("real").channels) == KINDS_MAX
    assert all(len(name) <= 128 for name in heard.quarantine.notes)


def test_a_heartbeat_is_measured(heard: Listener) -> None:
    for count, wanted in ((1, None), (1, None), (2, 30)):
        for _ in range(count):
            heard.at += 29 * S
            heard.hear(said("device.heartbeat"))
        assert heard.note("n1").beats.every_s == wanted


@pytest.mark.parametrize(
    ("content", "faces"),
    [
        (said("access.granted", fields={"method": "face"}), 1),
        (said("face.recognized"), 1),
        (said("access.granted", fields={"method": "card"}), 0),
        (said("face.seen"), 0),
    ],
)
def test_it_is_noted_who_recognises_faces(
    heard: Listener, content: dict[str, Any], faces: int
) -> None:
    heard.hear(content)
    assert heard.note("n1").faces == faces


def test_a_last_will_is_noted(heard: Listener) -> None:
    heard.hear(said("device.offline"))
    assert heard.note("n1").last_will


def test_who_is_registered_is_let_go(heard: Listener) -> None:
    heard.hear(said(device="n/1"), topic="probe/x")
    heard.hear(said(device="n2"), topic="probe/x")
    heard.hear(said(device=None), topic="probe/k2")
    site = SITE.model_dump(mode="json")
    site["estates"][0]["devices"][0] |= {"ids": ["N/1"], "topics": ["probe/k2"]}
    registry = Registry(Site.model_validate(site))

    assert sorted(heard.quarantine.release(registry.knows)) == ["n.1", "probe.k2"]
    assert list(heard.quarantine.notes) == ["n2"]


@pytest.mark.parametrize("topic", ["devices/n4/probe", "probe"])
def test_who_is_registered_by_its_own_name_is_let_go_whatever_it_is_noted_under(
    heard: Listener, topic: str
) -> None:
    name = "n4" if topic.startswith("devices/") else topic
    heard.hear(said(device=name), topic=topic)
    heard.hear(said(device="n5"), topic="probe/n5/x")

    assert heard.quarantine.release(with_ids(name).knows) == [name]
    assert list(heard.quarantine.notes) == ["n5"]


def test_who_was_not_understood_is_let_go_with_the_id_in_its_topic(heard: Listener) -> None:
    for serial in ("n4", "n5"):
        heard.hear(b"{", topic=f"probe/{serial}/up")
    assert set(heard.quarantine.notes) == {"probe.n4.up", "probe.n5.up"}
    assert heard.note("probe.n4.up").refused_by == {"probe": 1}

    assert heard.quarantine.release(with_ids("n4").knows) == ["probe.n4.up"]
    assert heard.quarantine.release(with_ids("n5", adapter="other").knows) == []


def with_ids(*ids: str, adapter: str = "probe") -> Registry:
    """The site with a device of these names, wherever it speaks."""
    site = SITE.model_dump(mode="json")
    site["estates"][0]["devices"][0] |= {"ids": ids, "topics": [], "adapter": adapter}
    return Registry(Site.model_validate(site))


def test_old_things_are_let_go(heard: Listener) -> None:
    heard.hear(said(device="old"))
    heard.at += NOTES_KEPT_MS
    heard.hear(said(device="young"))
    heard.quarantine.prune(heard.at + 2 * S)
    assert list(heard.quarantine.notes) == ["young"]

    heard.quarantine.prune(heard.at + EXAMPLES_KEPT_MS + 1)
    assert heard.note("young").examples == []


def save(quarantine: Quarantine, path: Path) -> None:
    write_changes(path, *take_changes(quarantine))


def test_it_outlives_the_gateway(heard: Listener, tmp_path: Path) -> None:
    path = tmp_path / "gw.quarantine.db"
    heard.hear(said(device="a"))
    heard.hear(said(device="b"))
    save(heard.quarantine, path)
    heard.hear(said(device="b"))
    heard.quarantine.release(lambda topic, native, adapter: native == "a")
    save(heard.quarantine, path)

    again = Quarantine(KEYS)
    restore(path, again)
    assert again.notes == heard.quarantine.notes
    assert [note.name for note in read_notes(path)] == ["b"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert quarantine_files(tmp_path) == [path]


def test_nothing_new_writes_nothing(heard: Listener, tmp_path: Path) -> None:
    save(heard.quarantine, tmp_path / "gw.quarantine.db")
    assert read_notes(tmp_path / "gw.quarantine.db") == []
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "gw.quarantine.db"
    path.write_bytes(b"no database" * 100)
    quarantine = Quarantine(KEYS)
    restore(path, quarantine)

    assert quarantine.notes == {}
    assert not path.exists()
