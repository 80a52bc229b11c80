"""What stands in `community.rejected`, as one kind of entry whoever wrote it. Pure.

The gateway keeps messages that no adapter reads (`RejectedRecord`). Processors and sink set aside
what they cannot take in: those say a stage and hold no device's message, so nothing is re-driven.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from pydantic import ValidationError

from ingest.rejected import RejectedRecord
from schemas.events import event_id

_QUOTED = re.compile(r"'([^']*)'")
_SHOWN = re.compile(r"^(?!.*\d.*\d.*\d.*\d.*\d)[^\s]{1,24}$")
"""A quoted word stays in the name of a group if it is a code or a word; longer ones and those with
five digits are one message's own (a time, a card) and would make a group of each message."""
_NUMBERS = re.compile(r"\b(line|column|character|record|byte|bytes|event of|of) \d+")
_INDEX = re.compile(r"\[\d+\]|^(line|record) \d+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was set aside. `record` is the gateway's own; `body` is another stage's.

    `at` is the receipt of the message in ms since the epoch; `written` is when the record was
    written, by the clock of who wrote it, and all that another stage knows. `estate` is that of a
    registered device, empty where the site has none that it could be of, None where nobody asked.
    """

    id: str
    at: int
    written: int
    device: str
    reason: str
    path: str
    stage: str
    adapter: str | None = None
    record: RejectedRecord | None = None
    body: bytes = b""
    estate: str | None = None

    @property
    def sender(self) -> str:
        """Who sent it, and whether the site has it."""
        if self.estate is None:
            return self.device
        return (
            f"{self.device} of {self.estate}" if self.estate else f"{self.device} (not registered)"
        )

    @property
    def group(self) -> str:
        """The short name of all that was set aside for the same reason from the same device."""
        parts = (self.stage, self.device, self.adapter or "", *self.likes, self.estate or "")
        return blake2b("\x1f".join(parts).encode(), digest_size=3).hexdigest()

    @property
    def likes(self) -> tuple[str, str]:
        """Reason and path without what is one message's own: numbers, positions, long values."""
        reason = _QUOTED.sub(lambda found: _word(found[1]), self.reason)
        return _NUMBERS.sub(r"\1 …", reason), _INDEX.sub(_any, self.path)


def _any(index: re.Match[str]) -> str:
    return f"{index[1]} …" if index[1] else "[]"


def _word(quoted: str) -> str:
    return f"'{quoted}'" if _SHOWN.match(quoted) else "'…'"


def read_entry(value: bytes, written_at: int) -> Entry | None:
    """One record of the topic; None for what is none of ours. `written_at` in ms."""
    try:
        content = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict):
        return None
    if "stage" in content:
        return _of_stage(content, written_at)
    try:
        record = RejectedRecord.model_validate(content)
    except ValidationError:
        return None
    return Entry(
        record.id, record.received_at, written_at, record.device, record.reason, record.path,
        "ingest", record.adapter, record,
    )  # fmt: skip


def _of_stage(content: dict[str, Any], written_at: int) -> Entry | None:
    stage = str(content["stage"])
    try:
        body = base64.b64decode(str(content.get("body_base64", "")), validate=True)
    except binascii.Error:
        return None
    identity = event_id("rejected", stage, blake2b(body, digest_size=16).hexdigest())
    reason, path = str(content.get("reason", "")), str(content.get("path", ""))
    return Entry(identity, written_at, written_at, stage, reason, path, stage, body=body)


@dataclass(frozen=True, slots=True)
class Group:
    """All that was set aside for one reason from one device, by time."""

    name: str
    members: tuple[Entry, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.members)

    @property
    def first(self) -> int:
        """When the first was received, in ms."""
        return self.members[0].at

    @property
    def last(self) -> int:
        """When the last was received, in ms."""
        return self.example.at

    @property
    def example(self) -> Entry:
        """The newest."""
        return self.members[-1]


def grouped(entries: Iterable[Entry]) -> list[Group]:
    """The groups, the largest first. The newest of a group is its example."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.group, []).append(entry)
    groups = [
        Group(name, tuple(sorted(own, key=lambda entry: (entry.at, entry.id))))
        for name, own in found.items()
    ]
    return sorted(groups, key=lambda group: (-group.count, group.name))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are meant; what is left out does not matter. `since` in ms."""

    groups: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    device: str | None = None
    adapters: tuple[str, ...] = ()
    since: int | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing narrows it."""
        return self == Wanted()

    def has(self, entry: Entry) -> bool:
        """Whether an entry is meant. Its `adapter` is the one that refused it, if one did; what
        none took may be any adapter's. A device goes by its name, and by the topic it spoke on.
        """
        called = (entry.device, entry.record.device if entry.record else "")
        return (
            (not self.groups or entry.group in self.groups)
            and (not self.ids or any(entry.id.startswith(start) for start in self.ids))
            and (self.device is None or self.device in called)
            and (self.since is None or entry.at >= self.since)
            and (not self.adapters or entry.adapter in (*self.adapters, None))
        )


def once(entries: Iterable[Entry], oldest: int) -> list[Entry]:
    """Each entry once, by time, without those written before `oldest`: their time is over, even
    where a broker has not yet come to deleting them.
    """
    unique = {entry.id: entry for entry in entries if entry.written >= oldest}
    return sorted(unique.values(), key=lambda entry: (entry.at, entry.id))
