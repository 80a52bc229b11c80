"""`/paper/cases/{name}`: a case on one sheet of paper, with its acts and room to write.

Below it, on the screen only, whoever may take the case out of the house does it from there.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.responses import Response

from console.around.asking import Asked, Page
from console.around.place_pages import case_title
from console.around.sight import area_name
from console.audit.chain import Said, Signed
from console.audit.log import append
from console.cases.reading import Reader
from console.database import writing
from console.lifecycle.facts import Case
from console.lifecycle.table import SYSTEM
from console.notify.message import NUMBER_DIGITS
from console.office import Office
from console.posting import OwnForm, Posted
from console.privacy.case_api import OURS, STATUS, ExportAsked, taken_out
from console.privacy.looks import REASONS, WHY_MAX, WHY_MIN
from console.words import say
from schemas.acts import Act
from schemas.alerts import SEVERITIES, Alert

_OWN = frozenset({"open", "file", "join"})
"""Acts whose target is an alert or a report, which the sheet names elsewhere."""


def case_router(office: Office) -> APIRouter:
    """The paper of a case."""
    router = APIRouter(include_in_schema=False)

    @router.get("/paper/cases/{name}")
    def paper(request: Request, name: str) -> Response:
        return _paper(Asked(office, request), name)

    @router.post("/paper/cases/{name}/export")
    def export(request: Request, name: str, given: OwnForm) -> Response:
        """The case as a ZIP, as `/api/cases/{name}/export` gives it; the sheet where refused."""
        asked = Asked(office, request)
        try:
            return taken_out(office, asked.who, name, _wanted(given))
        except ValidationError:
            return _paper(asked, name, 422, given)
        except OURS as fault:
            return _paper(asked, name, STATUS[type(fault)], given)

    return router


def _wanted(given: Posted) -> ExportAsked:
    """What the form asks. Raises ValidationError."""
    told = {"reason": given.get("reason"), "why": given.get("why"), "clear": "clear" in given}
    return ExportAsked.model_validate(told)


def _paper(asked: Asked, name: str, status: int = 200, given: Posted = Posted()) -> Response:
    """The sheet; `status` beside 200 says why the export that was asked for was refused."""
    # A paper leaves the house: that it was made is written down before it is shown.
    with writing(asked.office.engine) as tx:
        reader = asked.office.cases.reader(tx, asked.who)
        case = reader.case(name)
        if case is None:
            raise HTTPException(404, f"no case {name!r}")
        signed = Signed(asked.who.login, "", asked.office.clock())
        append(tx, signed, [Said("cases.printed", name)])
        page = _page(asked, case, reader)
    more = dict(page.more) | _exporting(asked, name, status, given)
    return asked.answer(replace(page, more=more, status=status))


def _exporting(asked: Asked, name: str, status: int, given: Posted) -> dict[str, Any]:
    """What the form of an export needs; without an address for whoever may not."""
    language, path = asked.tongue.language, f"/paper/cases/{name}/export"
    return {
        "export_to": path if asked.may(path, "POST") else "",
        "reasons": {one: say(f"reveal_reason_{one}", language) for one in REASONS},
        "why_min": WHY_MIN, "why_max": WHY_MAX, "given": given,
        "wrong": "" if status == HTTPStatus.OK else say(f"reveal_fault_{status}", language),
    }  # fmt: skip


def _page(asked: Asked, case: Case, reader: Reader) -> Page:
    tongue, table = asked.tongue, asked.office.cases.procedure.table
    alerts = _alerts(asked, case, reader)
    report = reader.report(case.id)
    acts = [_act(asked, case, act) for act in reader.acts(case.id)]
    more = {
        "case": case, "number": case.id[:NUMBER_DIGITS], "alerts": alerts,
        "what": tongue.pick(case_title(asked, case)),
        "holder": asked.party(case.assigned) or asked.person(case.holder),
        "report": report, "acts": acts,
        "state": tongue.pick(table.flows[case.flow].states[case.state]),
        "verdict": tongue.pick(table.verdicts[case.verdict]) if case.verdict else "",
        "reason": tongue.pick(alerts[0].reason) if alerts else "",
        "estate": area_name(asked, case.estate),
        "told": tongue.pick(asked.office.cases.procedure.clocks.levels[case.told_level]),
        "verdicts": [tongue.pick(words) for words in table.verdicts.values()],
    }  # fmt: skip
    key = "paper_case" if case.flow == "alert" else "paper_report"
    return Page("paper_case.html", tongue.say(key), (), more)


def _alerts(asked: Asked, case: Case, reader: Reader) -> list[Alert]:
    """The alerts of the case, the one that leads first."""
    if asked.who.role == "resident":
        return []
    found = [asked.office.lookup.alert(name) for name in reader.alerts(case.id)]
    some = [alert for alert in found if alert is not None]
    return sorted(some, key=lambda one: (-SEVERITIES.index(one.severity), one.opened_at))


def _told(asked: Asked, act: Act) -> str:
    """Whom an act was given to, or the level that was told as time ran out."""
    if act.kind != "climb":
        return asked.party(act.to)
    return asked.tongue.pick(asked.office.cases.procedure.clocks.rung_words(act.to, act.estate))


def _act(asked: Asked, case: Case, act: Act) -> dict[str, str]:
    tongue, table = asked.tongue, asked.office.cases.procedure.table
    state = table.flows[case.flow].states.get(act.state)
    to = "" if act.kind in _OWN or not act.to else _told(asked, act)
    by = tongue.say("by_system") if act.by == SYSTEM else asked.person(act.by)
    said = [to, act.why, act.number]
    if act.verdict is not None:
        said.append(tongue.pick(table.verdicts[act.verdict]))
    if act.rating is not None:
        said.append(tongue.say(f"rating_{act.rating}"))
    return {
        "at": tongue.time(act.at), "by": by,
        "what": tongue.pick(table.act_words(case.flow, act.kind)),
        "state": tongue.pick(state) if state else act.state,
        "said": tongue.say("comma").join(part for part in said if part),
    }  # fmt: skip
