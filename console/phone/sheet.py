"""What stands on the page of one case, as much of it as whoever looks may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.accounts.names import PERSON, TEAM, named
from console.accounts.principal import Principal
from console.cases.disclosure import sees_act, sees_words
from console.cases.reading import Reader
from console.cases.recipients import Recipient, groups_for, people_for, teams_for
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import SYSTEM
from console.links import safe_link
from console.office import Office
from console.phone.offers import Offer, offers
from console.rest.answers import CaseDetail
from console.rest.showing import Shown
from schemas.acts import Act
from schemas.alerts import Alert, Camera
from schemas.base import Words
from schemas.pictures import linked_name

ALERTS_MAX = 5
PICTURES_MAX = 12
PARTIES_MAX = 80


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the timeline. `who` is "" where that is nobody's business."""

    act: Act
    who: str
    to: str
    state: Words | None
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """An alert of the case and its pictures by name, if they may be seen."""

    alert: Alert
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One case for one person."""

    case: CaseDetail
    steps: tuple[Step, ...]
    alerts: tuple[Known, ...]
    offers: tuple[Offer, ...]
    parties: tuple[Recipient, ...]
    groups: tuple[str, ...]
    names: dict[str, str]
    rungs: dict[str, Words]

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """The cameras that see its places and can be looked through, each once."""
        seen = {one.id: one for known in self.alerts for one in known.alert.cameras}
        return tuple(one for one in seen.values() if safe_link(one.live_url))


def sheet_of(office: Office, reader: Reader, case: Case) -> Sheet:
    """The page of a case that is in sight."""
    procedure, who = office.cases.procedure, reader.who
    shown = Shown(procedure, office.title, who).detail(case, reader)
    offered = offers(procedure, case, tuple(shown.acts))
    asks = {ask for offer in offered for ask in offer.asks}
    acts = [act for act in reader.acts(case.id) if sees_act(who, act)]
    names = _names(reader, shown, acts)
    states = procedure.table.flows[case.flow].states
    return Sheet(
        case=shown, names=names, offers=offered,
        steps=tuple(_step(who, act, names, states) for act in reversed(acts)),
        rungs={
            act.to: procedure.clocks.rung_words(act.to, case.estate)
            for act in acts if act.kind == "climb"
        },
        alerts=tuple(_alerts(office, who, shown.alerts)),
        parties=_parties(reader, procedure, case) if "to" in asks else (),
        groups=tuple(groups_for(procedure, case)) if asks & {"to", "group"} else (),
    )  # fmt: skip


def _parties(reader: Reader, procedure: Procedure, case: Case) -> tuple[Recipient, ...]:
    teams, people = (find(reader.tx, procedure, case) for find in (teams_for, people_for))
    return (*teams, *people)[:PARTIES_MAX]


def photos_of(who: Principal, acts: Iterable[Act]) -> set[str]:
    """The photos that somebody who sees a case may see of its acts."""
    return {name for act in acts if sees_words(who, act) for name in _linked(act.pictures)}


def _linked(links: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(name for link in links if (name := linked_name(link)) is not None)
    return tuple(found)


def _names(reader: Reader, case: CaseDetail, acts: Iterable[Act]) -> dict[str, str]:
    """Names of people by login, of teams by reference; residents are shown none."""
    if reader.who.role == "resident":
        return {}
    report = [case.report.filed_by] if case.report else []
    logins = {case.holder, *report, *(act.by for act in acts)} - {"", SYSTEM}
    refs = {case.assigned, *(act.to for act in acts), *(f"{PERSON}{login}" for login in logins)}
    return {ref.removeprefix(PERSON): name for ref, name in named(reader.tx, refs).items()}


def _step(who: Principal, act: Act, names: dict[str, str], states: dict[str, Words]) -> Step:
    is_open = sees_words(who, act)
    shown = act if is_open else act.model_copy(update={"why": "", "pictures": ()})
    by = "" if who.role == "resident" or act.by == SYSTEM else names.get(act.by, act.by)
    to = "" if who.role == "resident" or act.kind in ("open", "file", "join") else act.to
    ref = to.removeprefix(PERSON)
    told = names.get(ref, ref.removeprefix(TEAM))
    return Step(shown, by, told, states.get(act.state), _linked(shown.pictures))


def _alerts(office: Office, who: Principal, names: Iterable[str]) -> Iterable[Known]:
    """A few alerts of a case. Whoever was given the case sees them with it."""
    for name in list(names)[:ALERTS_MAX]:
        alert = office.lookup.alert(name)
        if alert is not None:
            links = dict.fromkeys(link for item in alert.evidence for link in item.pictures)
            yield Known(alert, _linked(links)[:PICTURES_MAX])
