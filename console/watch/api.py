"""`/api/watch`: what the police look for, proposed by one and approved by another.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from typing import Any, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from console.guard import principal_of
from console.register.answers import Change, Clear, Reveal, VersionAnswer
from console.register.api import answered, signed_by, versions_of
from console.register.kinds import Row
from console.register.office import RegisterOffice
from console.rest.paging import Page, Paged
from console.rest.repeating import GUARDED_MADE, Repeatable
from console.watch.desk import WatchWanted, state_of
from console.watch.entries import WatchProposal, clear_value
from console.watch.sight import WatchSight
from schemas.base import Instant, Model
from schemas.event_data import WatchBasis


class WatchAnswer(Model):
    """A watch entry without what it looks for; `ref` is that one's pseudonym.

    `estate` None is everywhere; only what is `in_force` is looked for.
    """

    id: str
    estate: str | None = None
    state: Literal["proposed", "in_force", "over", "ended"]
    looks_for: Literal["plate", "credential", "face"]
    ref: str
    case_number: str
    basis: WatchBasis
    severity: Literal["orange", "red"]
    owner: str
    approver: str | None = None
    roles: tuple[str, ...]
    score_min: float
    valid_from: Instant
    valid_to: Instant
    approved_at: Instant | None = None
    ended_at: Instant | None = None
    version: int


class Proposed(Model):
    """A new entry, and why."""

    entry: WatchProposal
    why: str = Field(min_length=1, max_length=500)


class Approval(Change):
    """Who approves; not the owner."""

    approver: str = Field(min_length=1, max_length=128)


def watch_answer(row: Row, at: int) -> WatchAnswer:
    """An entry as it is answered at an instant (ms)."""
    told: dict[str, Any] = {name: row[name] for name in WatchAnswer.model_fields if name in row}
    roles = tuple(orjson.loads(row["roles"]))
    return WatchAnswer(**told | {"roles": roles, "state": state_of(row, at)})


def watch_router(office: RegisterOffice) -> APIRouter:
    """The routes of watch entries."""
    router = APIRouter(prefix="/api/watch", tags=["watch"])
    _add_reading(router, office)
    _add_writing(router, office)
    return router


def _sight(office: RegisterOffice, request: Request) -> WatchSight:
    with answered():
        return WatchSight(principal_of(request.scope), office.around())


def _seen(office: RegisterOffice, request: Request, name: str) -> Row:
    """An entry in sight. Raises HTTPException."""
    bounds = _sight(office, request).conditions()
    with answered(name):
        return office.watch.entry(name, bounds)


def _add_reading(router: APIRouter, office: RegisterOffice) -> None:
    desk = office.watch

    @router.get("/entries")
    def entries(
        request: Request,
        part: Paged,
        estate: str | None = None,
        case_number: str | None = None,
        standing: bool = True,
    ) -> Page[WatchAnswer]:
        """Entries in the order of their ids; of an estate also those that hold everywhere."""
        now, begin = office.clock(), part.begin(str)
        after = None if begin is None else str(begin[0])
        bounds = _sight(office, request).conditions()
        wanted = WatchWanted(estate, case_number, now if standing else None, bounds)
        found = part.page(desk.listed(wanted, part.limit + 1, after), lambda row: (row["id"],))
        return found.shown(lambda row: watch_answer(row, now))

    @router.get("/entries/{name}")
    def entry(name: str, request: Request) -> WatchAnswer:
        """One entry."""
        return watch_answer(_seen(office, request, name), office.clock())

    @router.get("/entries/{name}/history")
    def history(name: str, request: Request, part: Paged) -> Page[VersionAnswer]:
        """Who proposed, approved and ended it, when and why."""
        _seen(office, request, name)
        return versions_of(desk.history(name), part)

    @router.post("/entries/{name}/reveal")
    def reveal(name: str, told: Reveal, request: Request) -> Clear:
        """What an entry looks for. Who asked, when and why is written down first."""
        signed, row = signed_by(office, request, told.why), _seen(office, request, name)
        with answered(name):
            keys, target = office.vault.keys(), f"watch/{name}"
            found = office.reveals.show(target, signed, lambda: {"value": clear_value(row, keys)})
        return Clear(id=name, values=found)


def _add_writing(router: APIRouter, office: RegisterOffice) -> None:
    desk = office.watch

    @router.post("/entries", status_code=201, response_model=WatchAnswer)
    def propose(told: Proposed, request: Request, once: Repeatable) -> Response:
        """Propose an entry. Nobody is looked for until a second person has approved it."""
        signed, sight = signed_by(office, request, told.why), _sight(office, request)

        def work(_: Connection) -> WatchAnswer:
            with answered():
                sight.check(told.entry.estate)
                check_estate(office, told.entry.estate)
                return watch_answer(desk.propose(told.entry, signed), signed.at)

        return once.answer(office, told, work, GUARDED_MADE)

    @router.post("/entries/{name}/approve", response_model=WatchAnswer)
    def approve(name: str, told: Approval, request: Request, once: Repeatable) -> Response:
        """Put an entry in force, as a second person."""
        signed = signed_by(office, request, told.why)

        def work(_: Connection) -> WatchAnswer:
            _seen(office, request, name)
            with answered(name):
                row = desk.approve(name, told.approver, signed, told.version)
            return watch_answer(row, signed.at)

        return once.answer(office, told, work)

    @router.post("/entries/{name}/end", response_model=WatchAnswer)
    def end(name: str, told: Change, request: Request, once: Repeatable) -> Response:
        """End an entry, approved or not."""
        signed = signed_by(office, request, told.why)

        def work(_: Connection) -> WatchAnswer:
            _seen(office, request, name)
            with answered(name):
                return watch_answer(desk.end(name, signed, told.version), signed.at)

        return once.answer(office, told, work)


def check_estate(office: RegisterOffice, estate: str | None) -> None:
    """Raises ValueError for an estate that nobody knows."""
    fault = None if estate is None else office.known().estate_fault(estate)
    if fault:
        raise ValueError(f"estate: {fault}")
