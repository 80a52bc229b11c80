"""Components of the second generation: `input:0`, `switch:1`, `smoke:0` and so on. Pure.

https://shelly-api-docs.shelly.cloud/gen2: a status holds only what changed, so a value of it is a
happening; a full status and the status topics are states.
"""

from collections.abc import Mapping
from typing import Any

from ingest.converters import epoch_time, said
from ingest.message import DeviceTime, Reading
from schemas.event_fields import Scalar

_VALUES: Mapping[tuple[str, str], tuple[str, str | None]] = {
    ("input", "state"): ("input.activated", "input.cleared"),
    ("switch", "output"): ("input.activated", "input.cleared"),
    ("presence", "state"): ("motion.started", "motion.ended"),
    ("motion", "state"): ("motion.started", "motion.ended"),
    ("smoke", "alarm"): ("fire.detected", None),
    ("window", "state"): ("door.opened", "door.closed"),
}
_FIELDS: Mapping[str, dict[str, Any]] = {"smoke": {"hazard": "smoke"}}
PRESSES = frozenset({"single_push", "double_push", "triple_push", "long_push", "btn_down"})
_BLU: Mapping[str, tuple[str, str | None]] = {
    "window": ("door.opened", "door.closed"),
    "door": ("door.opened", "door.closed"),
    "motion": ("motion.started", "motion.ended"),
    "presence": ("motion.started", "motion.ended"),
}
_RADIO = "service_data"
_QUIET = frozenset({"btn_up", "config_changed", "scheduled_restart", "ota_begin", "ota_progress",
                    "ota_success", "ota_error", "sleep", "component_added",
                    "component_removed"})  # fmt: skip


def moment(value: Any, path: str = "$.params.ts") -> DeviceTime | None:
    """Seconds since 1970 with a fraction; None before the clock was set. Raises Unreadable."""
    return None if value in (None, 0) else epoch_time(value, path)


def changes(params: Mapping[str, Any], device: str | None) -> list[Reading]:
    """What a partial status tells, or else that something else of the device changed."""
    time = moment(params.get("ts"))
    parts = {name: part for name, part in params.items() if isinstance(part, dict)}
    found = [
        reading
        for name, part in parts.items()
        for reading in _of_component(name, part, device, time)
    ]
    return found or [full_state(params, device)]


def _of_component(
    name: str, part: Mapping[str, Any], device: str | None, time: DeviceTime | None
) -> list[Reading]:
    kind = name.partition(":")[0]
    return [
        Reading(
            word, device, time, name, native=f"{kind}.{field}={part[field]}",
            fields=_FIELDS.get(kind, {}),
        )
        for (owner, field), words in _VALUES.items()
        if owner == kind and isinstance(part.get(field), bool)
        if (word := words[0] if part[field] else words[1]) is not None
    ]  # fmt: skip


def full_state(params: Mapping[str, Any], device: str | None) -> Reading:
    """How the components stand: the switches and numbers right below each."""
    facts: dict[str, Scalar] = {
        f"{name}.{field}": value
        for name, part in params.items()
        if isinstance(part, dict) and name not in ("wifi", "mqtt", "ws", "sys")
        for field, value in part.items()
        if field != "id" and isinstance(value, bool | int | float | str)
    }
    time = moment(params.get("ts"))
    return Reading("device.state_reported", device, time, native="status", fields={"state": facts})


def events(params: Mapping[str, Any], device: str | None) -> list[Reading]:
    """The events of a `NotifyEvent`: presses, and what a BLU sensor radioed."""
    rows = params.get("events")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [reading for row in found for reading in event(row, device, params.get("ts"))]


def event(row: Mapping[str, Any], device: str | None, sent: Any = None) -> list[Reading]:
    """One event of a component. A press of a button has no state to go back to."""
    name, component = said(row.get("event")) or "", said(row.get("component"))
    time = moment(row.get("ts", sent))
    if name in _QUIET:
        return []
    data = row.get("data")
    if isinstance(data, dict) and is_radio(data):
        return radioed(data, time)
    if name in PRESSES:
        return [Reading("exit.requested", device, time, component, native=f"event/{name}")]
    state = {"component": component, "event": name}
    return [
        Reading(
            "device.state_reported", device, time, component, native=f"event/{name}",
            fields={"state": state},
        )
    ]  # fmt: skip


def is_radio(data: Mapping[str, Any]) -> bool:
    """Whether an object is what a BLU sensor radioed, as a gateway or its script passes it on."""
    return "address" in data or "BTHome_version" in data or _RADIO in data


def radioed(data: Mapping[str, Any], time: DeviceTime | None = None) -> list[Reading]:
    """What a BLU sensor radioed (BTHome): its address is the device, its packet number counts.

    Scripts differ: `address` or `addr`, `window` or `Window`, values flat or in `service_data`.
    """
    device = said(data.get("address")) or said(data.get("addr"))
    inner = data.get(_RADIO)
    data = inner if isinstance(inner, dict) else data
    told = {name.lower(): value for name, value in data.items()}
    packet = told.get("pid")
    count = packet if isinstance(packet, int) else None
    found = [
        Reading(word, device, time, channel, sequence=count, native=f"blu/{field}={value}")
        for field, words in _BLU.items()
        for channel, value in _instances(field, told.get(field))
        if value in (0, 1)
        if (word := words[0] if value else words[1]) is not None
    ]
    found += [
        Reading("exit.requested", device, time, channel, sequence=count, native="blu/button")
        for channel, value in _instances("button", told.get("button"))
        if value
    ]
    facts = {n: v for n, v in data.items() if isinstance(v, bool | int | float) and n != "pid"}
    return found or [
        Reading(
            "device.state_reported", device, time, sequence=count, native="blu",
            fields={"state": facts},
        )
    ]  # fmt: skip


def _instances(field: str, value: Any) -> list[tuple[str | None, int]]:
    """A value, or one for each instance: a remote control lists all its buttons, 0 at rest."""
    if isinstance(value, list):
        return [(f"{field}:{n}", one) for n, one in enumerate(value) if isinstance(one, int)]
    return [(None, value)] if isinstance(value, int) else []
