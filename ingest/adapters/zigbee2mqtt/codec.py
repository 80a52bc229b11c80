"""Zigbee2MQTT: a device's values as JSON, one value a topic, an action as a word, the gateway.

https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html. A device's name may hold
slashes, so it is what stands between the prefix and a last level that is known. Pure.
"""

from collections.abc import Sequence

from ingest.adapters.zigbee2mqtt.actions import read_action
from ingest.adapters.zigbee2mqtt.bridge import BRIDGE, online, read_bridge, read_member
from ingest.adapters.zigbee2mqtt.device import read_values
from ingest.converters import lenient_json, said, text_of
from ingest.message import Message, Reading, Unreadable

DEFAULT_PREFIX = "zigbee2mqtt"
_COMMANDS = frozenset({"set", "get"})
_LENGTH_MAX = 80


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    levels = _behind_prefix(message.topic)
    if levels and levels[0] == BRIDGE:
        return read_bridge(message, levels[1:])
    if levels and (levels[-1] in _COMMANDS or levels[-2:-1] in (["set"], ["get"])):
        return []
    if levels and levels[-1] == "availability":
        return [online(message, "/".join(levels[:-1]))]
    if message.payload.strip()[:1] == b"{":
        return _object(message, "/".join(levels) or None)
    return _word(message, levels)


def _behind_prefix(topic: str) -> list[str]:
    """The levels behind the prefix: the one that bears its default name, or the first."""
    levels = topic.strip("/").split("/")
    if levels[-1] == DEFAULT_PREFIX:
        return []  # devices/NAME/zigbee2mqtt: what it is about stands in the payload alone
    return levels[levels.index(DEFAULT_PREFIX) + 1 if DEFAULT_PREFIX in levels else 1 :]


def _object(message: Message, device: str | None) -> list[Reading]:
    data = lenient_json(message.payload)
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    if device is None and data.keys() == {"state"} and data["state"] in ("online", "offline"):
        return [online(message, BRIDGE)]
    told = data.get("data")
    if device is None and isinstance(told, dict) and isinstance(data.get("type"), str):
        return read_member(data["type"], told)
    about = data.get("device")
    own = said(about.get("friendlyName")) if isinstance(about, dict) else None
    return read_values(data, device or own, message.retained)


def _word(message: Message, levels: Sequence[str]) -> list[Reading]:
    """One value on a topic of its own; without the topic only what can be nothing else."""
    text = text_of(message.payload).strip().strip('"')
    if len(text) > _LENGTH_MAX:
        raise Unreadable("is no value: one word or number is expected", "$")
    if not levels and text in ("online", "offline"):
        return [online(message, BRIDGE)]
    name = levels[-1] if levels else "action"
    device = "/".join(levels[:-1]) or None
    if name != "action":
        return read_values({name: text}, device, message.retained)
    if not text or message.retained:
        return []
    if not levels and not text.endswith("lock"):
        raise Unreadable(f"{text[:40]!r} can be anything; give the topic it came on", "$")
    return [read_action(text, {}, device, None)]
