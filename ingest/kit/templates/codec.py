"""What the messages of this make mean. Begin here: one kind of message, one event.

`decode` is pure: no clock, no network, no files. It raises `Unreadable` and nothing else. What it
does not know it rejects by name; an empty list means: understood, and nothing to tell.
"""

from typing import Any

from ingest.converters import iso_time, load_json, said, whole
from ingest.message import Message, Reading, Unreadable

WORDS: dict[Any, str] = {}
"""The make's word for what happened, and the event type it is: {"pass": "person.passed"}.

`smart-community adapters types` lists the types. A state, a heartbeat and a happening differ.
"""


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    told = load_json(message.payload)
    if not isinstance(told, dict):
        raise Unreadable("is no JSON object", "$")
    native = told.get("event")
    if native not in WORDS:
        raise Unreadable(f"event {native!r} is not known", "$.event")
    time = said(told.get("time"))
    return [
        Reading(
            type=WORDS[native],
            device=said(told.get("serial")),
            time=iso_time(time, "$.time") if time else None,
            channel=said(told.get("door")),
            sequence=whole(told.get("number")),
            subject=said(told.get("card")),
            direction=None,
            native=str(native),
        )
    ]
