"""OpenALPR and Rekor Scout webhooks to readings. Pure.

An agent reads a passing plate many times (`alpr_results`, one a frame) and then tells the passage
once (`alpr_group`). The group makes the reading. The open daemon `alprd` knows no groups and no
`agent_...` fields; its results are all there is, so they are told. An `alpr_alert` wraps the group
it is about and so has the same id. Times are milliseconds since 1970 in UTC; the
first daemons told seconds.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.adapters._parking.body import json_object
from ingest.adapters._parking.words import colour, plate_text, rated
from ingest.converters import epoch_time, flag, number, said
from ingest.message import DeviceTime, Message, Picture, Reading, Unreadable
from ingest.pictures import named_or_carried
from schemas.base import MS_PER_S

_OF_AN_AGENT = ("agent_uid", "agent_type", "agent_version")
_SECONDS_BELOW = 10**11
"""As milliseconds this is 1973, before there was anything to read; as seconds the year 5138."""
Data = Mapping[str, Any]


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    data = json_object(message.payload)
    kind = said(data.get("data_type"))
    if kind is None and "openalpr_webhook" in data:
        return []  # the test button of the web page
    if kind is None and isinstance(data.get("results"), list) and "epoch_time" in data:
        return _results(data)  # alprd of 2014, which named no kinds yet
    read = _KINDS.get(str(kind))
    if read is None:
        raise Unreadable(f"data_type {kind!r} is not known", "$.data_type")
    return read(data)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(values: Any) -> dict[str, Any]:
    """The first of a list of guesses: they come in falling order of their confidence."""
    return _table(values[0]) if isinstance(values, list) and values else {}


def _time(data: Data, name: str) -> DeviceTime | None:
    value = data.get(name)
    if value is None:
        return None
    told = number(value)
    unit = 1 if told is not None and 0 <= told < _SECONDS_BELOW else MS_PER_S
    return epoch_time(value, f"$.{name}", unit_per_s=unit)


def _group(data: Data) -> list[Reading]:
    """One passage, from `epoch_start` on. A preview is left out: the whole group follows."""
    return [] if flag(data.get("is_preview")) else [_passage(data, "alpr_group", None)]


def _alert(data: Data) -> list[Reading]:
    """A group whose plate stands on a list of the web server."""
    group = _table(data.get("group"))
    if not group:
        raise Unreadable("has no group", "$.group")
    listed = said(data.get("alert_list")) or said(data.get("alert_list_name")) or "alert"
    return [_passage(group, "alpr_alert", listed)]


def _vehicle(data: Data) -> list[Reading]:
    return [_passage(data, "vehicle", None)]


def _passage(data: Data, native: str, list_name: str | None) -> Reading:
    """A passage. `travel_direction` is degrees across the picture, neither in nor out."""
    best, looks = _table(data.get("best_plate")), _table(data.get("vehicle"))
    plate = plate_text(data.get("best_plate_number")) or plate_text(best.get("plate"))
    if plate is None and not looks and "best_plate" not in data:
        raise Unreadable("tells of no plate and no vehicle", "$.best_plate")
    rating = data.get("best_confidence", best.get("confidence"))
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=said(data.get("camera_id")),
        time=_time(data, "epoch_start"),
        subject=plate,
        confidence=None if plate is None else rated(rating),
        native=native,
        pictures=_pictures(data, best, said(data.get("best_uuid"))),
        fields={
            "vehicle_type": said(_first(looks.get("body_type")).get("name")),
            "vehicle_colour": colour(_first(looks.get("color")).get("name")),
            "list_name": list_name,
        },
        # A vehicle without a plate has nothing else that tells it from another of the instant.
        key=None if plate is not None else said(data.get("best_uuid")),
    )


def _pictures(data: Data, best: Data, uuid: str | None) -> tuple[str | Picture, ...]:
    """Cut-outs come along; the whole picture lies at the agent under its uuid."""
    crop = said(data.get("vehicle_crop_jpeg"))
    return (
        *named_or_carried(said(best.get("plate_crop_jpeg")), "plate", "plate"),
        *named_or_carried(crop, "vehicle", "vehicle"),
        *(() if uuid is None else (f"img/{uuid}.jpg",)),
    )


def _results(data: Data) -> list[Reading]:
    """Plates of one frame: told only of a daemon that will send no group."""
    results = data.get("results")
    if not isinstance(results, list):
        raise Unreadable("has no results", "$.results")
    if any(name in data for name in _OF_AN_AGENT):
        return []
    device, path = said(data.get("camera_id")), said(data.get("uuid"))
    frame = _time(data, "epoch_time")
    return [
        Reading(
            "plate.read", device, _time(result, "epoch_time") or frame, subject=plate,
            confidence=rated(result.get("confidence")), native="alpr_results",
            pictures=() if path is None else (f"img/{path}.jpg",),
        )
        for result in map(_table, results)
        if (plate := plate_text(result.get("plate"))) is not None
    ]  # fmt: skip


def _heartbeat(data: Data) -> list[Reading]:
    """The agent lives; of each camera that gives it no picture, that state."""
    agent = next(filter(None, (said(data.get(name)) for name in _AGENT_NAMES)), None)
    time = _time(data, "timestamp")
    streams = data.get("video_streams")
    silent = [
        Reading(
            "device.state_reported", said(stream.get("camera_id")), time, native="heartbeat",
            fields={"state": {"is_streaming": False}}, key=said(stream.get("camera_id")),
        )
        for stream in map(_table, streams if isinstance(streams, list) else [])
        if flag(stream.get("is_streaming")) is False
    ]  # fmt: skip
    return [Reading("device.heartbeat", agent, time, native="heartbeat"), *silent]


_AGENT_NAMES = ("agent_uid", "site_id", "agent_hostname")
_KINDS: Mapping[str, Callable[[Data], list[Reading]]] = {
    "alpr_group": _group,
    "alpr_results": _results,
    "alpr_alert": _alert,
    "vehicle": _vehicle,
    "heartbeat": _heartbeat,
}
