"""The WebSocket's binary messages: two frames, what is done and with what. Pure.

A frame is 8 bytes (which of the two, 1 for JSON, whether deflated, 0, length big-endian) and the
body. https://github.com/uilibs/uiprotect, uiprotect/data/websocket.py.
"""

import struct
import zlib
from typing import Any

from ingest.converters import load_json
from ingest.message import Unreadable

_HEADER = struct.Struct(">BBBBI")
_ACTION, _DATA = 1, 2
_JSON = 1
BODY_BYTES_MAX = 4 * 1024 * 1024


def is_framed(payload: bytes) -> bool:
    """Whether a payload begins with the header of a frame of JSON."""
    return len(payload) > _HEADER.size and payload[0] == _ACTION and payload[1] == _JSON


def read_frames(payload: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The action and its data. Raises Unreadable."""
    action, rest = _frame(payload, _ACTION)
    data, _ = _frame(rest, _DATA)
    return action, data


def _frame(payload: bytes, wanted: int) -> tuple[dict[str, Any], bytes]:
    if len(payload) < _HEADER.size:
        raise Unreadable(f"breaks off before frame {wanted}", f"frame {wanted}")
    which, form, deflated, _, length = _HEADER.unpack_from(payload)
    end = _HEADER.size + length
    if which != wanted or form != _JSON or end > len(payload):
        raise Unreadable("is no frame of JSON, or is cut off", f"frame {wanted}")
    body = payload[_HEADER.size : end]
    value = load_json(_inflated(body, wanted) if deflated else body)
    if not isinstance(value, dict):
        raise Unreadable("holds no JSON object", f"frame {wanted}")
    return value, payload[end:]


def _inflated(body: bytes, wanted: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(body, BODY_BYTES_MAX)
    except zlib.error as error:
        raise Unreadable(f"cannot be inflated: {error}", f"frame {wanted}") from error
    if inflater.unconsumed_tail:
        raise Unreadable(f"inflates to more than {BODY_BYTES_MAX} bytes", f"frame {wanted}")
    return text
