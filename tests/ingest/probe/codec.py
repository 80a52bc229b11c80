"""JSON that names a reading's parts as they are: what the gateway's tests publish."""

from typing import Any

from ingest.converters import load_json
from ingest.message import DeviceTime, Message, Picture, Reading, Unreadable


def decode(message: Message) -> list[Reading]:
    """One reading, or many in a list. Raises Unreadable, and KeyError for `crash`."""
    content = load_json(message.payload)
    if isinstance(content, dict) and "crash" in content:
        raise ZeroDivisionError(content["crash"])
    if not isinstance(content, dict | list):
        raise Unreadable("is neither an object nor a list", "$")
    return [_reading(item) for item in (content if isinstance(content, list) else [content])]


def _reading(item: dict[str, Any]) -> Reading:
    at, observed = _time(item.pop("at", None)), _time(item.pop("observed", None))
    pictures = tuple(Picture(**picture) for picture in item.pop("pictures", ()))
    return Reading(time=at, observed=observed, pictures=pictures, **item)


def _time(at: object) -> DeviceTime | None:
    return None if at is None else DeviceTime(str(at), instant=int(str(at)))
