"""GA/T 1400 (VIID): a sender registers with HTTP digest, keeps alive, and posts lists of objects.

GA/T 1400.4-2017: `Register` is challenged and proven; what follows names the sender in the header
`User-Identify` and carries no proof, so the login lasts for that name at that address until it is
silent for ten minutes. The result is told for each object: 0 taken, 2 device busy.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ingest.bridge.make import (
    Answer,
    Make,
    Plan,
    Push,
    Refusal,
    answer_json,
    inner,
    plain_id,
    read_object,
)

_CONTENT_TYPE = "application/VIID+JSON"
_ZONE = ZoneInfo("Asia/Shanghai")
"""The standard writes Beijing time."""
_TAKEN, _FAILED, _BUSY, _NOT_ALLOWED = 0, 1, 2, 4
_CODES = {401: _NOT_ALLOWED, 404: _NOT_ALLOWED, 405: _NOT_ALLOWED, 503: _BUSY}
_SYSTEM = ("RegisterObject", "KeepaliveObject", "UnRegisterObject")
_OBJECTS_MAX = 1000


def serial(push: Push) -> str | None:
    """The sender's 20 digits: in the header, or where that is missing in the object it posts."""
    return plain_id(push.headers.get("user-identify")) or enrols(push)


def enrols(push: Push) -> str | None:
    """The name that a registration gives."""
    content = read_object(push.body) if push.body else {}
    told = (inner(content, name).get("DeviceID") for name in _SYSTEM)
    return next((found for value in told if (found := plain_id(value))), None)


def plan(push: Push) -> Plan:
    """Everything goes on as it came; the answer names each object."""
    if push.is_question:
        return Plan(_time(push) if push.step == "Time" else _said(_status(push, _TAKEN)))
    return Plan(_told(push, _TAKEN, "OK"), push.body)


def refuse(refusal: Refusal, push: Push) -> Answer:
    """Not taken, object by object."""
    told = _told(push, _CODES.get(refusal.status, _FAILED), refusal.why)
    return Answer(told.body, refusal.status, told.content_type, refusal.headers)


def _told(push: Push, code: int, words: str) -> Answer:
    content = read_object(push.body) if push.body else {}
    names = _object_ids(content)
    if names is None:
        return _said(_status(push, code, words, enrols(push) or push.serial or ""))
    return _said([_status(push, code, words, name) for name in names])


def _said(status: object) -> Answer:
    many = {"ResponseStatusListObject": {"ResponseStatusObject": status}}
    answer = answer_json(many if isinstance(status, list) else {"ResponseStatusObject": status})
    return Answer(answer.body, 200, _CONTENT_TYPE)


def _status(push: Push, code: int, words: str = "OK", name: str = "") -> dict[str, object]:
    return {
        "RequestURL": f"/VIID/{push.path}", "StatusCode": code, "StatusString": words, "Id": name,
        "LocalTime": _local(push),
    }  # fmt: skip


def _object_ids(content: dict[str, object]) -> list[str] | None:
    """The ids of a list's objects in order; None for what is no list."""
    for name, value in content.items():
        if name.endswith("ListObject") and isinstance(value, dict):
            lists = ((kind, found) for kind, found in value.items() if isinstance(found, list))
            kind, objects = next(lists, ("", []))
            own = kind.removesuffix("Object").removeprefix("Subscribe") + "ID"
            return [_object_id(one, own) for one in objects[:_OBJECTS_MAX]]
    return None


def _object_id(one: object, own: str) -> str:
    """An object's own id: `FaceID` of a `FaceObject`, or else the first field that ends in ID."""
    if not isinstance(one, dict):
        return ""
    told = [own, *(name for name in one if isinstance(name, str) and name.endswith("ID"))]
    return plain_id(next((one[name] for name in told if name in one), None)) or ""


def _time(push: Push) -> Answer:
    """Our clock, which the sender may set its own by."""
    told = {
        "VIIDServerID": "", "TimeMode": "1", "LocalTime": _local(push),
        "TimeZone": str(push.zone or _ZONE),
    }  # fmt: skip
    return Answer(answer_json({"SystemTimeObject": told}).body, 200, _CONTENT_TYPE)


def _local(push: Push) -> str:
    moment = datetime.fromtimestamp(push.now / 1000, UTC).astimezone(push.zone or _ZONE)
    return f"{moment:%Y%m%d%H%M%S}"


MAKE = Make(
    "gat1400",
    "GA/T 1400 (VIID) senders",
    "none: address, port, user and password; /VIID is fixed",
    roots=("/VIID",),
    plan=plan,
    refuse=refuse,
    serial=serial,
    digest_only=True,
    login_lasts=True,
    enrols=enrols,
)
