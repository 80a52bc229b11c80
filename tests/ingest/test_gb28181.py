"""Every alarm of the table, and SIP requests around it."""

import pytest

from ingest.adapters.gb28181.codec import decode
from ingest.adapters.gb28181.envelope import HEAD_BYTES_MAX, open_envelope
from ingest.message import Message, Unreadable
from ingest.tables import rows
from schemas.event_data import EventData

ALARMS = rows("ingest.adapters.gb28181", "alarms.csv")
BODY = (
    "<Notify><CmdType>Alarm</CmdType><DeviceID>33010000001320000005</DeviceID>"
    "<AlarmMethod>{method}</AlarmMethod><AlarmTime>2026-04-10T16:00:03</AlarmTime>"
    "<AlarmType>{type}</AlarmType></Notify>"
)


def message(payload: str) -> Message:
    return Message("devices/nvr/gb28181", payload.encode(), 1_775_808_000_000)


@pytest.mark.parametrize("row", ALARMS, ids=lambda row: f"{row['method']}-{row['type']}")
def test_alarm_reads_as_its_row_says(row: dict[str, str]) -> None:
    found = decode(message(BODY.format(method=row["method"], type=row["type"])))

    assert [reading.type for reading in found] == [row["reads"]]
    assert row["reads"] in EventData.TYPES


@pytest.mark.parametrize("method", ["1", "3", "4", "7"])
def test_method_without_types_ignores_one(method: str) -> None:
    assert decode(message(BODY.format(method=method, type="99")))[0].type == "input.activated"


def test_head_names_its_sender() -> None:
    head = "MESSAGE sip:a@b SIP/2.0\r\nf: <sip:330100@3301>;tag=1\r\nExpires: 60\r\n\r\n<Notify/>"

    request, body = open_envelope(head.encode())

    assert request is not None
    assert (request.method, request.device, request.expires) == ("MESSAGE", "330100", 60)
    assert body == b"<Notify/>"


def test_head_without_an_end_is_refused() -> None:
    endless = b"MESSAGE sip:a@b SIP/2.0\r\n" + b"x: y\r\n" * HEAD_BYTES_MAX

    with pytest.raises(Unreadable, match="SIP head"):
        open_envelope(endless)
