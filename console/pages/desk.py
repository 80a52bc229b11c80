"""What the open page asks for beside the live line: a case whole, whom it can be given to, the
plans, the tables, what was merged, and the search. Bounded to whoever asks, request by request.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import Connection

from console.accounts.principal import Principal
from console.caseload import Held
from console.cases.reading import Reader
from console.cases.rows import case_of_text
from console.cases.sight import in_sight
from console.cases.tables import CASE_AREAS, CASES
from console.headline import title_of
from console.incidents import Incident, joined
from console.lifecycle.facts import Case
from console.lifecycle.refusal import is_possible
from console.notify.store import proofs
from console.pages.bounds import Bounds
from console.pages.cards import CardWriter, clock_text, date_text
from console.pages.dossier import Story
from console.pages.live import Live
from console.pages.parties import parties_for
from console.pages.plans import plan_of, plans_of
from console.pages.searching import search
from console.pages.tables import Tables
from console.phone.offers import in_order
from console.rest.plumbing import Who
from console.words import Language, pick, severity_word
from schemas.alerts import Alert

DAY_MS = 86_400_000
NEAR_DAYS, NEAR_MAX = 30, 30
NOTICES_MAX = 50
MERGED_MAX = 300
Name = Annotated[str, Query(min_length=1, max_length=80)]
TableKind = Literal["homes", "people", "vehicles", "visitors", "care", "devices"]
WHOLE: dict[str, str] = {
    "homes": "/homes", "people": "/gates", "vehicles": "/vehicles", "devices": "/unjudged",
}  # fmt: skip
"""The page that shows a table whole, where there is one."""


def desk_router(live: Live) -> APIRouter:
    """The routes under `/page/LANGUAGE`."""
    router = APIRouter(include_in_schema=False)
    _add_cases(router, live)
    _add_around(router, live)
    return router


def _add_cases(router: APIRouter, live: Live) -> None:
    @router.get("/page/{language}/cases/{name}")
    def case(language: Language, name: str, who: Who) -> dict[str, Any]:
        """All that is known of a case, by its own id or by one of its alerts."""
        return CaseDesk(live, who, language).dossier(name)

    @router.get("/page/{language}/cases/{name}/parties")
    def parties(language: Language, name: str, who: Who) -> list[dict[str, Any]]:
        """Whom a case can be given to."""
        with live.office.engine.connect() as connection:
            reader = live.office.cases.reader(connection, who)
            case = reader.case(name)
            if case is None:
                raise HTTPException(404, f"no case {name!r}")
            return parties_for(connection, live.office.cases.procedure, case, language)

    @router.get("/page/{language}/merged")
    def merged(language: Language, who: Who) -> list[dict[str, Any]]:
        """Today's alerts that were suppressed or joined others, newest first, each with why."""
        return Merged(live, Bounds(live.office, who), live.writer(language)).lines()


def _add_around(router: APIRouter, live: Live) -> None:
    office = live.office

    @router.get("/page/{language}/plans")
    def plans(language: Language, who: Who) -> list[dict[str, str]]:
        """The estates in sight that have a plan."""
        return plans_of(live.plans, Bounds(office, who), language)

    @router.get("/page/{language}/plans/{estate}")
    def plan(language: Language, estate: str, who: Who) -> dict[str, Any]:
        """An estate's plan as it is drawn for whoever asks."""
        found = plan_of(live.plans, Bounds(office, who), estate, language)
        if found is None:
            raise HTTPException(404, f"no plan of {estate!r}")
        return found

    @router.get("/page/{language}/tables/{kind}")
    def table(language: Language, kind: TableKind, who: Who) -> dict[str, Any]:
        """The table behind a row of the right column."""
        bounds = Bounds(office, who)
        tables = Tables(live.speakers[language], office.views.place_name)
        written = tables.write(kind, bounds.glance(), bounds.devices())
        return asdict(written) | {"whole": page_link(WHOLE.get(kind, ""), language)}

    @router.get("/page/{language}/search")
    def find(language: Language, who: Who, q: Name) -> list[dict[str, str]]:
        """Places, homes and devices in sight by a part of their name."""
        return search(Bounds(office, who), language, q)


def page_link(path: str, language: Language) -> str:
    """One of our pages in a language; "" for none."""
    return f"{path}?lang={language}" if path else ""


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """Shows one case to one person."""

    live: Live
    who: Principal
    language: Language

    def dossier(self, name: str) -> dict[str, Any]:
        """The case. Raises HTTPException where there is none in sight."""
        office = self.live.office
        with office.engine.connect() as connection:
            reader = office.cases.reader(connection, self.who)
            case = reader.case(name) or reader.case_of_alert(name)
            if case is None:
                raise HTTPException(404, f"no case {name!r}")
            held = self._held(reader, case)
            incident = self._incident(held)
            near, acts = self._near(connection, case), reader.acts(case.id)
            told = proofs(connection, case.id, NOTICES_MAX)
        story = Story(self.live.writer(self.language), office.views)
        bounds = Bounds(office, self.who)
        own = {"mine": bounds.is_theirs(case), "acts": bounds.offered(case)}
        return story.told(held, incident) | own | {
            "near": near, "log": story.acts(case, acts), "may": self._may(case),
            "notices": story.notices(told), "wall": office.clock(),
        }  # fmt: skip

    @staticmethod
    def _held(reader: Reader, case: Case) -> Held:
        row = reader.report(case.id) if case.flow == "report" else None
        return Held(case, tuple(reader.alerts(case.id)), row.text if row is not None else "")

    def _incident(self, held: Held) -> Incident | None:
        """All its alerts, also those that are out of sight by now."""
        office = self.live.office
        found = [office.feed.get(name) or office.lookup.alert(name) for name in held.alerts]
        known = [alert for alert in found if alert is not None]
        return joined(held.case.id, known) if known else None

    def _near(self, tx: Connection, case: Case) -> dict[str, Any]:
        """The other cases of the same place in the last 30 days."""
        office = self.live.office
        here = sa.exists().where(CASE_AREAS.c.case == CASES.c.id, CASE_AREAS.c.area == case.place)
        since = office.clock() - NEAR_DAYS * DAY_MS
        mine = (CASES.c.estate == case.estate, CASES.c.opened_at >= since, CASES.c.id != case.id)
        conditions = [here, *mine, *in_sight(office.cases.procedure, self.who)]
        count = tx.scalar(sa.select(sa.func.count()).select_from(CASES).where(*conditions))
        query = sa.select(CASES.c.body).where(*conditions).order_by(CASES.c.opened_at.desc())
        found = [case_of_text(body) for body in tx.scalars(query.limit(NEAR_MAX))]
        return {"count": count or 0, "items": [self._line(one) for one in found]}

    def _line(self, case: Case) -> dict[str, str]:
        table = self.live.office.cases.procedure.table
        return {
            "id": case.id, "at": date_text(case.opened_at, self.live.office.settings.zone),
            "level": case.severity, "level_word": severity_word(case.severity, self.language),
            "title": pick(self.live.title(case), self.language),
            "state": pick(table.flows[case.flow].states[case.state], self.language),
            "verdict": pick(table.verdicts[case.verdict], self.language) if case.verdict else "",
        }  # fmt: skip

    def _may(self, case: Case) -> list[dict[str, Any]]:
        """The acts that may be done now, with what each asks to be said."""
        procedure = self.live.office.cases.procedure
        table = procedure.table
        known = table.possible(case.flow, case.state)
        may = tuple(act for act in known if is_possible(procedure, case, act, self.who.actor))
        return [
            {"kind": act, "word": pick(table.act_words(case.flow, act), self.language),
             "needs": self._needs(case, act)}
            for act in in_order(procedure, case, may)
        ]  # fmt: skip

    def _needs(self, case: Case, act: Any) -> list[str]:
        """Who sends back what nobody has taken yet says who should come first."""
        table = self.live.office.cases.procedure.table
        needs: list[str] = list(table.acts[act].needs)
        at_first = case.state == table.flows[case.flow].begins
        return [*needs, "to"] if act == "return" and at_first else needs


@dataclass(frozen=True, slots=True)
class Merged:
    """Today's alerts that nobody has to look at for themselves."""

    live: Live
    bounds: Bounds
    writer: CardWriter

    def lines(self) -> list[dict[str, Any]]:
        """At most 300 of them, newest first."""
        found = [*self._quieted(), *self._joined()]
        ordered = sorted(found, key=lambda one: -one[0].opened_at)[:MERGED_MAX]
        return [self._line(*one) for one in ordered]

    def _quieted(self) -> list[tuple[Alert, str, str]]:
        language = self.writer.saying.language
        return [
            (one, pick(one.suppressed.reason, language), "")
            for one in self.live.office.quieted.all()
            if one.suppressed is not None and self.bounds.sees_alert(one)
        ]

    def _joined(self) -> list[tuple[Alert, str, str]]:
        found = []
        for held in self.live.load.all():
            if len(held.alerts) < 2 or not self.bounds.sees(held.case):
                continue
            incident = self.live.incident(held)
            if incident is not None:
                part_of, others = self._part_of(incident.lead), incident.alerts
                found += [(o, part_of, held.case.id) for o in others if o is not incident.lead]
        return found

    def _part_of(self, lead: Alert) -> str:
        title = pick(title_of(lead), self.writer.saying.language)
        return self.writer.saying.text("quieted_merged", title=title)

    def _line(self, alert: Alert, why: str, case: str) -> dict[str, Any]:
        language = self.writer.saying.language
        return {
            "id": alert.id, "case": case, "level": alert.severity, "why": why,
            "level_word": severity_word(alert.severity, language),
            "title": pick(title_of(alert), language), "where": pick(alert.place_name, language),
            "at": clock_text(alert.opened_at, self.writer.zone),
        }  # fmt: skip
