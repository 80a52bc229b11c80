"""Cases and acts for the tests: invented people, places and trees."""

from dataclasses import replace
from typing import Any

from console.lifecycle.clocks import shipped_clocks
from console.lifecycle.facts import Actor, Case, Deed, Facts, Party
from console.lifecycle.procedure import Procedure
from console.lifecycle.refusal import Attempt, Refusal, refusal
from console.lifecycle.table import SYSTEM, Role, shipped_table
from schemas.acts import ActKind
from tests.console.samples import ESTATE, NINE, words

PROCEDURE = Procedure(shipped_table(), shipped_clocks())
TREES = {
    "grid": "grid-3", "community": "lotus", "street": "riverside", "district": "east",
    "police_office": "office-1", "police_station": "station-7", "police_bureau": "bureau-east",
    "estate": ESTATE,
}  # fmt: skip
AREAS = ("north-door", "north-gate", ESTATE, *(v for v in TREES.values() if v != ESTATE))
WANG = Actor("wang", "police", frozenset({"patrol"}))
LI = Actor("li", "police")
GRID = Actor("chen", "grid_worker")
PROPERTY = Actor("zhao", "property")
BOSS = Actor("du", "supervisor")
RESIDENT = Actor("sun", "resident")
CONSOLE = Actor(SYSTEM)
PEOPLE: dict[Role, Actor] = {
    "police": WANG, "grid_worker": GRID, "property": PROPERTY, "supervisor": BOSS,
    "resident": RESIDENT,
}  # fmt: skip


def facts(**given: Any) -> Facts:
    """What a forced door says; a report where `flow` is given so."""
    plain: dict[str, Any] = {
        "flow": "alert", "kind": "door_forced", "source": "a1", "estate": ESTATE,
        "place": "north-door", "place_name": words("北门人行门", "North Gate door"),
        "severity": "yellow", "handler": "police", "delivery": "push", "nodes": TREES,
        "areas": AREAS,
    }  # fmt: skip
    return Facts(**plain | given)


def opened(at: int = NINE, **given: Any) -> Case:
    about = facts(**given)
    kind: ActKind = "open" if about.flow == "alert" else "file"
    deed = Deed(kind=kind, by=SYSTEM, at=at, version=0, facts=about)
    return PROCEDURE.opened(about.source, deed)


def standing(state: str, **given: Any) -> Case:
    """A case in a state, accepted by Wang and assigned to Li where that makes sense."""
    flow = given.pop("flow", "alert")
    case = opened(flow=flow, reporter="sun", **given)
    plan = PROCEDURE.table.flows[flow]
    if state == plan.begins:
        return case
    taken = "" if state == "accepted" else "person:li"
    case = replace(case, state=state, holder="wang", assigned=taken)
    return replace(case, closed_by="wang", closed_at=NINE) if state in plan.over else case


def deed(kind: ActKind, case: Case, at: int = NINE, **given: Any) -> Deed:
    """An act with everything said that it needs."""
    said: dict[str, Any] = {
        "why": "写明", "verdict": "false", "rating": "satisfied", "number": "110-2026-0042",
        "until": at + 60_000, "to": "person:li", "version": case.version, "by": "wang",
    }  # fmt: skip
    if kind == "return" and case.state in ("waiting", "filed"):
        said["to"] = "group:property"
    return Deed(kind=kind, at=at, **said | given)


def party(ref: str) -> Party | None:
    """Who is known: Li of the police, the property, nobody else."""
    roles: dict[str, Role] = {
        "person:li": "police", "group:property": "property", "team:patrol": "police",
        "group:police": "police",
    }  # fmt: skip
    return Party(ref, roles[ref]) if ref in roles else None


def refused(case: Case, one: Deed, actor: Actor = WANG, **procedure: Any) -> Refusal | None:
    rules = replace(PROCEDURE, **procedure)
    return refusal(Attempt(rules, case, one, actor, party(one.to)))


def done(case: Case, kind: ActKind, actor: Actor = WANG, at: int = NINE, **given: Any) -> Case:
    """The case after an act that must be possible."""
    one = deed(kind, case, at, by=actor.id, **given)
    said = refused(case, one, actor)
    assert said is None, said
    return PROCEDURE.applied(case, one)
