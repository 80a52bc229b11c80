"""The tables of the Hikvision adapters: every row makes an event, no row is twice."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from ingest.adapters.hikvision_isapi import access, camera, panel
from ingest.adapters.hikvision_isecure import codec as isecure
from ingest.catalogue import SHIPPED
from ingest.message import Rejected
from schemas.event_data import DeniedReason, EventData, Method
from schemas.event_types import event_types
from tests.ingest.hikvision import access_event, alert, platform_event, read, read_one

ISAPI, ISECURE = SHIPPED / "hikvision_isapi", SHIPPED / "hikvision_isecure"


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("file", "keys"),
    [
        (ISAPI / "access_codes.csv", ("major", "minor")),
        (ISAPI / "event_types.csv", ("event",)),
        (ISAPI / "contact_id.csv", ("code",)),
        (ISECURE / "event_types.csv", ("code",)),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_no_row_is_twice_and_none_is_ragged(file: Path, keys: tuple[str, ...]) -> None:
    table = rows(file)

    assert max(Counter(tuple(row[k].lower() for k in keys) for row in table).values()) == 1
    assert all(None not in row and None not in row.values() for row in table)


@pytest.mark.parametrize(("major", "minor"), sorted(access.codes()))
def test_every_access_code_makes_its_event(major: int, minor: int) -> None:
    code = access.codes()[major, minor]

    event = read_one(access_event(major, minor, cardNo="77", employeeNoString="9", name="Li Wei"))

    assert event.type == code.type
    assert event.data.native == f"{major}/{minor}"
    assert event.subject == {"card": "77", "person": "9", "": None}[code.subject]


@pytest.mark.parametrize("word", ["method", "reason"])
def test_words_of_closed_lists_are_of_the_lists(word: str) -> None:
    closed = {"method": get_args(Method), "reason": get_args(DeniedReason)}[word]
    said = {
        row[word]
        for f in (ISAPI / "access_codes.csv", ISECURE / "event_types.csv")
        for row in rows(f)
    }

    assert said - {""} <= set(closed)


def test_a_state_has_a_name_and_a_happening_has_none() -> None:
    for row in rows(ISAPI / "access_codes.csv"):
        told = re.fullmatch(r"[a-z0-9_]+=[a-z0-9_]+", row["state"]) is not None
        assert told is (row["type"] == "device.state_reported"), row


@pytest.mark.parametrize(("minor", "state"), [(19, True), (20, False), (24, "released")])
def test_flags_of_a_state_are_flags(minor: int, state: bool | str) -> None:
    told = getattr(read_one(access_event(5, minor)).data, "state", {})

    assert list(told.values()) == [state]


def test_each_refusal_has_a_reason_and_each_credential_a_method() -> None:
    for row in rows(ISAPI / "access_codes.csv"):
        assert bool(row["reason"]) is (row["type"] == "access.denied"), row
        assert bool(row["method"]) is row["type"].startswith("access."), row


@pytest.mark.parametrize("event", sorted(camera.event_rows()))
@pytest.mark.parametrize("active", [True, False], ids=["active", "inactive"])
def test_every_event_type_makes_its_event_in_any_capitals(event: str, active: bool) -> None:
    row = camera.event_rows()[event]
    state = "active" if active else "inactive"

    for spelt in (event, event.upper()):
        assert read_one(alert(spelt, state)).type == (row.active if active else row.inactive)


@pytest.mark.parametrize("code", sorted(panel.contact_id()))
def test_every_contact_id_alarm_makes_its_event_and_its_restore_a_state(code: str) -> None:
    def told(qualifier: str) -> str:
        content = {"standardCIDcode": int(qualifier + code), "type": "zoneAlarm", "zone": 2}
        return read_one(alert("cidEvent", CIDEvent=content)).type

    assert told("1") == panel.contact_id()[code]["type"]
    assert told("3") == "device.state_reported"


@pytest.mark.parametrize("kind", sorted(isecure.codes()))
@pytest.mark.parametrize("status", range(6))
def test_every_platform_type_makes_its_event(kind: int, status: int) -> None:
    code = isecure.codes()[kind]

    said = {"ExtEventCardNo": "77", "ExtEventPersonNo": "9", "plateNo": "浙A12345"}
    event = read_one(platform_event(kind, status, **said))

    ended = status == 2
    assert event.type == ((code.inactive or "device.state_reported") if ended else code.active)
    if isinstance(state := getattr(event.data, "state", None), dict):
        assert all(name and value for name, value in state.items())


@pytest.mark.parametrize("folder", [ISAPI, ISECURE], ids=lambda folder: folder.name)
def test_readme_names_every_event_the_adapter_can_make(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    tables = [row for file in folder.glob("*.csv") for row in rows(file)]
    words = {row.get(k) for row in tables for k in ("type", "active", "inactive")} - {None, ""}

    assert [word for word in sorted(map(str, words)) if f"`{word}`" not in readme] == []


def test_tables_hold_only_words_of_the_closed_table() -> None:
    words = {code.type for code in access.codes().values()}
    words |= {word for row in camera.event_rows().values() for word in (row.active, row.inactive)}

    assert words <= set(event_types()) == set(EventData.TYPES)


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        (access_event(5, 15), "5/15"),
        (access_event(4, 1), "4/1"),
        (alert("mixedTargetDetection"), "mixedTargetDetection"),
        (alert("cidEvent", CIDEvent={"standardCIDcode": 1199}), "1199"),
        (alert("duration", relationEvent="starGazing"), "starGazing"),
        (platform_event(771760999), "771760999"),
    ],
)
def test_unknown_code_is_rejected_by_name(payload: dict[str, Any], named: str) -> None:
    found = read(payload)

    assert isinstance(found, Rejected)
    assert "unknown" in found.reason
    assert named in found.reason
