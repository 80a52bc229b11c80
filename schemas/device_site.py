"""A device as the site file has it: who it is, where it stands, how its clock and silence are read.

Identity is the estate and the device's own name for itself (serial, MAC, host name). An address is
none: 192.168.1.64 is what every camera of one make has when it leaves the factory, and what DHCP
gives to one device today it gives to another tomorrow.
"""

import re
from functools import cache
from ipaddress import ip_address
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, field_validator, model_validator

from schemas.base import Model, Words
from schemas.event_data import Direction
from schemas.event_types import event_types
from schemas.place import DeviceKind

ClockFault = Literal[
    "lost_offset_sign", "local_as_epoch", "utc_is_local", "factory_zone", "no_summer_time",
    "fixed_shift",
]  # fmt: skip
CLOCK_FAULTS: tuple[str, ...] = get_args(ClockFault)
DAY_S = 86_400
_LOOKS_LIKE_ADDRESS = re.compile(r"^\[?[0-9a-fA-F]*[.:][0-9a-fA-F.:]+\]?(:\d+)?(/.*)?$")
_HOST = re.compile(r"^[A-Za-z0-9._-]+(:\d{1,5})?$")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_zone(name: str | None) -> str | None:
    """The name if it is a time zone's. Raises ValueError."""
    if name is not None and name not in _zones():
        raise ValueError(f"{name!r} is not a time zone; write one like Asia/Shanghai")
    return name


def is_address(text: str) -> bool:
    """Whether a text is an IP address, perhaps with http:// before it or a port behind it."""
    text = text.strip().rpartition("://")[2]
    if not _LOOKS_LIKE_ADDRESS.match(text):
        return False
    plain = text.split("/")[0]
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    elif "::" not in plain and all(len(group) == 2 for group in plain.split(":")):
        return False  # A MAC, or an EUI-64, which reads like an IPv6 address too.
    try:
        ip_address(plain)
    except ValueError:
        return False
    return True


def _no_address(text: str) -> str:
    if is_address(text):
        raise ValueError(
            f"{text!r} is an address and no identity: another device may have it today or tomorrow;"
            " write the serial or MAC, or topics:, and give a bridge its way with address:"
        )
    return text


def _reachable(text: str | None) -> str | None:
    """A host with or without a port, or an http(s) URL, with no password in it."""
    if text is None:
        return None
    if "@" in text:
        raise ValueError("holds a user or password; those stand in no site file")
    url = urlsplit(text)
    if url.scheme in ("http", "https") and url.hostname:
        return text
    if not _HOST.match(text) and not is_address(text):
        raise ValueError("is no host, HOST:PORT or http(s) URL; write one like 192.168.1.64:80")
    return text


class ChannelSite(Model):
    """Where one channel, door or reader of a device looks or stands, and which way it faces."""

    place: str | None = None
    direction: Direction | None = None


class FaceSite(Model):
    """What must be settled before a device may recognise faces, and how many it knows.

    Required by the 2025 measures on face recognition (人脸识别技术应用安全管理办法) and the law on
    personal information. Each is free text that leads to the paper, but for the last two.
    """

    owners_resolution: str = Field("", description="Date and number of the owners' resolution")
    notice: str = Field("", description="Where the notice to those who pass hangs")
    impact_assessment: str = Field("", description="Number of the impact assessment")
    other_way_in: str = Field("", description="How one comes in without a face: card, code, guard")
    guardians_consent_under_14: str = Field(
        "", description="Where the guardians' consents lie, or that no child under 14 is enrolled"
    )
    retention_days: int | None = Field(None, gt=0, description="How long faces are kept, in days")
    faces_enrolled: int = Field(0, ge=0, description="How many faces it knows, as last counted")


class DeviceWords(Model):
    """What a template and a device may both say."""

    adapter: str = ""
    kind: DeviceKind = "other"
    heartbeat_s: int | None = Field(default=None, gt=0)
    silence_s: int | None = Field(default=None, gt=0)
    timezone: str | None = None
    clock_fault: ClockFault | None = None
    clock_shift_s: int | None = Field(default=None, gt=-DAY_S, lt=DAY_S)
    recognises_faces: bool = False
    channels: dict[str, ChannelSite] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)

    _zone = field_validator("timezone")(check_zone)

    @field_validator("inputs")
    @classmethod
    def _known_types(cls, inputs: dict[str, str]) -> dict[str, str]:
        for channel, word in inputs.items():
            if word not in event_types():
                raise ValueError(f"input {channel}: {word!r} is not an event type of the table")
        return inputs

    @model_validator(mode="after")
    def _silence_above_heartbeat(self) -> "DeviceWords":
        if self.silence_s and self.heartbeat_s and self.silence_s <= self.heartbeat_s:
            raise ValueError(
                f"silence_s: {self.silence_s} is no longer than heartbeat_s: {self.heartbeat_s}; "
                "it would be lost between two heartbeats"
            )
        return self

    @model_validator(mode="after")
    def _shift_with_its_fault(self) -> "DeviceWords":
        if (self.clock_fault == "fixed_shift") is not (self.clock_shift_s is not None):
            raise ValueError(
                "clock_fault: fixed_shift and clock_shift_s belong together: how many seconds the "
                "device's clock is ahead (behind: below zero)"
            )
        return self


class DeviceTemplate(DeviceWords):
    """What all devices of one model have in common; a device names it, and its own words win."""


class DeviceSite(DeviceWords):
    """One device: which adapter understands it, how to know it, and where it stands.

    `ids` are the device's own names for itself (MAC, serial, host name), `topics` the MQTT filters
    on which only it speaks. `address` is where a bridge pulls its events, and no identity.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: Words | None = None
    template: str | None = None
    ids: tuple[Annotated[str, AfterValidator(_no_address)], ...] = ()
    topics: tuple[str, ...] = ()
    address: Annotated[str | None, AfterValidator(_reachable)] = None
    place: str
    direction: Direction | None = None
    parent: str | None = None
    password_hash: str | None = None
    face: FaceSite | None = None
