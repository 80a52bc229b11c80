"""`/figures` and `/api/figures`: the month by area, each share with its numbers and definition."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.around.asking import Asked, Format, Page
from console.around.sheets import Cell, Sheet, percent, row
from console.around.sight import area_name
from console.office import Office
from console.paper.counting import Level, facts_of
from console.paper.figures import (
    COUNTS,
    SHARES,
    Figures,
    bounds_of,
    figures_of,
    month_of,
    total_of,
)
from schemas.base import Instant, Model

Month = Annotated[str, Query(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$|^$", description="YYYY-MM")]
LEVELS: tuple[Level, ...] = (
    "estate", "grid", "community", "street", "district", "police_office", "police_station",
)  # fmt: skip


class AreaFigures(Model):
    """One area's month: four shares (0 to 1, null where there is nothing to share), the numbers."""

    area: str
    closed_share: float | None
    settled_share: float | None
    satisfied_share: float | None
    overdue_share: float | None
    opened: int
    alerts: int
    reports: int
    closed: int
    overdue: int
    disputes: int
    settled: int
    rated: int
    satisfied: int
    not_reached: int
    false: int


class FiguresAnswer(Model):
    """A month's figures by area and in sum, of the cases opened in it, as they stand now."""

    month: str
    level: str
    as_of: Instant
    areas: list[AreaFigures]
    total: AreaFigures


def figures_router(office: Office) -> APIRouter:
    """The month's figures, as a page, as a file, and for programs."""
    router = APIRouter()

    @router.get("/figures", include_in_schema=False)
    def page(
        request: Request, month: Month = "", by: Level = "estate", format: Format = "html"
    ) -> Response:
        asked = Asked(office, request)
        shown = month or month_of(office.clock(), office.settings.zone)
        found = _figures(asked, shown, by)
        tongue = asked.tongue
        sheet = Sheet(
            tongue.say("figures_of", month=shown), tongue.columns("columns_figures"),
            tuple(_row(asked, one) for one in [*found, total_of(found, tongue.say("total"))]),
        )  # fmt: skip
        meant = Sheet(
            tongue.say("definitions"), tongue.columns("columns_definitions"),
            tuple(row(tongue.say(name), tongue.say(f"{name}_means")) for name in SHARES),
            tongue.say("note_figures"),
        )  # fmt: skip
        more = {"month": shown, "by": by, "levels": LEVELS}
        return asked.answer(
            Page("figures.html", tongue.say("figures"), [sheet, meant], more), format
        )

    @router.get("/api/figures", tags=["quality"])
    def figures(request: Request, month: Month = "", by: Level = "estate") -> FiguresAnswer:
        """The month's figures by area, within one's own; the definitions are in docs/office.md."""
        asked = Asked(office, request)
        shown = month or month_of(office.clock(), office.settings.zone)
        found = _figures(asked, shown, by)
        return FiguresAnswer(
            month=shown, level=by, as_of=office.clock(), areas=[_answer(one) for one in found],
            total=_answer(total_of(found)),
        )  # fmt: skip

    return router


def _figures(asked: Asked, month: str, level: Level) -> Sequence[Figures]:
    office = asked.office
    begin, end = bounds_of(month, office.settings.zone)
    with office.engine.connect() as tx:
        return figures_of(facts_of(office.cases.reader(tx, asked.who), begin, end, level))


def _answer(one: Figures) -> AreaFigures:
    names = ("area", *SHARES, *COUNTS)
    return AreaFigures(**{name: getattr(one, name) for name in names})


def _row(asked: Asked, one: Figures) -> tuple[Cell, ...]:
    behind = (
        (one.closed_share, one.closed, one.opened), (one.settled_share, one.settled, one.disputes),
        (one.satisfied_share, one.satisfied, one.rated),
        (one.overdue_share, one.overdue, one.opened),
    )  # fmt: skip
    shares: list[Cell | int] = []
    for share, part, whole in behind:
        shares += [percent(share), part, whole]
    return row(
        area_name(asked, one.area),
        one.opened,
        one.alerts,
        one.reports,
        *shares,
        one.not_reached,
        one.false,
    )
