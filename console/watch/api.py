"""`/api/watch`: what the police look for, proposed by one and approved by another.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import Field

from console.register.answers import Change, Clear, Reveal, VersionAnswer
from console.register.api import LIMIT, After, Limit, answered, signed_by
from console.register.kinds import Row
from console.register.office import RegisterOffice
from console.watch.desk import WatchWanted, state_of
from console.watch.entries import WatchProposal, clear_value
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


def _add_reading(router: APIRouter, office: RegisterOffice) -> None:
    desk = office.watch

    @router.get("/entries")
    def entries(
        estate: str | None = None,
        case_number: str | None = None,
        standing: bool = True,
        limit: Limit = LIMIT,
        after: After = None,
    ) -> list[WatchAnswer]:
        """Entries in the order of their ids; of an estate also those that hold everywhere."""
        now = office.clock()
        wanted = WatchWanted(estate, case_number, now if standing else None)
        return [watch_answer(row, now) for row in desk.listed(wanted, limit, after)]

    @router.get("/entries/{name}")
    def entry(name: str) -> WatchAnswer:
        """One entry."""
        with answered(name):
            return watch_answer(desk.entry(name), office.clock())

    @router.get("/entries/{name}/history")
    def history(name: str) -> Sequence[VersionAnswer]:
        """Who proposed, approved and ended it, when and why."""
        with answered(name):
            desk.entry(name)
        return [VersionAnswer(**asdict(one)) for one in desk.history(name)]

    @router.post("/entries/{name}/reveal")
    def reveal(name: str, told: Reveal, request: Request) -> Clear:
        """What an entry looks for. Who asked, when and why is written down first."""
        signed = signed_by(office, request, told.why)
        with answered(name):
            row, keys = desk.entry(name), office.vault.keys()
            target = f"watch/{name}"
            found = office.reveals.show(target, signed, lambda: {"value": clear_value(row, keys)})
        return Clear(id=name, values=found)


def _add_writing(router: APIRouter, office: RegisterOffice) -> None:
    desk = office.watch

    @router.post("/entries", status_code=201)
    def propose(told: Proposed, request: Request) -> WatchAnswer:
        """Propose an entry. Nobody is looked for until a second person has approved it."""
        signed = signed_by(office, request, told.why)
        with answered():
            check_estate(office, told.entry.estate)
            return watch_answer(desk.propose(told.entry, signed), signed.at)

    @router.post("/entries/{name}/approve")
    def approve(name: str, told: Approval, request: Request) -> WatchAnswer:
        """Put an entry in force, as a second person."""
        signed = signed_by(office, request, told.why)
        with answered(name):
            row = desk.approve(name, told.approver, signed, told.version)
        return watch_answer(row, signed.at)

    @router.post("/entries/{name}/end")
    def end(name: str, told: Change, request: Request) -> WatchAnswer:
        """End an entry, approved or not."""
        signed = signed_by(office, request, told.why)
        with answered(name):
            return watch_answer(desk.end(name, signed, told.version), signed.at)


def check_estate(office: RegisterOffice, estate: str | None) -> None:
    """Raises ValueError for an estate that nobody knows."""
    fault = None if estate is None else office.known().estate_fault(estate)
    if fault:
        raise ValueError(f"estate: {fault}")
