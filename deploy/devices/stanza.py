"""From what was heard of a device: its entry for the site file, and what is still missing. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from ingest.catalogue import AdapterSpec
from ingest.notes import Note
from schemas.device_site import is_address
from schemas.place import DeviceKind
from schemas.site_faults import FACE_PAPERS

PLACE = "PLACE"
"""What stands for a place that nobody has named yet."""
TOPICS_MAX = 4
NOBODY = "no adapter"
"""How a reason begins that no adapter gave."""
CLOCK_OFF_S = 2.0
_NO_ID = re.compile(r"[^A-Za-z0-9._-]+")
_KINDS: tuple[tuple[DeviceKind, tuple[str, ...]], ...] = (
    ("barrier", ("barrier.", "loop.")),
    ("camera", ("plate.", "vehicle.", "motion.", "line.", "zone.", "object.", "face.", "camera.")),
    ("reader", ("access.", "exit.", "door.", "person.", "doorbell.")),
)
"""The first kind of which anything was heard: a barrier's camera is told by its barrier."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person who adopts a device says of it; the rest comes from what was heard."""

    place: str = PLACE
    id: str | None = None
    template: str | None = None
    kind: str | None = None
    face: Mapping[str, Any] = field(default_factory=dict)


def device_id(name: str) -> str:
    """A name for the site file from what a device calls itself."""
    plain = _NO_ID.sub("-", name).strip("-._")
    return plain or "device"


def entry(note: Note, spec: AdapterSpec | None, wish: Wish = Wish()) -> dict[str, Any]:
    """The device as the site file has it."""
    push = note.push_name
    told: dict[str, Any] = {"id": wish.id or (device_id(push or note.name))}
    if wish.template:
        told["template"] = wish.template
    else:
        told |= {"adapter": note.adapter or "ADAPTER", "kind": wish.kind or kind(note)}
        if (beat := heartbeat_s(note, spec)) is not None:
            told["heartbeat_s"] = beat
    if note.names_itself and not is_address(note.name):
        told["ids"] = [note.name]
    elif push is None:
        told["topics"] = sorted(note.topics)[:TOPICS_MAX]
    told["place"] = wish.place
    if recognises_faces(note, spec) or wish.face:
        told |= {"recognises_faces": True, "face": dict(wish.face)}
    return told


def line(told: Mapping[str, Any]) -> str:
    """An entry as one line of YAML, to be pasted under `devices:`."""
    text = yaml.safe_dump(
        dict(told), default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6
    )
    return f"- {text.strip()}"


def counted(count: int, word: str) -> str:
    """A number and what it counts."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def kind(note: Note) -> DeviceKind:
    """What a device is by what it said."""
    for found, starts in _KINDS:
        if any(word.startswith(starts) for word in note.types):
            return found
    return "other"


def heartbeat_s(note: Note, spec: AdapterSpec | None) -> int | None:
    """How often it says that it is alive: only where one was heard, measured before documented."""
    if not note.beats.count:
        return None
    return note.beats.every_s or (spec.heartbeat_s if spec else None)


def recognises_faces(note: Note, spec: AdapterSpec | None) -> bool:
    """Whether it told of a face it knew, or is of a family that does nothing else."""
    return note.faces > 0 or (spec is not None and spec.recognises_faces)


def missing(note: Note, spec: AdapterSpec | None, *, zone: bool = False) -> Iterator[str]:
    """What a person must still settle, one line each; `zone`: a time zone is configured."""
    for reason, count in list(note.reasons.items())[:TOPICS_MAX]:
        yield f"not understood ({counted(count, 'message')}): {reason}"
    if note.messages and note.messages == note.rejected:
        if any(reason.startswith(NOBODY) for reason in note.reasons):
            yield "no adapter reads what it says: `adapters new` begins one from a message of it"
        return
    if note.messages > note.rejected and not note.types:
        yield "understood, and nothing was told that becomes an event; let it do something"
    if note.untimed and not zone:
        yield "its times carry no zone: those of its estate's timezone: will be meant"
    elif note.timeless and note.off_s is None:
        yield "says no time; its readings stand at their receipt"
    if note.off_s is not None and abs(note.off_s) > CLOCK_OFF_S:
        side = "behind" if note.off_s > 0 else "ahead of"
        yield f"its clock is {abs(note.off_s):.0f} s {side} ours: set its time, or see clock_fault:"
    if note.types and not note.beats.count:
        yield "no heartbeat was heard: without heartbeat_s or silence_s its silence is not reported"
    if not note.names_itself and note.push_name is None:
        yield "does not name itself: only its topic tells it, so nobody else may speak there"
    elif is_address(note.name):
        yield f"calls itself {note.name}, an address and no identity: give it topics of its own"
    if len(note.channels) > 1:
        yield f"has channels {', '.join(sorted(note.channels))}: say under channels: where each is"
    if recognises_faces(note, spec):
        yield f"recognises faces: it needs face: with {', '.join(FACE_PAPERS)}"
