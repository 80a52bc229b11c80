"""What a card says of a case, as plain values that travel to the browser. Pure.

The browser puts every text in as text: a plate of `<script>` is shown as it is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from console.caseload import Held
from console.headline import detail_of, title_of
from console.incidents import Incident
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.pages.saying import Saying
from console.wall_clock import local
from console.words import pick, severity_word
from schemas.alerts import SEVERITIES, Alert
from schemas.base import Words
from schemas.pictures import linked_name

Named = Callable[[str], str]
"""A person, team or group for people, by its reference."""


def clock_text(at: int, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """Hours and minutes on the office's wall clock."""
    form = "%H:%M:%S" if seconds else "%H:%M"
    return local(at, zone).strftime(form)


def date_text(at: int, zone: ZoneInfo) -> str:
    """Month, day, hours and minutes on the office's wall clock."""
    return local(at, zone).strftime("%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class CardWriter:
    """Writes the cards of one language. `named` gives people their names."""

    saying: Saying
    zone: ZoneInfo
    procedure: Procedure
    title: Callable[[Case], Words]
    named: Named

    def card(self, held: Held, incident: Incident | None) -> dict[str, Any]:
        """The card of a case, in the words of its gravest alert in sight.

        `order` sorts as the feed does; `opened_at` is in ms, on the data's clock for an alert and
        on the wall's for a report; `due_at` is on the wall's; `rings` grows with each alert that
        is worth a sound.
        """
        case, language = held.case, self.saying.language
        lead = incident.lead if incident else None
        level = lead.severity if lead else case.severity
        at = lead.opened_at if lead else case.opened_at
        is_over = self.procedure.is_over(case)
        return {
            "id": case.id, "version": case.version, "flow": case.flow,
            "order": [int(is_over), -SEVERITIES.index(level), -at, case.id],
            "level": level, "level_word": severity_word(level, language),
            "title": pick(title_of(lead) if lead else self.title(case), language),
            "where": pick(lead.place_name if lead else case.place_name, language),
            "detail": pick(detail_of(lead), language) if lead else held.text,
            "opened_at": at, "at": clock_text(at, self.zone), "wall": lead is None,
            "picture": picture_at(incident, at) if incident else "",
            "state": case.state, "state_word": self._state(case), "who": self._who(case),
            "due_at": case.due_at, "overdue": case.overdue_at is not None, "over": is_over,
            "tree": self.procedure.tree_of(case), "estate": case.estate, "place": case.place,
            "areas": list(case.areas), "supervised": case.supervised,
            "tags": self._tags(case, incident),
            "rings": incident.rings if incident and not is_over and not _is_held_back(case) else 0,
            "found_by": self._found_by(held, incident),
        }  # fmt: skip

    def _state(self, case: Case) -> str:
        return pick(self.procedure.table.flows[case.flow].states[case.state], self.saying.language)

    def _who(self, case: Case) -> str:
        if case.assigned:
            return self.named(case.assigned)
        return self.named(f"person:{case.holder}") if case.holder else ""

    def _tags(self, case: Case, incident: Incident | None) -> list[str]:
        say = self.saying.text
        said = []
        if case.flow == "report":
            said.append(say("tag_report"))
        if incident and len(incident.alerts) > 1:
            said.append(say("tag_incident", n=len(incident.alerts)))
        if case.supervised:
            said.append(say("tag_supervised"))
        if case.reminded:
            said.append(say("tag_reminded", n=case.reminded))
        if case.number:
            said.append(say("tag_transferred"))
        if case.shelved_until is not None:
            said.append(say("tag_shelved", at=date_text(case.shelved_until, self.zone)))
        if _is_held_back(case):
            said.append(say(f"quiet_{case.quiet}"))
        if incident:
            said += self.alert_tags(incident.lead, incident.cleared_at)
        return said

    def alert_tags(self, alert: Alert, cleared_at: int | None) -> list[str]:
        """What else must be known of an alert at a glance."""
        say = self.saying.text
        said = []
        if alert.silent_on_site:
            said.append(say("tag_silent"))
        if alert.found_afterwards:
            said.append(say("tag_afterwards"))
        if cleared_at is not None:
            said.append(say("tag_cleared", at=clock_text(cleared_at, self.zone)))
        return said

    def _found_by(self, held: Held, incident: Incident | None) -> str:
        language = self.saying.language
        said = [pick(held.case.place_name, language), pick(self.title(held.case), language)]
        for alert in incident.alerts if incident else ():
            parts = (title_of(alert), alert.place_name, detail_of(alert))
            said += [pick(part, language) for part in parts]
            said += [item.device for item in alert.evidence]
            said += [text for c in alert.cameras for text in (c.name.zh, c.name.en)]
        return " ".join([*said, held.text]).lower()


def _is_held_back(case: Case) -> bool:
    """Whether it rings nobody for a while; what was found afterwards is a matter of each alert."""
    return case.quiet in ("shelf", "flood")


def picture_at(incident: Incident, at: int) -> str:
    """The path of the kept picture nearest to an instant (ms); "" where none was linked."""
    found = [
        (abs(item.time - at), picture_path(alert, name))
        for alert in incident.alerts
        for item in alert.evidence
        for one in item.pictures
        if (name := linked_name(one)) is not None
    ]
    return min(found, key=lambda one: one[0])[1] if found else ""


def picture_path(alert: Alert, name: str) -> str:
    """Where a kept picture is shown, as evidence of an alert."""
    return f"/pictures/{name}?alert={quote(alert.id, safe='')}"
