"""ZKTeco: attendance push (ADMS) and security push, on `/iclock/…` with the serial in the URL.

A batch comes again whole until it is answered with `OK`, `OK: n` or `tablename=count`, and nothing
marks a repetition. What a body is stands in the URL alone (`table=`), so it becomes a level of the
topic. The device asks for commands each few seconds at `getrequest`; the answer is always `OK`,
which means none, and the poll is told as a sign of life. Persons, photographs and templates are
answered and not passed on.
"""

import re
import zlib
from datetime import datetime

from ingest.bridge.make import Answer, Make, Plan, Push, Refusal, answer_text, plain_id

_TABLE = re.compile(r"[A-Za-z0-9_]{1,32}")
_COUNT = re.compile(r"[0-9]{1,9}")
_PERSONAL = {
    "user", "userinfo", "userpic", "userphoto", "extuser", "identitycard", "idcard", "fingertmp",
    "templatev10", "template", "face", "facev7", "fvein", "fvtemplate", "palm", "biodata",
    "biophoto", "attphoto", "snapshot", "mulcarduser",
}  # fmt: skip
"""Tables that hold people, their pictures or their templates and no happening, in lower case."""
_PERSONAL_LINE = re.compile(
    rb"[ \t]*(?:USER|FP|FACE|FVEIN|PALM|USERPIC|USERPHOTO|IDCARD|BIODATA|BIOPHOTO)[ \t]", re.I
)
_NOT_READINGS = frozenset({"devicecmd", "querydata", "fdata", "ping", "push", "exchange"})
"""What is posted there answers commands, which we never give, or carries photographs."""


def serial(push: Push) -> str | None:
    """The serial number in the URL, which is all that these devices say of themselves."""
    return plain_id(_asked(push, "SN"))


def plan(push: Push) -> Plan:
    """What to publish, and the words the device waits for."""
    if push.is_question:
        return Plan(_told(push), table=push.step, is_poll=push.step in ("getrequest", "ping"))
    if push.step == "registry":
        return Plan(_registered(push), push.body, "registry")
    if push.step in _NOT_READINGS:
        return Plan(_told(push), withheld=push.step in ("querydata", "fdata"))
    return _upload(push)


def refuse(refusal: Refusal, _push: Push) -> Answer:
    """Anything but OK has the batch sent again."""
    return answer_text(f"FAIL: {refusal.why}", refusal.status, refusal.headers)


def _upload(push: Push) -> Plan:
    table = _asked(push, "table")
    if not _TABLE.fullmatch(table):
        return Plan(answer_text("OK"), push.body)
    name = _asked(push, "tablename") if table == "tabledata" else table
    if not _TABLE.fullmatch(name):
        name = table
    taken = _counted(push, table, name)
    if name.lower() in _PERSONAL:
        return Plan(taken, withheld=True)
    body = _without_people(push.body) if name == "OPERLOG" else push.body
    return Plan(taken, body, name, withheld=body is not push.body)


def _counted(push: Push, table: str, name: str) -> Answer:
    """`OK: n` for logs, `tablename=count` for table data, `OK` for states and options."""
    lines = sum(1 for line in push.body.splitlines() if line.strip())
    if table == "tabledata":
        told = _asked(push, "count")
        return answer_text(f"{name}={told if _COUNT.fullmatch(told) else lines}")
    return answer_text(f"OK: {lines}" if table.isupper() else "OK")


def _without_people(body: bytes) -> bytes:
    """An operation log without the lines that hold a person, a picture or a template."""
    lines = body.splitlines(keepends=True)
    kept = [line for line in lines if not _PERSONAL_LINE.match(line)]
    return body if len(kept) == len(lines) else b"".join(kept)


def _told(push: Push) -> Answer:
    """What a question is answered with."""
    if push.step == "push":
        return answer_text(_lines(_security_options(push)))
    if push.step == "cdata" and _asked(push, "options").lower() == "all" and not _is_panel(push):
        return answer_text(_lines(_attendance_options(push)))
    return answer_text("OK")


def _is_panel(push: Push) -> bool:
    """Access panels are told `OK` here, and then register."""
    return _asked(push, "DeviceType").lower() == "acc"


def _registered(push: Push) -> Answer:
    return answer_text(f"RegistryCode={_number(push)}")


def _attendance_options(push: Push) -> list[str]:
    """Send at once, logs only: no persons, no photographs, no templates.

    The stamps say which records we have; 9999 makes a terminal go on where it was, where 0 would
    make it send all it ever kept.
    """
    stamps = ("Stamp", "OpStamp", "PhotoStamp", "ATTLOGStamp", "OPERLOGStamp", "ATTPHOTOStamp")
    return [
        f"GET OPTION FROM: {push.serial or push.device}",
        *(f"{stamp}=9999" for stamp in stamps),
        "ErrorDelay=30", "Delay=10", "TransTimes=00:00;14:05", "TransInterval=1",
        "TransFlag=TransData AttLog\tOpLog", *_zone(push), "Realtime=1", "Encrypt=None",
    ]  # fmt: skip


def _security_options(push: Push) -> list[str]:
    return [
        "ServerVersion=3.0.1", "ServerName=smart-community", "PushVersion=3.0.1", "ErrorDelay=30",
        "RequestDelay=5", "TransTimes=00:00;14:05", "TransInterval=1", "TransTables=Transaction",
        "Realtime=1", f"SessionID={_number(push)}", "TimeoutSec=10",
    ]  # fmt: skip


def _zone(push: Push) -> list[str]:
    """The device's zone in hours, or in minutes where it is not whole; nothing where not known.

    A terminal sets its clock by the `Date` of our answer and by this.
    """
    if push.zone is None:
        return []
    offset = datetime.fromtimestamp(push.now / 1000, push.zone).utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    return [f"TimeZone={minutes if minutes % 60 else minutes // 60}"]


def _number(push: Push) -> str:
    """Ten digits that are the same for the same device, so that nothing must be remembered."""
    return f"{1_000_000_000 + zlib.crc32((push.serial or push.device).encode()):010d}"


def _asked(push: Push, name: str) -> str:
    """A part of the URL, in whatever case the firmware writes its name."""
    folded = name.lower()
    return next((value for key, value in push.query.items() if key.lower() == folded), "")


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


MAKE = Make(
    "zkteco",
    "ZKTeco: attendance and security push",
    "none: address and port alone (ADMS, cloud server)",
    roots=("/iclock",),
    plan=plan,
    refuse=refuse,
    serial=serial,
)
