"""HTTP for messages: to the address that was judged, no redirects, no proxy, short answers."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from console.notify.addresses import Target, resolved

TIMEOUT_S = 10.0
ANSWER_MAX = 8192
LINE_MAX = 160
ID_HEADER = "X-Smart-Community-Id"
TIMESTAMP_HEADER = "X-Smart-Community-Timestamp"
SIGNATURE_HEADER = "X-Smart-Community-Signature"
ATTEMPT_HEADER = "X-Smart-Community-Attempt"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: a code and a line of the answer. `final`: no use trying again."""

    ok: bool
    code: str
    line: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, as far as it is read."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it took what was sent. A redirect is none."""
        return 200 <= self.status < 300

    @property
    def line(self) -> str:
        """The first line of what it said."""
        return one_line(self.body.decode(errors="replace"))


def one_line(text: str) -> str:
    """The first line with something on it, without what no database keeps, and not long."""
    visible = "".join(c if c.isprintable() else " " for c in (text.strip().splitlines() or [""])[0])
    return visible.strip()[:LINE_MAX]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 over the timestamp, a dot and the body, in hex."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def signed_headers(secret: str, name: str, attempt: int, at_s: int, body: bytes) -> dict[str, str]:
    """What goes with a signed request; `name` is the same however often it is sent."""
    timestamp = str(at_s)
    return {
        "Content-Type": "application/json", ID_HEADER: name, "Idempotency-Key": name,
        TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: signature(secret, timestamp, body),
        ATTEMPT_HEADER: str(attempt),
    }  # fmt: skip


def post(
    target: Target,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    auth: httpx.Auth | None = None,
) -> Answer:
    """Post to a URL whose host and port were allowed. Raises NotAllowed, OSError, httpx.HTTPError.

    The name stays in the Host header and in the certificate's check; the connection goes to the
    address.
    """
    asked = httpx.URL(url)
    pinned = asked.copy_with(host=resolved(target))
    told = {"User-Agent": "smart-community", **headers, "Host": asked.netloc.decode()}
    with (
        httpx.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT_S) as client,
        client.stream(
            "POST", pinned, content=body, headers=told, auth=auth,
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):  # fmt: skip
        return Answer(answer.status_code, _beginning(answer))


def _beginning(answer: httpx.Response) -> bytes:
    """The beginning of a body: enough for proof, and no more than a server may cost us."""
    until = time.monotonic() + TIMEOUT_S
    read = b""
    for chunk in answer.iter_bytes():
        read += chunk
        if len(read) >= ANSWER_MAX or time.monotonic() > until:
            break
    return read[:ANSWER_MAX]
