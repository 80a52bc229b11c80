"""SIP requests as bridges record them: the head is read for who sent it, the body is passed on."""

import re
from dataclasses import dataclass

from ingest.converters import whole
from ingest.message import Unreadable

HEAD_BYTES_MAX = 16 * 1024
_START = re.compile(rb"\s*([A-Z]{3,10}) sips?:[^\r\n]{1,400} SIP/2\.0[ \t]*\r?\n|\s*SIP/2\.0 \d{3}")
_BODY = re.compile(rb"\r?\n[ \t]*\r?\n")
_FROM = re.compile(rb"^[ \t]*(?:From|f)[ \t]*:[^\r\n]{0,200}?sips?:([^@;>\r\n]{1,64})", re.M | re.I)
_EXPIRES = re.compile(rb"^[ \t]*Expires[ \t]*:[ \t]*(\d{1,10})", re.M | re.I)
_CONTACT_EXPIRES = re.compile(rb";expires=(\d{1,10})", re.I)


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a SIP request: its method, who sent it, and how long it wants to be known."""

    method: str
    device: str | None
    expires: int | None


def open_envelope(payload: bytes) -> tuple[Request | None, bytes]:
    """The head, if there is one, and the XML. Raises Unreadable for a head without an end."""
    start = _START.match(payload)
    if start is None:
        return None, payload.strip()
    end = _BODY.search(payload, 0, HEAD_BYTES_MAX)
    if end is None and len(payload) > HEAD_BYTES_MAX:
        raise Unreadable(f"has a SIP head of more than {HEAD_BYTES_MAX} bytes", "$")
    head = payload[: end.start()] if end else payload
    body = payload[end.end() :].strip() if end else b""
    sender, expires = _FROM.search(head), _EXPIRES.search(head) or _CONTACT_EXPIRES.search(head)
    return (
        Request(
            (start[1] or b"").decode(),
            sender[1].decode("utf-8", "replace").strip() if sender else None,
            whole(expires[1].decode()) if expires else None,
        ),
        body,
    )
