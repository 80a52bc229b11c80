"""`/api/cases/stream`: cases as they change, as server-sent events.

An event is named `case`, its data is the case as `GET /api/cases` shows it to whoever listens, its
id the number of the act that changed it. Who comes back with the last id they had gets each case
that was acted on since, in its latest form; one may be told twice, and its `version` says so.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException
from starlette.responses import StreamingResponse

from console.accounts.principal import Principal
from console.cases.reading import CaseFilter
from console.cases.tail import Acted, CaseTail
from console.lifecycle.table import FlowName
from console.office import Office
from console.rest import streams
from console.rest.answers import CaseAnswer
from console.rest.plumbing import Who
from console.rest.showing import Shown
from console.rest.streams import HELLO, STILL_HERE, STREAM, LastId

DIGITS_MAX = 18
Read = Callable[[Sequence[str]], list[CaseAnswer]]


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who listens: what they ask for, and how it is shown to them."""

    office: Office
    who: Principal
    wanted: CaseFilter

    def cases(self, names: Sequence[str]) -> list[CaseAnswer]:
        """Those of some cases that are in sight and asked for."""
        cases = self.office.cases
        shown = Shown(cases.procedure, self.office.title, self.who)
        with self.office.engine.connect() as connection:
            found = cases.reader(connection, self.who).named(names, self.wanted)
        return [shown.case(case) for case in found]


async def case_stream(
    tail: CaseTail, read: Read, last: int | None = None
) -> AsyncGenerator[bytes, None]:
    """The events from now on, or from the act of a number; a comment every 10 s keeps the line.

    It ends where the listener has fallen too far behind: they come back and lose nothing.
    """
    with tail.listening():
        yield HELLO
        head = await tail.begin()
        # What is acted from here on is kept for us while we catch up.
        told = tail.told
        if last is not None:
            async for event in _missed(tail, read, min(last, head), head):
                yield event
        while (fresh := tail.since(told)) is not None:
            told += len(fresh)
            for event in await _events(read, fresh, head):
                yield event
            head = max(head, *(number for number, _ in fresh)) if fresh else head
            if not fresh and not await tail.wait(told, streams.HEARTBEAT_S):
                yield STILL_HERE


async def _missed(tail: CaseTail, read: Read, last: int, head: int) -> AsyncGenerator[bytes, None]:
    """The events behind one act up to another one. It begins a little before: an act may be kept
    later than one with a higher number.
    """
    number = max(0, last - tail.behind)
    while number < head:
        acted = [one for one in await tail.after(number) if one[0] <= head]
        for event in await _events(read, acted, 0):
            yield event
        number = acted[-1][0] if acted else head


async def _events(read: Read, acted: Sequence[Acted], head: int) -> list[bytes]:
    """One event for each case, at its last act; no id is lower than one that was told."""
    last = {case: number for number, case in sorted(acted)}
    if not last:
        return []
    found = {case.id: case for case in await asyncio.to_thread(read, list(last))}
    ordered = sorted((max(number, head), name) for name, number in last.items())
    return [_event(number, found[name]) for number, name in ordered if name in found]


def _event(number: int, case: CaseAnswer) -> bytes:
    return f"id: {number}\nevent: case\ndata: {case.model_dump_json()}\n\n".encode()


def add_case_stream(router: APIRouter, office: Office) -> None:
    """Add the route, before those that take a name in its place."""
    tail = CaseTail(office.engine)

    @router.get("/api/cases/stream", response_class=StreamingResponse, responses=STREAM)
    async def stream(
        who: Who,
        last_id: LastId = None,
        flow: FlowName | None = None,
        kind: str | None = None,
        estate: str | None = None,
    ) -> StreamingResponse:
        """Each case in sight as it changes, as server-sent events; `Last-Event-ID` resumes."""
        if last_id is not None and not _is_number(last_id):
            raise HTTPException(422, "Last-Event-ID: give the id of an event that you were sent")
        wanted = CaseFilter(flow=flow, kind=kind, estate=estate)
        last = None if last_id is None else int(last_id)
        events = case_stream(tail, Listener(office, who, wanted).cases, last)
        return office.streams.answer(who.login, events)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
