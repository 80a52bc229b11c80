"""Huaxia Zhixin plate cameras: a form by HTTP, answered with `error_num`. Documented only.

The camera wants a Content-Length and no chunks. The answer may also carry `gpio_data`, which opens
the barrier; it is never written here.
"""

from ingest.bridge.make import Answer, Make, Plan, Push, Refusal, answer_json

_TAKEN = answer_json({"error_num": 0, "error_str": "noerror"})


def plan(push: Push) -> Plan:
    """Everything goes on as it came."""
    return Plan(_TAKEN, b"" if push.is_question else push.body)


def refuse(refusal: Refusal, _push: Push) -> Answer:
    """An error number has the camera send again."""
    said = {"error_num": refusal.status, "error_str": refusal.why}
    return answer_json(said, refusal.status, refusal.headers)


MAKE = Make(
    "huaxia",
    "Huaxia Zhixin: HTTP form (documented only)",
    "/push/DEVICE/huaxia",
    plan=plan,
    refuse=refuse,
)
