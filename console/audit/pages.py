"""`/audit`: who looked at what, for supervisors; filtered, taken out as a table, checked whole."""

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from console.audit.anchors import NAME, still_to_meet
from console.audit.chain import Said, Signed
from console.audit.log import append, head_of, verify
from console.audit.reading import GROUPS, Wanted, as_csv, bounds_of, found
from console.database import writing
from console.office import Office
from console.privacy.rendering import Asking, Form, Page, Pages
from schemas.base import MS_PER_S

AT_ONCE, MOST = 100, 50_000
Text = Annotated[str, Query(max_length=128)]
CSV = "text/csv; charset=utf-8"


class AuditPages:
    """Draws the audit log of one office."""

    def __init__(self, office: Office) -> None:
        """Over its database."""
        self.office = office
        self.pages = Pages(office.settings)

    def wanted(self, who: str, group: str, target: str, since: str, until: str) -> Wanted:
        """What a filter means; a day that is none counts as none."""
        begins, ends = self._midnight(since), self._midnight(until, 1)
        return Wanted(who.strip(), group if group in GROUPS else "", target.strip(), begins, ends)

    def _midnight(self, day: str, later: int = 0) -> int | None:
        try:
            date = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
            begins = datetime.combine(date + timedelta(later), time(), self.office.settings.zone)
            return round(begins.timestamp() * MS_PER_S)
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
            groups=list(GROUPS), checked=None,
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
    def exported(asking: Page, given: Form) -> Response:
        if not given.get("why"):
            raise HTTPException(422, asking.t("needs_why"))
        names = ("who", "group", "target", "since", "until")
        wanted = pages.wanted(**{name: given.get(name)[:128] for name in names})
        return pages.exported(asking, wanted, given.get("why")[:500])

    @router.post("/audit/verify")
    def checked(asking: Page, _given: Form) -> Response:
        return pages.checked(asking)

    return router
