"""Alerts as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

An event is named `alert`, its data is the whole alert, its id `ALERT:REVISION`. Who comes back
with the last id he had gets what changed since, each alert once, at its latest revision.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol

from console.changes import Change
from console.office import Office
from console.rest import streams
from console.rest.streams import HELLO, STILL_HERE
from schemas.alerts import Alert

PAGE = 500


class Wanted(Protocol):
    """What somebody wants to hear of."""

    def holds(self, alert: Alert) -> bool:
        """Whether an alert is wanted."""


async def alert_stream(
    office: Office, wanted: Wanted, last_event_id: str | None = None
) -> AsyncGenerator[bytes, None]:
    """The events from now on, or from the last id; a comment every 10 s keeps the line open.

    An id that is no longer known resumes from the oldest change that is.
    """
    sequence = await _start(office, last_event_id)
    yield HELLO
    while True:
        changes = await _changes(office, sequence)
        for change in changes:
            sequence = change.sequence
            if wanted.holds(change.alert):
                yield encode_change(change)
        if not changes and not await office.changes.wait(sequence, streams.HEARTBEAT_S):
            yield STILL_HERE


async def _start(office: Office, last_event_id: str | None) -> int:
    if last_event_id is None:
        return office.changes.last
    name, _, revision = last_event_id.rpartition(":")
    if not (revision.isascii() and revision.isdigit() and len(revision) < 10):
        return 0
    known = await asyncio.to_thread(office.lookup.sequence_of, name, int(revision))
    return known or 0


async def _changes(office: Office, sequence: int) -> list[Change]:
    recent = office.changes.since(sequence)
    if recent is not None:
        return recent
    return await asyncio.to_thread(office.lookup.changes_after, sequence, PAGE)


def encode_change(change: Change) -> bytes:
    """One server-sent event."""
    alert = change.alert
    head = f"id: {alert.id}:{alert.revision}\nevent: alert\ndata: "
    return head.encode() + alert.model_dump_json().encode() + b"\n\n"
