"""A recording as a trial hears it: a file, or a folder of them.

`.ndjson` holds one message a line (topic, payload or payload_base64, received_at); a `message.json`
is a case of an adapter; any other file is one payload, whose topic and receipt nobody knows.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from deploy.prove.trial import Heard
from ingest.kit.cases import MESSAGE, Case, CaseFault
from ingest.message import Message, Rejected
from ingest.normalise import MANY_SUFFIX, Defaults, messages_of
from schemas.base import format_instant

UNKNOWN_RECEIPT = -1
FILES_MAX = 10_000


class RecordingFault(ValueError):
    """A recording that cannot be read; one line on which file and why."""


def read_recording(path: Path, topic: str, at: int) -> tuple[Heard, ...]:
    """The messages in order of their files and lines. Raises RecordingFault.

    `topic` stands for what a file does not say, `at` (ms) for a receipt that is not known.
    """
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    chosen = [file for file in files if not file.name.startswith(".")]
    cases = [file for file in chosen if file.name == MESSAGE]
    found: list[Heard] = []
    for file in (cases or chosen)[:FILES_MAX]:
        found.extend(_from_file(file, topic, at))
    return tuple(found)


def _from_file(file: Path, topic: str, at: int) -> Iterator[Heard]:
    try:
        content = file.read_bytes()
        if file.name == MESSAGE:
            yield Heard(Case(file.parent.parent.name, file.parent, orjson.loads(content)).message)
            return
    except (OSError, CaseFault, KeyError, orjson.JSONDecodeError) as error:
        raise RecordingFault(f"{file}: cannot be read: {error}") from error
    many = MANY_SUFFIX if file.suffix in (".ndjson", ".jsonl") else ""
    yield from heard_in(file.name, messages_of(many, content, Defaults(topic, UNKNOWN_RECEIPT)), at)


def heard_in(name: str, messages: Iterable[Message | Rejected], at: int) -> Iterator[Heard]:
    """Messages with a receipt of their own, or with `at` and the mark that it is made up."""
    for message in messages:
        if isinstance(message, Rejected):
            raise RecordingFault(f"{name}: {message.path}: {message.reason}")
        if message.received_at != UNKNOWN_RECEIPT:
            yield Heard(message)
        else:
            told = Message(message.topic, message.payload, at, message.retained)
            yield Heard(told, timed=False)


def to_line(message: Message) -> bytes:
    """A message as one line of a recording, which reads back as it was: text where it is text."""
    content: dict[str, object] = {
        "topic": message.topic,
        "received_at": format_instant(message.received_at),
    }
    try:
        content["payload"] = message.payload.decode()
    except UnicodeDecodeError:
        content["payload_base64"] = b64encode(message.payload).decode()
    if message.retained:
        content["retained"] = True
    return orjson.dumps(content) + b"\n"
