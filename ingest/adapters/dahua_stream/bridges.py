"""What bridges leave out of the payload: the event's name and the device's. Pure.

DahuaVTO2MQTT publishes `<prefix>/<Code>/Event`, sensors2mqtt `<prefix>/<channel>/<Code>`; the
payload may hold neither the code nor the device. Without the topic a payload can still show what
it is, if its members belong to one event only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.adapters._dahua.names import table
from ingest.converters import whole
from ingest.topics import TOPIC_REMEMBERED_MAX

_TOPICS = (
    re.compile(r"(?P<device>.+)/(?P<code>[A-Z_][A-Za-z_]{2,63})/Event$"),
    re.compile(r"(?P<device>.+)/(?P<index>\d{1,4})/(?P<code>[A-Z][A-Za-z]{2,63})$"),
    re.compile(r"(?P<device>.+)/(?P<code>MagneticLock)/Status$"),
)
_CLOCK_KEYS = frozenset({"LocaleTime", "UTC", "UTCMS", "RealUTC"})
_BRIDGE_KEYS = frozenset({"deviceType", "serialNumber"})
_SIGNS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(keys.split()), code)
    for keys, code in (
        ("Method ReaderID Status", "AccessControl"),
        ("Check Number", "DoorCard"),
        ("FingerPrintID", "FingerPrintCheck"),
        ("CallID LockNum", "Invite"),
        ("Address Before result", "NTPAdjustTime"),
        ("BeforeModifyTime ModifiedTime", "TimeChange"),
        ("Date Success", "SIPRegisterResult"),
        ("Error Result Type", "APConnect"),
        ("ChannelStates RemoteID", "CallSnap"),
        ("AlarmType SenseMethod", "ProfileAlarmTransmit"),
        ("FtpUrl", "AccessSnap"),
    )
)


@dataclass(frozen=True, slots=True)
class TopicSays:
    """What a bridge's topic tells: the event's name, its channel, and the device's name."""

    code: str | None = None
    device: str | None = None
    index: int | None = None


SILENT = TopicSays()
"""What the topics of all others tell."""


def topic_says(topic: str) -> TopicSays:
    """What a topic tells, if it is one of a bridge; else `SILENT` itself."""
    return _remembered(topic) if len(topic) <= TOPIC_REMEMBERED_MAX else _says(topic)


def _says(topic: str) -> TopicSays:
    for pattern in _TOPICS:
        if (found := pattern.match(topic)) is not None:
            index = whole(found.groupdict().get("index"))
            return TopicSays(found["code"], found["device"], index)
    return SILENT


_remembered = lru_cache(maxsize=2048)(_says)


def code_of_content(action: str, data: Any, names: Mapping[str, Any]) -> str | None:
    """The event's name by the members of `Data`; None if they do not settle it.

    A bare Start or Stop (motion? covered? alarm input?) stays unnamed: only the topic knows.
    """
    members = frozenset(table(data))
    for sign, code in _SIGNS:
        if sign <= members:
            return code
    told = members - _CLOCK_KEYS
    if told == {"State"} and action == "Pulse" and _BRIDGE_KEYS & frozenset(names):
        return "BackKeyLight"
    return None
