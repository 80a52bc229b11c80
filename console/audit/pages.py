"""`/audit`: who looked at what, for supervisors; filtered, taken out as a table, checked whole."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from console.accounts.names import Called
from console.audit.anchors import NAME, still_to_meet
from console.audit.chain import Said, Signed
from console.audit.log import append, head_of, verify
from console.audit.reading import GROUPS, Wanted, as_csv, bounds_of, found
from console.database import writing
from console.office import Office
from console.posting import OwnForm
from console.privacy.rendering import Asking, Page, Pages
from console.wall_clock import day_begins, day_ends, day_from

AT_ONCE, MOST = 100, 50_000
Text = Annotated[str, Query(max_length=128)]
CSV = "text/csv; charset=utf-8"


class AuditPages:
    """Draws the audit log of one office."""

    def __init__(self, office: Office) -> None:
        """Over its database."""
        self.office = office
        self.pages = Pages(office.settings, office.clock)

    def wanted(self, who: str, group: str, target: str, since: str, until: str) -> Wanted:
        """What a filter means; a day that is none counts as none."""
        begins, ends = self._bound(since, day_begins), self._bound(until, day_ends)
        return Wanted(who.strip(), group if group in GROUPS else "", target.strip(), begins, ends)

    def _bound(self, day: str, of_day: Callable[[date, ZoneInfo], int]) -> int | None:
        try:
            return of_day(day_from(day), self.office.settings.zone)
        except (ValueError, OverflowError):
            return None

    def listed(
        self, asking: Asking, wanted: Wanted, before: int | None, asked: dict[str, str]
    ) -> Response:
        """A page of the log."""
        bounds = bounds_of(self.office.cases.procedure, asking.who)
        with self.office.engine.connect() as connection:
            links = found(connection, bounds, wanted, AT_ONCE + 1, before)
        rest = links[AT_ONCE - 1].sequence if len(links) > AT_ONCE else None
        return self.pages.draw(
            asking, "audit.html", links=links[:AT_ONCE], before=rest, asked=asked,
            groups=list(GROUPS), checked=None, called=Called(self.office.engine),
        )  # fmt: skip

    def exported(self, asking: Asking, wanted: Wanted, why: str) -> Response:
        """The entries as a table; that they were taken out is written down first."""
        bounds = bounds_of(self.office.cases.procedure, asking.who)
        signed = Signed(asking.who.login, why, self.office.clock())
        asked = " ".join(f"{k}={v}" for k, v in asdict(wanted).items() if v) or "all"
        with writing(self.office.engine) as tx:
            append(tx, signed, [Said("audit.exported", "audit", asked)])
            links = found(tx, bounds, wanted, MOST)
        named = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response(as_csv(links), media_type=CSV, headers=named)

    def checked(self, asking: Asking) -> Response:
        """Whether the whole log holds."""
        engine = self.office.engine
        anchors = still_to_meet(self.office.settings.data / NAME, head_of(engine))
        head, fault = verify(engine, anchors)
        said = {"fault": fault, "count": head.sequence - head.base_sequence, "hash": head.hash}
        return self.pages.draw(
            asking, "audit.html", links=[], before=None, asked={}, groups=list(GROUPS),
            checked=said | {"anchors": len(anchors)},
        )  # fmt: skip


def audit_pages(office: Office) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(include_in_schema=False)
    pages = AuditPages(office)

    @router.get("/audit")
    def listed(  # noqa: PLR0913 - one parameter for each field of the filter
        asking: Page,
        who: Text = "",
        group: Text = "",
        target: Text = "",
        since: Text = "",
        until: Text = "",
        before: Annotated[int | None, Query(ge=0, lt=1 << 62)] = None,
    ) -> Response:
        asked = {"who": who, "group": group, "target": target, "since": since, "until": until}
        return pages.listed(asking, pages.wanted(**asked), before, asked)

    @router.post("/audit/export")
    def exported(asking: Page, given: OwnForm) -> Response:
        if not given.get("why"):
            raise HTTPException(422, asking.t("needs_why"))
        names = ("who", "group", "target", "since", "until")
        wanted = pages.wanted(**{name: given.get(name)[:128] for name in names})
        return pages.exported(asking, wanted, given.get("why")[:500])

    @router.post("/audit/verify")
    def checked(asking: Page, _given: OwnForm) -> Response:
        return pages.checked(asking)

    return router
