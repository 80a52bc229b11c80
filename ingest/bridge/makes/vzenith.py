"""Zhenshi / Vzenith plate cameras: HTTP push of plate results, inputs and heartbeats.

The answer to a plate is a JSON object in which `info: ok` opens the barrier and `gioouts` drives
outputs: neither is ever written here. `ContinuePushOffline` with the record's `plateid` says that
it was taken; only then does the camera send the next of those it kept while it was offline.
"""

import re

from ingest.bridge.make import Answer, Make, Plan, Push, answer_json, inner, read_object

_PASSWORD = re.compile(
    rb'(pass_?wd["\']?[^\r\n]{0,64}\r?\n(?:[^\r\n]{1,200}\r?\n){0,8}\r?\n|(?:^|&)pass_?wd=|'
    rb'"pass_?wd"\s{0,4}:\s{0,4}")([^\r\n&"]{1,200})'
)
"""The password in a heartbeat: a part of a form, a member of an encoded one, or of an object."""
_PLATE = ("AlarmInfoPlate", "result", "PlateResult")


def plan(push: Push) -> Plan:
    """Everything goes on as it came, but for the camera's own password."""
    if push.is_question:
        return Plan(answer_json({}))
    body = _without_password(push.body)
    return Plan(_taken(push.body), body, withheld=body != push.body)


def _without_password(body: bytes) -> bytes:
    if b"pass_wd" not in body and b"passwd" not in body:
        return body
    return _PASSWORD.sub(lambda found: found[1] + b"*" * len(found[2]), body)


def _taken(body: bytes) -> Answer:
    record = inner(read_object(body), *_PLATE).get("plateid")
    if isinstance(record, bool) or not isinstance(record, int):
        return answer_json({})
    go_on = {"plateid": record, "continue": 1}
    return answer_json({"Response_AlarmInfoPlate": {"ContinuePushOffline": go_on}})


MAKE = Make("vzenith", "Zhenshi / Vzenith: HTTP push", "/push/DEVICE/vzenith", plan=plan)
