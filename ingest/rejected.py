"""Messages that were not understood: kept whole and sealed, so that they can be read and re-driven.

The record model is pure. A body above BODY_MAX goes into a folder of objects under its hash, sealed
too, and the record names it: a Kafka record stays small whatever a device sends.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingest.files import write_whole
from ingest.message import Message, Rejected
from ingest.topics import push_device
from schemas.base import Instant, Model
from schemas.events import event_id
from schemas.sealing import Keys, ScopeKeys

BODY_MAX = 512 * 1024
_SCOPE = "\x00rejected"
"""Nobody knows whose a rejected message is, so one scope of keys serves them all."""


class RejectedRecord(Model):
    """One record of `community.rejected`. Exactly one of `sealed` and `object` holds the body.

    `reason` and `path` say what was wrong and where; `device` is a guess from the topic.
    """

    id: str
    reason: str
    path: str = ""
    adapter: str | None = None
    topic: str
    device: str
    received_at: Instant
    retained: bool = False
    gateway: str
    size: int
    digest: str
    sealed: str | None = None
    object: str | None = None

    def to_json(self) -> bytes:
        """The record as JSON, without fields that say nothing."""
        return self.model_dump_json(exclude_defaults=True).encode()


@dataclass(frozen=True, slots=True)
class SealedObject:
    """A body too large for a record, sealed: the name of its file, and what goes into it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rejected message, ready to be written; its object goes to disk before its record."""

    record: RejectedRecord
    object: SealedObject | None = None


def refuse(message: Message, why: Rejected, keys: Keys, gateway: str, device: str) -> Refusal:
    """What is kept of a message that was not understood; the same message gives the same bytes.

    `device` is who most likely sent it, `gateway` who heard it.
    """
    digest = hashlib.sha256(message.payload).hexdigest()
    identity = event_id("rejected", message.topic, message.received_at, digest)
    sealed = rejected_keys(keys).seal_bytes(message.payload, body_context(digest))
    large = len(message.payload) > BODY_MAX
    kept = SealedObject(f"{digest}.sealed", sealed.encode()) if large else None
    record = RejectedRecord(
        id=identity, reason=why.reason, path=why.path, adapter=why.adapter, topic=message.topic,
        device=device, received_at=message.received_at,
        retained=message.retained, gateway=gateway, size=len(message.payload), digest=digest,
        sealed=None if large else sealed, object=kept.name if kept else None,
    )  # fmt: skip
    return Refusal(record, kept)


def open_body(record: RejectedRecord, keys: Keys, objects: Path) -> bytes:
    """The message as it came. Raises SealError, or OSError where its object is not on this disk."""
    sealed = record.sealed or (objects / (record.object or "")).read_text()
    return rejected_keys(keys).unseal_bytes(sealed, body_context(record.digest))


def rejected_keys(keys: Keys) -> ScopeKeys:
    """The keys that rejected bodies are sealed with."""
    return keys.estate(_SCOPE)


def body_context(digest: str) -> str:
    """The context a body is sealed under: its own hash, so one file serves all that carry it."""
    return f"rejected/{digest}"


def guess_device(topic: str) -> str:
    """The device that most likely sent a message: the one in a push topic, else the topic."""
    return push_device(topic) or topic or "unknown"


def keep_object(folder: Path, kept: SealedObject) -> None:
    """Write an object to disk, whole or not at all; one that is there already is left alone."""
    write_whole(folder / kept.name, kept.content)


def prune_objects(folder: Path, older_than: float, bytes_max: int) -> int:
    """Delete objects last written before `older_than` (seconds since the epoch), then the oldest
    until at most `bytes_max` remain; how many went. Their records' time is over by then too.
    """
    found = sorted((path.stat().st_mtime, path) for path in folder.glob("*.sealed"))
    total = sum(path.stat().st_size for _, path in found)
    gone = 0
    for written, path in found:
        if written >= older_than and total <= bytes_max:
            break
        total -= path.stat().st_size
        path.unlink(missing_ok=True)
        gone += 1
    return gone
