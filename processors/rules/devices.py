"""What hangs on which device, and what nobody can judge while it is away."""

from collections.abc import Iterator

from processors.rules.switch import is_on_somewhere
from schemas.base import MS_PER_S, Words
from schemas.place import DeviceConfig, EstateConfig

COARSE = 10
"""A reading is remembered if it is a tenth of a heartbeat newer than the last one remembered."""
DOOR_RULES = ("door_forced", "door_held", "duress", "repeated_denial", "tailgating")
SWITCHED_RULES = (
    "antipassback",
    "escort_missing",
    "impossible_travel",
    "patrol_missed",
    "shared_credential",
    "timed_passback",
)
"""Those of the credentials' rules that ship switched off: off, they judge nothing anyway."""
CREDENTIAL_RULES = (
    "blocked_credential",
    "door_sweep",
    "granted_no_entry",
    "lapsed_credential_used",
    *SWITCHED_RULES,
)
HOME_RULES = ("dwelling_unusual", "visitor_not_out", "welfare_silent")
CAMERA_RULES = ("loitering", "tailgating")
SIGHT_RULES = (
    "camera_blinded",
    "crowd",
    "ebike_in_lift",
    "ebike_in_stairwell",
    "fire_lane_blocked",
    "high_throw",
    "piled_objects",
    "stray_parking",
)
HARM_RULES = ("break_in", "device_tampered", "fire_unlock", "intrusion")
ALARM_RULES = ("help_button", "smoke_or_gas")
SEEN_RULES = ("break_in", "intrusion", "smoke_or_gas")
LANE_RULES = (
    "abandoned_vehicle",
    "barrier_forced",
    "barrier_held_up",
    "barrier_tailing",
    "cloned_plate",
    "frequent_unknown_vehicle",
    "overstay",
    "plate_mismatch",
    "watchlist_hit",
)
RESTS_ON: dict[str, tuple[str, ...]] = {
    "reader": (*DOOR_RULES, *HOME_RULES, *CREDENTIAL_RULES, "watchlist_hit", *HARM_RULES),
    "panel": (
        *DOOR_RULES,
        *HOME_RULES,
        *CREDENTIAL_RULES,
        "watchlist_hit",
        *HARM_RULES,
        *ALARM_RULES,
    ),
    "camera": (*CAMERA_RULES, *SIGHT_RULES, "watchlist_hit", *SEEN_RULES),
    "recorder": (*CAMERA_RULES, *SIGHT_RULES, "watchlist_hit", *SEEN_RULES),
    "barrier": LANE_RULES,
    "gateway": (
        *DOOR_RULES,
        *HOME_RULES,
        *CREDENTIAL_RULES,
        *CAMERA_RULES,
        *SIGHT_RULES,
        *LANE_RULES,
        *HARM_RULES,
        *ALARM_RULES,
    ),
    "other": ALARM_RULES,
}
"""The rules that cannot judge while a device of this kind is away."""
BLIND: dict[str, Words] = {
    "reader": Words(zh="该处刷卡和门的开关", en="cards and the door there"),
    "panel": Words(zh="该处刷卡和门的开关", en="cards and the doors there"),
    "camera": Words(zh="该处画面中的人和车", en="people and cars in its picture"),
    "recorder": Words(zh="所接摄像机的画面", en="the pictures of its cameras"),
    "barrier": Words(zh="该处车辆进出", en="vehicles in and out there"),
    "gateway": Words(zh="所接全部设备的情况", en="everything behind it"),
    "other": Words(zh="该设备所报的情况", en="what it reports"),
}
"""The same in words."""


def parents(config: EstateConfig, device: str) -> Iterator[DeviceConfig]:
    """What a device hangs on, from near to far; a ring in the site file ends the walk."""
    seen = {device}
    node = config.device_by_id.get(device)
    while node is not None and node.parent is not None and node.parent not in seen:
        seen.add(node.parent)
        node = config.device_by_id.get(node.parent)
        if node is not None:
            yield node


def children(config: EstateConfig, device: str) -> Iterator[DeviceConfig]:
    """The devices that hang on a device, near and far."""
    for other in config.devices:
        if any(parent.id == device for parent in parents(config, other.id)):
            yield other


def rests_on(config: EstateConfig, device: str) -> tuple[str, ...]:
    """The rules that cannot judge while the device is away, and with it all that hangs on it."""
    found = config.device_by_id.get(device)
    away = ([found] if found else []) + list(children(config, device))
    found_rules = {rule for node in away for rule in RESTS_ON[node.kind]}
    off = {rule for rule in SWITCHED_RULES if not is_on_somewhere(config, rule)}
    return tuple(sorted(found_rules - off))


def is_whole_estate(config: EstateConfig, device: str) -> bool:
    """Whether the estate is blind without it: a gateway, or what all its other devices hang on."""
    found = config.device_by_id.get(device)
    if found is None:
        return False
    others = len(config.devices) - 1
    return found.kind == "gateway" or (others > 1 and len(list(children(config, device))) == others)


def patience_ms(
    config: EstateConfig, device: str, beats: float, head_start_ms: int, goodbye_ms: int
) -> int:
    """How long a device may be silent before it counts as lost; 0 for one that may be for ever.

    Its `silence_s`, or else `beats` of its heartbeats; and where it hangs on another so long that
    this one, fallen silent in the same moment, has surely been judged `head_start_ms` before: by
    silence, or where it has no heartbeat by its last will after `goodbye_ms`.
    """
    found = config.device_by_id.get(device)
    if found is None:
        return 0
    above = wait = 0
    for node in reversed([found, *parents(config, device)]):
        beat = beat_ms(node)
        wait = (node.silence_s or 0) * MS_PER_S or round(beats * beat)
        if above and beat:
            wait = max(wait, above + beat + head_start_ms)
        above = max(above, wait + beat // COARSE, goodbye_ms)
    return wait


def beat_ms(device: DeviceConfig | None) -> int:
    """How often it is heard: its heartbeat, or else its longest silence; 0 for one without both."""
    if device is None:
        return 0
    return (device.heartbeat_s or device.silence_s or 0) * MS_PER_S
