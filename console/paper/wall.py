"""`/wall`: the state of all estates on a large dark screen that everybody in a room can read.

It names estates and situations, never a home, a plate or a person, and nothing that is for the
police alone. It loads itself anew.
"""

from collections import Counter
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.around.asking import Asked, Page
from console.around.count_pages import WAYS, hours_of
from console.around.homes import STATES
from console.around.place_pages import case_title
from console.around.sight import area_name, devices_seen, homes_seen, passages_seen
from console.cases.reading import CaseFilter, Reader
from console.devices import is_skewed
from console.lifecycle.facts import Case
from console.office import Office
from console.wall_clock import midnight
from schemas.alerts import SEVERITIES

RELOAD_S = 20
SHOWN = 9
LOOKED_AT = 200


def wall_router(office: Office) -> APIRouter:
    """The wall's page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/wall")
    def wall(request: Request) -> Response:
        asked = Asked(office, request)
        with office.engine.connect() as tx:
            # Everybody in the room counts as somebody who is not of the police.
            room = replace(asked.who, role="property", teams=frozenset())
            reader = office.cases.reader(tx, room)
            more = _cases(asked, reader) | _stands(asked)
        return asked.answer(Page("wall.html", asked.tongue.say("wall"), (), more))

    return router


def _cases(asked: Asked, reader: Reader) -> dict[str, object]:
    office, tongue = asked.office, asked.tongue
    found = [
        case
        for case in reader.page(CaseFilter(is_open=True), LOOKED_AT)
        if not case.police_only and not case.named_roles
    ]
    found.sort(key=lambda case: (-SEVERITIES.index(case.severity), -case.opened_at))
    counted = Counter(case.severity for case in found)
    return {
        "reload": RELOAD_S,
        "levels": [(level, tongue.level(level), counted[level]) for level in reversed(SEVERITIES)],
        "counts": reader.counts(midnight(office.clock(), office.settings.zone)),
        "cases": [_line(asked, case) for case in found[:SHOWN]],
        "more": max(0, len(found) - SHOWN),
    }


def _line(asked: Asked, case: Case) -> dict[str, object]:
    office, tongue = asked.office, asked.tongue
    state = office.cases.procedure.table.flows[case.flow].states[case.state]
    return {
        "severity": case.severity, "level": tongue.level(case.severity),
        "what": tongue.pick(case_title(asked, case)), "state": tongue.pick(state),
        "estate": area_name(asked, case.estate),
        "age": tongue.span(office.clock() - case.opened_at), "overdue": case.overdue_at is not None,
    }  # fmt: skip


def _stands(asked: Asked) -> dict[str, object]:
    """Homes, passages, vehicles and devices in numbers."""
    glance, tongue = asked.office.glance(), asked.tongue
    homes = Counter(one.home.status for one in homes_seen(asked))
    gates = passages_seen(asked, glance.passages)
    vehicles = [one for one in glance.vehicles if asked.covers(one.estate, one.place)]
    free = [one.free for one in vehicles if one.free is not None]
    devices, warn_s = devices_seen(asked), asked.office.settings.skew_warn_s
    states = Counter(one.state for one in devices)
    return {
        "homes": [(tongue.word("homes", state), homes[state]) for state in STATES if homes],
        "passed": [(way, sum(sum(hours_of(one, way)) for one in gates)) for way in WAYS],
        "has_gates": glance.has_passages,
        "inside": sum(one.inside for one in vehicles) if vehicles else None,
        "free": sum(free) if free else None,
        "unregistered": sum(one.unregistered for one in vehicles),
        "online": states["online"],
        "lost": states["lost"],
        "skewed": sum(is_skewed(one, warn_s) for one in devices),
        "unjudged": len({rule for one in devices for rule in one.not_judged}),
        "state": asked.office.state(),
    }
