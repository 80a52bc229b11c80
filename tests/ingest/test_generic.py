"""The mapping without Python: what it reads, what it rejects, and every fault of its YAML."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import AdapterSpec, load_adapter
from ingest.generic import GenericMap, generic_codec
from ingest.generic.schema import NOT_FROM_DEVICES, own_fields
from ingest.message import Message, Picture, PictureKind, Reading, Unreadable
from schemas.base import parse_instant
from schemas.event_data import EventData
from schemas.yaml_file import FileFaults
from tests.ingest.images import base64_of, jpeg

AT = parse_instant("2026-03-01T08:00:00Z")
TOPIC = "acme/gate/n1/events"


def read(mapping: str, payload: Any, topic: str = TOPIC) -> list[Reading]:
    decode = generic_codec(GenericMap.model_validate(yaml.safe_load(mapping)))
    content = payload if isinstance(payload, str) else json.dumps(payload)
    return decode(Message(topic, content.encode(), AT))


def one(mapping: str, payload: Any) -> Reading:
    found = read(mapping, payload)
    assert len(found) == 1
    return found[0]


def refused(mapping: str, payload: Any) -> tuple[str, str]:
    with pytest.raises(Unreadable) as caught:
        read(mapping, payload)
    return caught.value.reason, caught.value.path


DOOR = """
format: json
{more}
events:
  - when: {{$.code: [open, 7]}}
    type: door.opened
  - when: {{$.code: shut}}
    type: door.closed
"""


def door(more: str = "") -> str:
    return DOOR.format(more=more)


@pytest.mark.parametrize(("code", "wanted"), [("open", "door.opened"), (7, "door.opened"),
                                              ("7", "door.opened"), (7.0, "door.opened"),
                                              ("shut", "door.closed")])  # fmt: skip
def test_first_entry_that_matches_is_taken(code: Any, wanted: str) -> None:
    assert one(door(), {"code": code}).type == wanted


@pytest.mark.parametrize("code", ["OPEN", "op", 8, None, "", True])
def test_code_no_entry_knows_is_rejected_by_value_and_path(code: Any) -> None:
    reason, path = refused(door(), {"code": code})

    assert path == "$.code"
    assert f"$.code = {code!r}" in reason


def test_entry_matches_only_if_all_its_conditions_do() -> None:
    mapping = """
    format: json
    events:
      - when: {$.a: 1, $.b: 2}
        type: door.opened
      - type: door.closed
    """

    assert one(mapping, {"a": 1, "b": 2}).type == "door.opened"
    assert one(mapping, {"a": 1, "b": 3}).type == "door.closed"


WORDS = [("ON", True), ("on", True), ("Yes", True), ("true", True), (True, True), ("OFF", False),
         ("no", False), (False, False)]  # fmt: skip


@pytest.mark.parametrize(("value", "wanted"), WORDS)
def test_bare_on_and_off_of_yaml_mean_their_words(value: Any, wanted: bool) -> None:
    mapping = """
    format: json
    events:
      - {when: {$.s: ON}, type: loop.occupied}
      - {when: {$.s: OFF}, type: loop.cleared}
    """

    assert one(mapping, {"s": value}).type == ("loop.occupied" if wanted else "loop.cleared")


PATHS = [
    ("$.a.b", {"a": {"b": "x"}}, "x"),
    ("$.a[1]", {"a": ["w", "x"]}, "x"),
    ("$.a[-1].b", {"a": [1, {"b": "x"}]}, "x"),
    ("$['odd name']", {"odd name": "x"}, "x"),
    ("$.a.b", {"a": "text"}, None),
    ("$.a[5]", {"a": ["w"]}, None),
    ("$.a", {"a": ""}, None),
    ("$.a", {"a": "  "}, None),
    ("$.a", {"a": 0}, "0"),
    ("$.a", {"a": False}, "false"),
    ("topic[2]", {}, "n1"),
    ("topic[-1]", {}, "events"),
    ("topic[9]", {}, None),
    ("=fixed", {}, "fixed"),
]


@pytest.mark.parametrize(("address", "payload", "wanted"), PATHS)
def test_address_finds_its_value(address: str, payload: Any, wanted: str | None) -> None:
    reading = one(door(f'subject: "{address}"'), {"code": "open"} | payload)

    assert reading.subject == wanted


def test_list_where_one_value_should_stand_is_rejected() -> None:
    reason, path = refused(door("subject: $.a"), {"code": "open", "a": [1]})

    assert (reason, path) == ("is a list or an object where one value should stand", "$.a")


def test_each_element_of_a_list_is_a_reading() -> None:
    mapping = """
    format: json
    each: $.box.list
    device: $.box.id
    channel: "@.door"
    events:
      - {when: {"@.code": open}, type: door.opened}
    """
    found = read(
        mapping, {"box": {"id": "b", "list": [{"code": "open", "door": n} for n in (1, 2)]}}
    )

    assert [(r.device, r.channel) for r in found] == [("b", "1"), ("b", "2")]
    _, path = refused(mapping, {"box": {"id": "b", "list": [{"code": "open"}, {"code": "jam"}]}})
    assert path == "$.box.list[1].code"
    assert refused(mapping, {"box": {"id": "b"}})[1] == "$.box.list"


def test_readings_without_clock_and_number_are_told_apart_by_their_place() -> None:
    mapping = "{format: csv, columns: [kind], events: [{when: {kind: x}, type: door.opened}]}"

    assert [r.key for r in read(mapping, "x\nx\n")] == ["line 1", "line 2"]
    assert one(door("sequence: $.n"), {"code": "open", "n": 1}).key is None


TIMES = [
    ("iso", "2026-03-01T16:00:00+08:00", "instant"),
    ("iso", "2026-03-01T16:00:00", "wall"),
    ("compact", "20260301160000", "wall"),
    ("epoch_s", 1772352000, "instant"),
    ("epoch_ms", "1772352000000", "instant"),
    ("'%d/%m/%Y %H:%M:%S'", "01/03/2026 16:00:00", "wall"),
    ("'%d/%m/%Y %H:%M:%S %z'", "01/03/2026 16:00:00 +0800", "instant"),
]


@pytest.mark.parametrize(("form", "value", "known"), TIMES)
def test_time_is_read_in_the_form_it_is_written(form: str, value: Any, known: str) -> None:
    time = one(door(f"time: {{from: $.t, as: {form}}}"), {"code": "open", "t": value}).time

    assert time is not None
    assert time.instant == (AT if known == "instant" else None)
    if known == "wall":
        assert time.local is not None
        assert time.local.isoformat() == "2026-03-01T16:00:00"


def test_time_of_two_parts_is_joined() -> None:
    more = "time: {from: [$.d, $.t], as: '%Y-%m-%d %H:%M'}"

    time = one(door(more), {"code": "open", "d": "2026-03-01", "t": "16:00"}).time

    assert time is not None
    assert time.raw == "2026-03-01 16:00"
    assert one(door(more), {"code": "open", "d": "2026-03-01"}).time is None


def test_time_that_is_written_otherwise_is_rejected() -> None:
    more = "time: {from: $.t, as: '%d.%m.%Y'}"

    assert refused(door(more), {"code": "open", "t": "2026-03-01"}) == (
        "time '2026-03-01' is not written as %d.%m.%Y", "$.t"
    )  # fmt: skip


FULL = door("""
device: $.id
direction: {from: $.way, enum: {1: in, out: out, 0: unknown}}
confidence: {from: $.score, full: 100}
replayed: {from: $.old, equals: yes}
sequence: $.n
pictures: [$.pic1, $.pic2]
""")


def test_common_fields_are_filled() -> None:
    found = one(FULL, {"code": "open", "id": 7, "way": 1, "score": "50", "old": "yes", "n": "12",
                       "pic2": "http://x/2.jpg"})  # fmt: skip

    assert (found.device, found.direction, found.confidence) == ("7", "in", 0.5)
    assert (found.replayed, found.sequence, found.pictures) == (True, 12, ("http://x/2.jpg",))
    assert found.native == "open"


@pytest.mark.parametrize(
    ("line", "kind"),
    [("pictures: [$.pic]", "face"), ("pictures: [{from: $.pic, shows: vehicle}]", "vehicle")],
)
def test_a_picture_in_a_field_is_taken_for_what_it_is_said_to_show(line: str, kind: str) -> None:
    text = base64_of(jpeg())

    assert one(door(line), {"code": "open", "pic": text}).pictures == (
        Picture("$.pic", cast(PictureKind, kind), text),
    )
    assert one(door(line), {"code": "open", "pic": "/a/1.jpg"}).pictures == ("/a/1.jpg",)


def test_common_fields_may_be_absent_but_for_the_device() -> None:
    found = one(FULL, {"code": "open", "id": 7, "way": 0})

    assert (found.direction, found.confidence, found.replayed) == (None, None, False)
    assert refused(FULL, {"code": "open", "way": 1})[1] == "$.id"


WRONG = [
    ({"way": "north"}, "$.way"),
    ({"score": 101}, "$.score"),
    ({"score": "high"}, "$.score"),
    ({"n": "twelve"}, "$.n"),
]


@pytest.mark.parametrize(("part", "path"), WRONG)
def test_value_that_cannot_be_converted_is_rejected(part: dict[str, Any], path: str) -> None:
    assert refused(FULL, {"code": "open", "id": 7} | part)[1] == path


FIELDS = """
format: json
events:
  - when: {$.k: card}
    type: access.denied
    fields:
      method: =card
      reader: $.reader
      reason: {from: $.why, enum: {1: expired, 2: blocked}}
  - when: {$.k: health}
    type: device.state_reported
    fields: {state.ok: {from: $.ok, as: flag}, state.volt: {from: $.v, as: number}}
  - when: {$.k: sum}
    type: person.counted
    fields: {entered: {from: $.in, as: whole}}
"""


def test_fields_of_the_type_are_filled() -> None:
    card = one(FIELDS, {"k": "card", "reader": 3, "why": 2})
    health = one(FIELDS, {"k": "health", "ok": "true", "v": "11.9"})
    total = one(FIELDS, {"k": "sum", "in": 70.0})

    assert card.fields == {"method": "card", "reader": "3", "reason": "blocked"}
    assert health.fields == {"state": {"ok": True, "volt": 11.9}}
    assert total.fields == {"entered": 70}


@pytest.mark.parametrize(
    ("payload", "path"),
    [({"k": "card", "why": 9}, "$.why"), ({"k": "health", "ok": "perhaps"}, "$.ok"),
     ({"k": "sum", "in": 1.5}, "$.in")],
)  # fmt: skip
def test_field_with_an_unknown_word_is_rejected(payload: Any, path: str) -> None:
    assert refused(FIELDS, payload)[1] == path


CSV = """
format: csv
columns: [kind, who, note]
delimiter: ";"
subject: who
events:
  - {when: {kind: pass}, type: access.granted}
"""


def test_csv_lines_are_readings() -> None:
    text = '\ufeffpass;ann;"a; note"\r\n\r\npass;bo;;;\r\n'

    assert [r.subject for r in read(CSV, text)] == ["ann", "bo"]


CSV_WRONG = [
    ("pass;ann;x\nfail;bo;x\n", "line 2, kind"),
    ("pass;ann\n", "line 1"),
    ("pass;ann;x;y\n", "line 1"),
    ('pass;"ann;x\n', "line 1"),
]


@pytest.mark.parametrize(("text", "path"), CSV_WRONG)
def test_csv_line_with_a_fault_is_rejected_by_its_number(text: str, path: str) -> None:
    assert refused(CSV, text)[1] == path


def test_csv_without_columns_takes_their_names_from_the_first_line() -> None:
    mapping = "{format: csv, subject: who, events: [{when: {kind: pass}, type: access.granted}]}"

    assert [r.subject for r in read(mapping, "who,kind\nann,pass\n")] == ["ann"]
    assert read(mapping, "") == []


LINES = """
format: lines
pair_separator: "\\t"
subject: card
events:
  - {when: {code: 0}, type: access.granted}
"""


def test_key_value_lines_are_readings() -> None:
    found = read(LINES, "code=0\tcard=77\t\r\n\r\ncard=a=b\tcode=0\r\n")

    assert [r.subject for r in found] == ["77", "a=b"]


@pytest.mark.parametrize(
    ("text", "path"), [("code=0\nnoise\n", "record 2"), ("card=1\n", "record 1, code")]
)
def test_key_value_line_with_a_fault_is_rejected_by_its_number(text: str, path: str) -> None:
    assert refused(LINES, text)[1] == path


HEAD = "name: mine\ntitle: Mine\nmake: mine\nevidence: C\nmap:\n"
FAULTS = [
    ("  format: xml\n  events: [{type: door.opened}]", 6, "map.format", "'json', 'csv' or 'lines'"),
    ("  format: json\n  events: []", 7, "map.events", "is empty"),
    ("  format: json\n  event: []", 7, "map.event", "not a name known here"),
    ("  format: json\n  events:\n    - type: door.ajar", 8, "map.events.0.type",
     "not an event type"),
    ("  format: json\n  events:\n    - type: clock.ticked", 8, "map.events.0.type",
     "never by a device"),
    ("  format: json\n  events:\n    - type: door.opened\n      fields:\n        reason: $.x", 10,
     "map.events.0.fields.reason", "not a field of door.opened; it has: none"),
    ("  format: json\n  events:\n    - type: plate.read\n      fields: {plate: $.x}", 9,
     "map.events.0.fields.plate", "not a field of plate.read"),
    ("  format: json\n  events:\n    - type: access.denied\n      fields: {reason: =late}", 9,
     "map.events.0.fields.reason", "'late' cannot stand here"),
    ("  format: json\n  events:\n    - type: access.denied\n"
     "      fields: {reason: {from: $.x, enum: {1: late}}}", 9,
     "map.events.0.fields.reason", "'late' cannot stand here"),
    ("  format: json\n  events:\n    - type: device.state_reported\n      fields: {state: $.x}", 9,
     "map.events.0.fields.state", "not a field of"),
    ("  format: json\n  device: $.a[x]\n  events: [{type: door.opened}]", 7, "map.device",
     "no path at '[x]'"),
    ("  format: json\n  device: serial\n  events: [{type: door.opened}]", 7, "map.device",
     "write $.serial"),
    ("  format: json\n  device: '@.id'\n  events: [{type: door.opened}]", 7, "map.device",
     "there is no each"),
    ("  format: json\n  sequence: no\n  events: [{type: door.opened}]", 7, "map.sequence",
     "put it in quotes"),
    ("  format: json\n  each: '@.list'\n  events: [{type: door.opened}]", 7, "map.each",
     "names a list inside"),
    ("  format: csv\n  columns: [a]\n  subject: b\n  events: [{type: door.opened}]", 8,
     "map.subject", "'b' is not a column; there are: a"),
    ("  format: lines\n  subject: $.b\n  events: [{type: door.opened}]", 7, "map.subject",
     "a path in JSON"),
    ("  format: json\n  time: {from: $.t, as: rfc}\n  events: [{type: door.opened}]", 7,
     "map.time.as", "'rfc' is not iso"),
    ("  format: json\n  time: {from: $.t, as: '%H:%M'}\n  events: [{type: door.opened}]", 7,
     "map.time.as", "has no year"),
    ("  format: json\n  direction: {from: $.w, enum: {1: inside}}\n  events: [{type: door.opened}]",
     7, "map.direction.enum.1", "'in', 'out' or 'unknown'"),
    ("  format: json\n  events:\n    - type: door.opened\n    - type: door.closed", 8,
     "map.events.0", "no entry below is ever reached"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "path", "what"), FAULTS, ids=[f[2] for f in FAULTS])
def test_fault_of_the_yaml_is_told_with_path_and_line(
    tmp_path: Path, text: str, line: int, path: str, what: str
) -> None:
    (tmp_path / "adapter.yaml").write_text(HEAD + text + "\n", encoding="utf-8")

    with pytest.raises(FileFaults) as caught:
        load_adapter(tmp_path)

    faults = {(fault.line, fault.path): fault.what for fault in caught.value.faults}
    assert what in faults[line, path]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = "  format: xml\n  device: $.a[x]\n  events: [{type: door.ajar}, {type: door.jammed}]\n"
    (tmp_path / "adapter.yaml").write_text(HEAD + text, encoding="utf-8")

    with pytest.raises(FileFaults) as caught:
        load_adapter(tmp_path)

    assert len(caught.value.faults) == 4


def test_every_field_of_an_adapter_is_described() -> None:
    """Editors show the descriptions while an operator writes adapter.yaml."""
    schema = AdapterSpec.model_json_schema()
    parts = [schema, *schema["$defs"].values()]

    bare = [name for part in parts for name, field in part.get("properties", {}).items()
            if "description" not in field]  # fmt: skip

    assert bare == []


@pytest.mark.parametrize("word", sorted(set(EventData.TYPES) - NOT_FROM_DEVICES))
def test_every_type_of_a_device_can_be_mapped(word: str) -> None:
    mapping = GenericMap.model_validate({"format": "json", "events": [{"type": word}]})

    assert generic_codec(mapping)(Message("t", b"{}", AT))[0].type == word
    assert "device" not in own_fields(word)


@given(st.binary(max_size=60))
def test_any_payload_is_read_or_unreadable(payload: bytes) -> None:
    for mapping in (FULL, CSV, LINES):
        decode = generic_codec(GenericMap.model_validate(yaml.safe_load(mapping)))
        try:
            found = decode(Message("t", payload, AT))
        except Unreadable:
            continue
        assert all(isinstance(reading, Reading) for reading in found)
