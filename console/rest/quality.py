"""`/api/shelves`, `/api/floods`, `/api/statistics`: what keeps the feed good, and how good."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Path, Query
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.principal import Principal
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.cases.tables import SHELVES
from console.database import writing
from console.lifecycle.clocks import HOUR_MS
from console.lifecycle.quality import Verdicts
from console.office import Office
from console.rest.answers import (
    FloodAnswer,
    ShelfAnswer,
    ShelfAsked,
    StatisticsAnswer,
    VerdictsAnswer,
)
from console.rest.cases import Desk
from console.rest.paging import Page, Paged
from console.rest.plumbing import REFUSED, Who
from console.rest.repeating import Repeatable

ShelfId = Annotated[int, Path(ge=1, lt=1 << 62)]
DAYS, DAYS_MAX = 30, 366
MOST, MOST_MAX = 500, 1000
DAY_MS = 24 * HOUR_MS


_SHELF, _FLOOD = tuple(ShelfAnswer.model_fields), tuple(FloodAnswer.model_fields)


def _id_of(row: sa.Row[Any]) -> tuple[int]:
    return (row.id,)


def quality_router(office: Office) -> APIRouter:
    """The routes of shelves, floods and verdicts."""
    router = APIRouter(tags=["quality"])
    desk = Desk(office)
    _add_shelves(router, desk)
    _add_figures(router, desk)
    return router


def _covers(desk: Desk, who: Principal, estate: str, place: str | None) -> bool:
    return who.covers(desk.cases.around.areas(estate, place or estate))


def _add_shelves(router: APIRouter, desk: Desk) -> None:
    office, cases = desk.office, desk.cases

    @router.get("/api/shelves")
    def shelves(who: Who, part: Paged) -> Page[ShelfAnswer]:
        """What is held back now, why, by whom and until when; in the order in which it was put."""
        with desk.reader(who) as reader:
            rows = reader.shelves(office.clock())
        mine = [row for row in rows if _covers(desk, who, row.estate, row.place)]
        return part.of(mine, _id_of, int).shown(
            lambda row: ShelfAnswer(**{name: row._mapping[name] for name in _SHELF})
        )

    @router.post("/api/shelves", response_model=ShelfAnswer, responses={422: REFUSED[422]})
    def put(asked: ShelfAsked, who: Who, once: Repeatable) -> Response:
        """Hold a situation back for a time. Red alerts, duress and watch hits ring all the same."""
        at = office.clock()
        _check_shelf(desk, who, asked, at)

        def work(tx: Connection) -> ShelfAnswer:
            hold(tx)
            row = asked.model_dump() | {"by": who.login, "begun_at": at}
            made = tx.execute(SHELVES.insert().values(row)).inserted_primary_key
            assert made is not None
            target = f"{asked.estate}/{asked.place or '*'}/{asked.rule}"
            append(tx, Signed(who.login, asked.why, at), [Said("shelves.put", target)])
            return ShelfAnswer(id=made[0], **row)

        return once.answer(office, asked, work)

    @router.delete("/api/shelves/{shelf}", status_code=204, responses={404: REFUSED[404]})
    def take_off(shelf: ShelfId, who: Who) -> None:
        """End a shelf before its time: what lay on it stands in the lists again."""
        at = office.clock()
        with writing(office.engine) as tx:
            hold(tx)
            mine = (SHELVES.c.id == shelf, SHELVES.c.ended_at.is_(None), SHELVES.c.until > at)
            row = tx.execute(sa.select(SHELVES).where(*mine)).one_or_none()
            if row is None or not _covers(desk, who, row.estate, row.place):
                raise HTTPException(404, f"no shelf {shelf}")
            ended = {"ended_at": at, "ended_by": who.login}
            tx.execute(SHELVES.update().where(*mine).values(ended))
            cases.acting.take_off(tx, shelf, at)
            append(tx, Signed(who.login, "", at), [Said("shelves.ended", str(shelf))])


def _check_shelf(desk: Desk, who: Principal, asked: ShelfAsked, at: int) -> None:
    """Raises HTTPException."""
    most = round(desk.cases.procedure.clocks.shelf_hours_max * HOUR_MS)
    if not at < asked.until <= at + most:
        raise HTTPException(422, f"until: ahead, and at most {most // HOUR_MS} hours")
    if asked.rule in desk.cases.procedure.table.police_only:
        raise HTTPException(422, f"rule: {asked.rule} is never shelved")
    if not _covers(desk, who, asked.estate, asked.place):
        raise HTTPException(403, "this is not your area")


def _add_figures(router: APIRouter, desk: Desk) -> None:
    office = desk.office

    @router.get("/api/floods")
    def floods(who: Who, part: Paged) -> Page[FloodAnswer]:
        """The floods of the desks in one's area, newest first."""
        with desk.reader(who) as reader:
            found = part.seen(
                lambda last, limit: reader.floods(limit, None if last is None else -int(last[0])),
                lambda row: (-row.id,), lambda row: _covers(desk, who, row.estate, None), int,
            )  # fmt: skip
        return found.shown(lambda row: FloodAnswer(**{name: row._mapping[name] for name in _FLOOD}))

    @router.get("/api/statistics/verdicts")
    def verdicts(
        who: Who,
        days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = DAYS,
        most: Annotated[int, Query(ge=1, le=MOST_MAX, description="of each list")] = MOST,
    ) -> StatisticsAnswer:
        """How often alerts were right, by situation and by device; the surest wrong ones first."""
        since = office.clock() - days * DAY_MS
        with desk.reader(who) as reader:
            told = reader.verdicts(since)
        return StatisticsAnswer(
            since=since, by_rule=_verdicts(told.by_rule[:most]),
            by_device=_verdicts(told.by_device[:most]),
            by_rule_and_device=_verdicts(told.by_both[:most]),
        )  # fmt: skip


def _verdicts(found: list[Verdicts]) -> list[VerdictsAnswer]:
    return [
        VerdictsAnswer(
            name=one.name, true=one.true, false=one.false,
            cannot_be_verified=one.cannot_be_verified, false_share=one.false_share,
            false_share_at_least=one.false_share_at_least,
        )
        for one in found
    ]  # fmt: skip
