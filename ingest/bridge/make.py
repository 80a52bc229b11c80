"""What a make's module says of itself: how its devices are known, what of a push goes on to MQTT,
and in which words they want to be told that it was taken. Pure.

A module below `ingest/bridge/makes/` holds one `MAKE`. Nothing else names it. No answer may carry
anything that opens, closes or sets a device: an answer is said to whoever asks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import orjson

PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What of a device's own words may be said back to it, or become a level of a topic."""

Headers = tuple[tuple[str, str], ...]
JSON = "application/json"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Push:
    """One HTTP request. `path` is what stands behind the make's own root, without slashes around.

    `headers` have lower-case names. `device` is our name of the sender, `serial` what it calls
    itself, if it does. `now` is in ms since the epoch, `zone` the device's where the site knows it.
    """

    method: str = "POST"
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    device: str = ""
    serial: str | None = None
    now: int = 0
    zone: ZoneInfo | None = None

    @property
    def is_question(self) -> bool:
        """Whether the device asks and brings nothing."""
        return self.method in ("GET", "HEAD")

    @property
    def step(self) -> str:
        """The last level of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a device."""

    body: bytes = b""
    status: int = 200
    content_type: str = TEXT
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a push: publish `body`, and say `taken` once the broker has it.

    An empty body is not published, but for `is_poll`: the device showed that it lives, and that is
    told now and then with no body at all. `table` is what only the URL says. `withheld`: people's
    data that is not passed on was left out.
    """

    taken: Answer = Answer()
    body: bytes = b""
    table: str | None = None
    withheld: bool = False
    is_poll: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a push was not taken, and when it may come again."""

    status: int
    why: str
    again_after_s: int | None = None

    @property
    def headers(self) -> Headers:
        """The headers that say so."""
        return () if self.again_after_s is None else (("Retry-After", str(self.again_after_s)),)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on MQTT. With `keeps`, it says that a record was taken, and so it is said only
    after the record was sent on with QoS 1 and the broker has confirmed that.
    """

    topic: str
    body: bytes
    keeps: bool


def take_all(push: Push) -> Plan:
    """A make whose devices want status 200 and read nothing."""
    return Plan(body=b"" if push.is_question else push.body)


def refuse_in_json(refusal: Refusal, _push: Push) -> Answer:
    """A refusal with its reason, for a make whose devices read the status alone."""
    return answer_json({"error": refusal.why}, refusal.status, refusal.headers)


def no_serial(_push: Push) -> str | None:
    """A make whose devices say who they are by logging in."""
    return None


def no_reply(_topic: str, _payload: bytes) -> Reply | None:
    """A make that waits for no answer on MQTT."""
    return None


@dataclass(frozen=True, slots=True)
class Make:
    """One make's side of the conversation.

    `roots` are fixed paths, for devices that have no field for one; `address` is what a person
    types into the device. `serial` reads who a request says it is from; it is asked before the body
    is read, and again with the body only where nobody must log in. `digest_only`: devices that read
    a single challenge and know MD5. `login_lasts`: a login holds for what the same device at the
    same address sends after it, and `enrols` reads the name it will go by. `listens` are MQTT
    filters, `reply` what is answered to a message under them.
    """

    name: str
    title: str
    address: str = "/push/DEVICE/MAKE"
    roots: tuple[str, ...] = ()
    plan: Callable[[Push], Plan] = take_all
    refuse: Callable[[Refusal, Push], Answer] = refuse_in_json
    serial: Callable[[Push], str | None] = no_serial
    digest_only: bool = False
    login_lasts: bool = False
    enrols: Callable[[Push], str | None] = no_serial
    listens: tuple[str, ...] = ()
    reply: Callable[[str, bytes], Reply | None] = no_reply


def answer_json(content: object, status: int = 200, headers: Headers = ()) -> Answer:
    """An answer in JSON."""
    return Answer(orjson.dumps(content), status, JSON, headers)


def answer_text(text: str, status: int = 200, headers: Headers = ()) -> Answer:
    """An answer in plain text."""
    return Answer(text.encode(), status, TEXT, headers)


def read_object(body: bytes) -> dict[str, object]:
    """The JSON object that a body is; empty for anything else."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def inner(content: Mapping[str, object], *path: str) -> dict[str, object]:
    """An object inside an object; empty where the path does not lead to one."""
    found: object = content
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def plain_id(value: object) -> str | None:
    """A number or short plain text as text; None for all that may not be said back."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if PLAIN_ID.fullmatch(text) else None
