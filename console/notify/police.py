"""What a police platform is sent: a notification object of GA/T 1400, or our own JSON. Pure.

As published and as open implementations read it: `POST /VIID/SubscribeNotifications` with a list of
objects of NotificationID, SubscribeID, Title, TriggerTime (Beijing time) and InfoIDs, and a status
for each object in the answer. What the objects could carry of people and vehicles is left out.
"""

from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from console.notify.message import Message
from console.notify.wire import Outcome, one_line
from console.wall_clock import local
from schemas.base import format_instant

BEIJING = ZoneInfo("Asia/Shanghai")
CONTENT_TYPE = "application/VIID+JSON;charset=UTF-8"
PATH = "/VIID/SubscribeNotifications"
_NOTIFICATION = "04"


def notification(message: Message, opened_at: int, unit: str, subscription: str) -> bytes:
    """The body of a notification; `opened_at` in ms, `unit` twelve digits."""
    at = local(opened_at, BEIJING).strftime("%Y%m%d%H%M%S")
    one = {
        "NotificationID": notification_id(unit, at, message.link),
        "SubscribeID": subscription, "Title": message.title, "TriggerTime": at,
        "InfoIDs": message.number,
    }  # fmt: skip
    return orjson.dumps({"SubscribeNotificationListObject": {"SubscribeNotificationObject": [one]}})


def notification_id(unit: str, at: str, about: str) -> str:
    """33 digits: the unit, the kind of object, the time, a number that follows from the case."""
    number = int(sha256(about.encode()).hexdigest(), 16) % 100_000
    return f"{unit}{_NOTIFICATION}{at}{number:05d}"


def feed_body(message: Message, opened_at: int, legal_basis: str) -> bytes:
    """What a webhook of the police is sent."""
    more = {"opened_at": format_instant(opened_at), "legal_basis": legal_basis}
    return orjson.dumps(message.plain() | more)


def read_statuses(status: int, body: bytes) -> Outcome:
    """What the platform says of each object; all of them must be taken (StatusCode 0)."""
    if not 200 <= status < 300:
        return Outcome(ok=False, code=str(status), line=one_line(body.decode(errors="replace")))
    try:
        objects = _objects(orjson.loads(body))
        codes = [str(one["StatusCode"]) for one in objects]
        said = " ".join(str(one.get("StatusString", "")) for one in objects)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        line = one_line(body.decode(errors="replace"))
        return Outcome(ok=False, code=f"{status}/?", line=line)
    ok = bool(codes) and all(code == "0" for code in codes)
    return Outcome(ok=ok, code=f"{status}/{','.join(codes)}"[:32], line=one_line(said))


def _objects(told: Any) -> list[Any]:
    """The statuses of an answer: a list of one or more, or a single one."""
    if "ResponseStatusListObject" in told:
        found = told["ResponseStatusListObject"]["ResponseStatusObject"]
    else:
        found = told["ResponseStatusObject"]
    return list(found) if isinstance(found, list) else [found]
