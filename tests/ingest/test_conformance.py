"""A folder of payloads that others published, read as a person read them.

`SMART_COMMUNITY_PAYLOADS` names the folder: one folder a make, and `expected.jsonl` with one line
an event in file order (`file`, `kind`, `what`, `time`, `device`, `subject`, perhaps `local_time`
and `also_ok`). The payloads belong to others, so they are not kept here, and without the folder
these tests are left out.
"""

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import MS_PER_S, parse_instant
from schemas.event_types import event_types
from schemas.events import Event
from tests.ingest.cases import shipped

FOLDER = os.environ.get("SMART_COMMUNITY_PAYLOADS")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="SMART_COMMUNITY_PAYLOADS names no folder")

RECEIVED_AT = parse_instant("2030-01-01T00:00:00Z")
TOPICS = {
    "dahua/doc_alarmlocal_stop.txt": "DahuaVTO/AlarmLocal/Event",
    "dahua/doc_invite_call.json": "DahuaVTO/Invite/Event",
    "dahua/doc_ntpadjusttime.json": "DahuaVTO/NTPAdjustTime/Event",
    "frigate/available_offline.txt": "frigate/available",
    "frigate/available_online.txt": "frigate/available",
    "frigate/count_not_an_int.txt": "frigate/front_door/person",
    "frigate/motion_off.txt": "frigate/front_door/motion",
    "frigate/motion_on.txt": "frigate/front_door/motion",
    "onvif/mqtt_temperature_high.json": "MyDevice/onvif-ej/Device/Sensor/Temperature/High",
    "shelly/gen1_dw2_state_open.txt": "shellies/shellydw2/sensor/state",
    "zigbee2mqtt/bridge_offline.json": "zigbee2mqtt/bridge/state",
    "zigbee2mqtt/bridge_online_legacy.txt": "zigbee2mqtt/bridge/state",
    "zigbee2mqtt/lock_action_topic.txt": "zigbee2mqtt/0x002446fffd038aa7/action",
    "zigbee2mqtt/lock_state_contradiction.json": "zigbee2mqtt/0x000d6f0010fa0510",
}
"""The topics of payloads that leave to their topic what they are about."""

DIFFERENT: dict[str, str] = {
    "zkteco/c3_kv_rtlog_frame.bin": "its first record is event 206 of door 0, a start of the "
    "device by the maker's own table; only the second is an opening",
    "zigbee2mqtt/lock_state_contradiction.json": "the reporter's lock sends the same bytes for "
    "locking as for unlocking, and they say locked; no more than a state can be read in them",
}
"""Files read otherwise than expected, each with the reason why that is right."""


@cache
def expected() -> dict[str, list[dict[str, Any]]]:
    """The expected events of each file, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    if FOLDER is not None:
        for line in (Path(FOLDER) / "expected.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(row["file"], []).append(row)
    return found


def read(file: str, adapter: str | None = None) -> list[Event] | Rejected:
    payload = (Path(FOLDER or "") / file).read_bytes()
    message = Message(TOPICS.get(file, ""), payload, RECEIVED_AT)
    return Mapper(shipped(), Registry(None)).read(message, adapter)


def differences(event: Event, row: dict[str, Any]) -> list[str]:
    """What stands otherwise in an event than in its expected row."""
    wanted = {f"{row['kind']}/{row['what']}", *row.get("also_ok", ())}
    told = event_types()[event.type].reads_as
    checks = {
        f"reads as {told}, not {sorted(wanted)}": bool(wanted & set(told)),
        f"subject {event.subject!r}, not {row['subject']!r}": event.subject == row["subject"],
        f"device {event.data.device!r}, not {row['device']!r}": row["device"] is None
        or event.data.device == row["device"],
        f"time {event.time}, not {row['time']}": _same_time(event, row["time"]),
        f"device_time {event.data.device_time!r}, not {row.get('local_time')!r}": _same_wall_clock(
            event.data.device_time, row.get("local_time")
        ),
    }
    return [what for what, holds in checks.items() if not holds]


def _same_time(event: Event, wanted: str | None) -> bool:
    """A time nobody can be sure of must not be claimed; a sure one must be hit as told.

    Where the fraction of the second is left out, any instant of that second is meant.
    """
    if wanted is None:
        return event.data.time_from == "received"
    off = event.time - parse_instant(wanted)
    return event.data.time_from == "device" and (
        abs(off) <= 1 if "." in wanted else 0 <= off < 1000
    )


def _same_wall_clock(told: str | None, wanted: str | None) -> bool:
    """Whether the raw text of the clock says the wanted wall-clock time, in whatever notation."""
    if wanted is None:
        return True
    if told is None:
        return False
    if told.isdigit() and len(told) == len(str(RECEIVED_AT // MS_PER_S)):
        told = datetime.fromtimestamp(int(told), UTC).strftime("%Y%m%d%H%M%S")
    return _digits(told).startswith(_digits(wanted))


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


@pytest.mark.parametrize("file", sorted(expected()))
@pytest.mark.parametrize("named", [False, True], ids=["by content", "by make"])
def test_payload_is_read_as_a_person_reads_it(file: str, named: bool) -> None:
    rows = expected()[file]

    found = read(file, Path(file).parts[0] if named else None)

    if any(row["what"] == "unparseable" for row in rows):
        assert isinstance(found, Rejected)
        return
    assert not isinstance(found, Rejected), found
    assert len(found) == len(rows), [event.type for event in found]
    faults = [what for pair in zip(found, rows, strict=True) for what in differences(*pair)]
    assert bool(faults) is (file in DIFFERENT), faults


@pytest.mark.parametrize("make", sorted({file.split("/")[0] for file in expected()}))
def test_every_make_has_an_adapter(make: str) -> None:
    assert shipped().named(make), make
