"""Dahua and its other brands: event upload, and plate cameras by ITSAPI.

ITSAPI sends a notification again until it reads a JSON object with a true `Result`; firmwares spell
that with either case. It has fixed paths and no room for a device in them, so the name that it
logs in with says which device it is.
"""

from ingest.bridge.make import Answer, Make, Plan, Push, Refusal, answer_json

_TAKEN = answer_json({"Result": True, "result": True, "Message": "OK"})


def plan(push: Push) -> Plan:
    """Everything goes on as it came."""
    return Plan(_TAKEN, b"" if push.is_question else push.body)


def refuse(refusal: Refusal, _push: Push) -> Answer:
    """Neither spelling of the result is true, so the camera repeats."""
    said = {"error": refusal.why, "Result": False, "result": False}
    return answer_json(said, refusal.status, refusal.headers)


MAKE = Make(
    "dahua",
    "Dahua: event and picture upload, ITSAPI",
    "/push/DEVICE/dahua; ITSAPI: none",
    roots=("/NotificationInfo",),
    plan=plan,
    refuse=refuse,
)
