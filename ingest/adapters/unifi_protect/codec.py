"""UniFi Protect to readings: frames, JSON of either API, alarm webhooks, plugin topics. Pure."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.unifi_protect.alarms import read_alarm, read_track
from ingest.adapters.unifi_protect.devices import read_device
from ingest.adapters.unifi_protect.events import read_event
from ingest.adapters.unifi_protect.frames import is_framed
from ingest.adapters.unifi_protect.items import Item, framed_item, items
from ingest.adapters.unifi_protect.words import read_word
from ingest.converters import lenient_json
from ingest.message import Message, Reading, Unreadable

_PREFIX = ["unifi", "protect"]


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    levels = message.topic.strip("/").split("/")
    if levels[:2] == _PREFIX and len(levels) > 3 and levels[3] != "telemetry":
        return read_word(message, levels[2], levels[3:])
    if is_framed(message.payload):
        return _read([framed_item(message.payload)])
    data = lenient_json(message.payload)
    if isinstance(data, dict):
        if isinstance(data.get("alarm"), dict):
            return read_alarm(data)
        rows = data.get("payload")
        if isinstance(rows, list):
            return read_track(rows)
    return _read(items(data))


def _read(told: list[Item]) -> list[Reading]:
    """The readings of items; what one message told of an event before completes what follows."""
    known: dict[str, Mapping[str, Any]] = {}
    found: list[Reading] = []
    for item in told:
        if item.model == "event":
            found.extend(read_event(item, known.get(item.id or "")))
            known[item.id or ""] = {**known.get(item.id or "", {}), **item.content}
        elif item.model is None:
            raise Unreadable("has no modelKey, so nobody knows what it tells of", "$.modelKey")
        else:
            found.extend(read_device(item))
    return found
