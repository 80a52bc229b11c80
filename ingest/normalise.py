"""What payloads become, without a gateway: the heart of `smart-community normalise`.

Pure: the payloads, the mapper and the time of receipt are handed in; lines of JSON come out.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import Event

ZONED = re.compile(r"(?i)(z|utc|gmt|[+-]\d\d:?\d\d)$|^\d{9,11}(\.\d+)?$|^\d{13}$")
"""How a time ends that says its zone, or is written that counts from 1970."""
MANY_SUFFIX = ".mqtt.ndjson"
"""A file whose name ends so holds many messages, one JSON object a line."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a payload that does not say it itself."""

    topic: str
    received_at: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line to print, whether it tells of a rejection, and whether a wall-clock time in it is
    worth nothing because no zone is known (`unzoned`) or is read in the zone of an estate that
    names none (`assumed`).
    """

    text: bytes
    rejected: bool = False
    unzoned: bool = False
    assumed: str | None = None


def messages_of(name: str, content: bytes, defaults: Defaults) -> Iterator[Message | Rejected]:
    """The messages of a file: one, or one a line for `.mqtt.ndjson`."""
    if not name.endswith(MANY_SUFFIX):
        yield Message(defaults.topic, content, defaults.received_at)
        return
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            yield _recorded(line, f"line {number}", defaults)


def _recorded(line: bytes, path: str, defaults: Defaults) -> Message | Rejected:
    """One recorded message: topic, received_at, payload or payload_base64, perhaps retained."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Rejected(f"is not JSON at column {error.colno}", path)
    if not isinstance(record, dict):
        return Rejected("is no JSON object with topic and payload", path)
    payload = _payload(record)
    if payload is None:
        return Rejected("has no payload text and no payload_base64", path)
    try:
        at = parse_instant(record["received_at"]) if "received_at" in record else None
    except ValueError as error:
        return Rejected(f"received_at: {error}", path)
    return Message(
        topic=str(record.get("topic", defaults.topic)),
        payload=payload,
        received_at=defaults.received_at if at is None else at,
        retained=record.get("retained") is True,
    )


def _payload(record: dict[str, Any]) -> bytes | None:
    text, encoded = record.get("payload"), record.get("payload_base64")
    if isinstance(text, str):
        return text.encode()
    if isinstance(text, dict | list):
        return orjson.dumps(text)
    if not isinstance(encoded, str):
        return None
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None


def lines_of(
    mapper: Mapper, messages: Iterable[Message | Rejected], adapter: str | None = None
) -> Iterator[Line]:
    """The events of messages in their order, one a line; a rejection is a line of its own."""
    for message in messages:
        found = message if isinstance(message, Rejected) else mapper.read(message, adapter)
        if isinstance(found, Rejected):
            yield Line(_rejection(found), rejected=True)
        else:
            yield from (_line(event, mapper.registry) for event in found)


def _line(event: Event, registry: Registry) -> Line:
    told = event.data
    if told.device_time is None or ZONED.search(told.device_time):
        return Line(event.to_json())
    if told.time_from == "received":
        return Line(event.to_json(), unzoned=told.time_doubt is None)
    return Line(event.to_json(), assumed=registry.assumed_zone(event.estate, told.device))


def zone_note(lines: Iterable[Line]) -> str | None:
    """One line about wall-clock times whose zone nobody said, None where there are none."""
    lines = list(lines)
    parts = []
    if unzoned := sum(line.unzoned for line in lines):
        parts.append(
            f"{unzoned} say a time without a zone, and none is known: they stand at their receipt; "
            "give --tz, like --tz Asia/Shanghai, or --site"
        )
    zones = Counter(line.assumed for line in lines if line.assumed)
    for zone, count in sorted(zones.items()):
        parts.append(
            f"{count} say a time without a zone, read in {zone}, which holds for an estate that "
            "names no timezone:"
        )
    return f"note: of {len(lines)} lines {'; '.join(parts)}" if parts else None


def _rejection(found: Rejected) -> bytes:
    told = {"reason": found.reason, "path": found.path, "adapter": found.adapter}
    return orjson.dumps({"rejected": told})
