"""A JSON object out of a message, as all of these cameras send it. Pure."""

from typing import Any

from ingest.converters import lenient_json
from ingest.message import Unreadable

_STARTS = (b"{", b"/", b"\xef")
"""An object, a comment before it, a byte order mark."""


def looks_like_json(payload: bytes) -> bool:
    """Whether a message begins like a JSON object, so that nothing else is searched for one."""
    return payload[:64].lstrip()[:1] in _STARTS


def json_object(payload: bytes) -> dict[str, Any]:
    """The object. Raises Unreadable for anything else."""
    if payload.strip() and not looks_like_json(payload):
        raise Unreadable("is no JSON object", "$")
    data = lenient_json(payload)
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    return data
