"""Fire, smoke and gas as devices tell them: what a signal is, and what takes it back.

Sources of the state words: the adapters' tables (Hikvision 5/52 and 5/53 `fire_relay`, 1/1060
`lane_fire_input`, 1/1049 `fire_button`; ZKTeco's input `fire`; contact-ID codes, whose restores
begin with 3).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.alerts import Evidence
from schemas.event_data import DeviceStateReported, FireDetected
from schemas.events import Event
from schemas.place import EstateConfig

RELAYS = frozenset({"fire_relay", "lane_fire_input"})
"""States that say: the doors or the lane stand open because of a fire signal."""
FIRE_INPUT = "fire"
"""The channel of an input that is wired to the fire alarm."""
FIRE_WORDS = ("fire",)
HAZARD_WORDS = ("smoke", "gas", "carbon_monoxide", "heat", "fire", "alarm")
QUIET = frozenset({"restored", "off", "normal", "cleared", "none", "false", False})
"""Values that say: it is over."""
CAMERAS = frozenset({"camera", "recorder"})
SIGNALS_MAX = 100


@dataclass(frozen=True, slots=True)
class Signal:
    """One detector or input that has spoken and not taken it back."""

    device: str
    channel: str | None
    item: Evidence


def releases_doors(event: Event, config: EstateConfig) -> bool:
    """Whether it is a fire signal that opens doors: a relay, an input, a call point, a fire panel.

    Flames that a camera believes to see open nothing.
    """
    data = event.data
    if isinstance(data, DeviceStateReported):
        return any(data.state.get(name) is True for name in RELAYS)
    if event.type == "input.activated":
        return data.channel == FIRE_INPUT
    if not isinstance(data, FireDetected) or data.hazard not in ("fire", "unknown"):
        return False
    return not _is_camera(config, data.device)


def is_detected(event: Event, config: EstateConfig) -> bool:
    """Whether a detector reports smoke, gas or heat, or a camera smoke or flames."""
    return isinstance(event.data, FireDetected) and not releases_doors(event, config)


def may_end(event: Event, words: Iterable[str]) -> bool:
    """Whether it may take a signal back: a quiet state of one of these words, an input gone off."""
    data = event.data
    if not isinstance(data, DeviceStateReported):
        return event.type == "input.cleared"
    if str(data.state.get("contact_id", "")).startswith("31"):
        return True
    named = [value for name, value in data.state.items() if any(w in name.lower() for w in words)]
    return bool(named) and all(is_quiet(value) for value in named)


def ended(signals: tuple[Signal, ...], event: Event) -> tuple[Signal, ...]:
    """The signals without those that this event takes back."""
    return tuple(signal for signal in signals if not _ends(event, signal))


def with_signal(signals: tuple[Signal, ...], new: Signal) -> tuple[Signal, ...]:
    """The signals with another; one that is there already stays as it was."""
    if any((old.device, old.channel) == (new.device, new.channel) for old in signals):
        return signals
    return (*signals[-SIGNALS_MAX + 1 :], new)


def _ends(event: Event, signal: Signal) -> bool:
    """An input ends what it began; a state, what its device told there."""
    data = event.data
    if data.device != signal.device:
        return False
    if event.type == "input.cleared":
        return data.channel == signal.channel
    return data.channel is None or signal.channel in (None, data.channel)


def is_quiet(value: object) -> bool:
    """Whether a state's value says that what it names is over."""
    return (value.lower() if isinstance(value, str) else value) in QUIET


def _is_camera(config: EstateConfig, device: str) -> bool:
    found = config.device_by_id.get(device)
    return found is not None and found.kind in CAMERAS
