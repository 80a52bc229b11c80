"""Everything the middle of the page shows of one case: what happened, what can be seen of it, why
it was told, what is advised, what was here before, and what was and may be done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from console.advice import advice_for
from console.caseload import Held
from console.devices import Views
from console.headline import detail_of, title_of
from console.incidents import Incident
from console.lifecycle.facts import Case
from console.links import safe_link
from console.notify.store import DELIVERED, INTERRUPTED, NOBODY, REFUSED, Proof
from console.pages.cards import CardWriter, clock_text, date_text, picture_path
from console.words import (
    delivery_word,
    direction_word,
    event_word,
    handler_word,
    pick,
    say,
    severity_word,
)
from schemas.acts import Act
from schemas.alerts import Alert, Camera, Evidence
from schemas.base import Words
from schemas.pictures import linked_name

REF_SHOWN = 8
STEPS_MAX = 120
Reading = tuple[Alert, Evidence]


@dataclass(frozen=True, slots=True)
class Story:
    """Tells of one case in one language. `views` give places and devices their names."""

    writer: CardWriter
    views: Views

    def _say(self, key: str, **values: object) -> str:
        return self.writer.saying.text(key, **values)

    def _pick(self, words: Words) -> str:
        return pick(words, self.writer.saying.language)

    def _clock(self, at: int) -> str:
        return clock_text(at, self.writer.zone, seconds=True)

    def told(self, held: Held, incident: Incident | None) -> dict[str, Any]:
        """The case and what its alerts say."""
        case = held.case
        found = self.writer.card(held, incident)
        lead = incident.lead if incident else None
        at = lead.opened_at if lead else case.opened_at
        readings = _readings(incident)
        return found | {
            "headline": self._pick(lead.reason) if lead else held.text,
            "date": date_text(at, self.writer.zone),
            "facts": self._facts(case, lead),
            "alerts": [self._alert(one) for one in incident.alerts] if incident else [],
            "steps": [self._step(*one) for one in readings[:STEPS_MAX]],
            "more": sum(one.evidence_more for one in incident.alerts) if incident else 0,
            "pictures": self._before_and_after(readings, at),
            "cameras": self._cameras(incident),
            "why": self._why(incident),
            "advice": advice_for(case.kind, case.handler, self.writer.saying.language),
        }  # fmt: skip

    def _facts(self, case: Case, lead: Alert | None) -> list[str]:
        language = self.writer.saying.language
        facts = [say("first_handler", language, who=handler_word(case.handler, language))]
        if lead is None:
            return facts
        if lead.also:
            also = say("comma", language).join(handler_word(who, language) for who in lead.also)
            facts.append(say("also", language, who=also))
        facts.append(delivery_word(lead.delivery, language))
        if lead.updated_at > lead.opened_at:
            facts.append(say("updated", language, at=clock_text(lead.updated_at, self.writer.zone)))
        if lead.subject:
            facts.append(say("subject", language, ref=lead.subject[-REF_SHOWN:]))
        return facts

    def _alert(self, alert: Alert) -> dict[str, Any]:
        return {
            "id": alert.id, "at": self._clock(alert.opened_at), "level": alert.severity,
            "level_word": severity_word(alert.severity, self.writer.saying.language),
            "title": self._pick(title_of(alert)), "where": self._pick(alert.place_name),
            "detail": self._pick(detail_of(alert)),
            "tags": self.writer.alert_tags(alert, alert.cleared_at),
        }  # fmt: skip

    def _step(self, alert: Alert, item: Evidence) -> dict[str, Any]:
        language, estate = self.writer.saying.language, item.estate or alert.estate
        what = event_word(item.type, language)
        if item.direction:
            what += f" · {direction_word(item.direction, language)}"
        return {
            "at": self._clock(item.time), "what": what, "part": part_of(item.type),
            "where": self._pick(self._place(alert, item)),
            "device": self._pick(self.views.device_name(estate, item.device)),
            "said": self._said(alert, item),
            "pictures": [self._picture(alert, one) for one in item.pictures if _shows(one)],
        }  # fmt: skip

    def _place(self, alert: Alert, item: Evidence) -> Words:
        if item.place_name is not None:
            return item.place_name
        if item.place == alert.place:
            return alert.place_name
        return self.views.place_name(item.estate or alert.estate, item.place)

    def _said(self, alert: Alert, item: Evidence) -> str:
        language = self.writer.saying.language
        met = alert.steps.get(item.step)
        said = [self._pick(met)] if met else []
        if item.confidence is not None:
            said.append(say("confidence", language, n=round(item.confidence * 100)))
        if item.subject and item.subject != alert.subject:
            said.append(say("subject", language, ref=item.subject[-REF_SHOWN:]))
        return " · ".join(said)

    @staticmethod
    def _picture(alert: Alert, one: str) -> dict[str, str]:
        name = linked_name(one)
        return {"src": picture_path(alert, name)} if name else {"href": safe_link(one)}

    def _before_and_after(self, readings: Sequence[Reading], at: int) -> dict[str, Any]:
        """The last picture until an instant and the first one behind it; why one is missing."""
        kept = [
            (item.time, picture_path(alert, names[0]))
            for alert, item in readings
            if (names := [name for one in item.pictures if (name := linked_name(one))])
        ]
        before = [one for one in kept if one[0] <= at][-1:]
        after = [one for one in kept if one[0] > at][:1]
        some = {"before": before, "after": after}
        return {
            name: {
                "word": self._say(f"picture_{name}"),
                "at": self._clock(found[0][0]) if found else "",
                "src": found[0][1] if found else "",
                "why": "" if found else self._say("no_picture"),
            }
            for name, found in some.items()
        }

    def _cameras(self, incident: Incident | None) -> list[dict[str, Any]]:
        """Each camera once: as the gravest alert names it."""
        if incident is None:
            return []
        found: dict[str, Camera] = {}
        for alert in (incident.lead, *incident.alerts):
            for camera in alert.cameras:
                found.setdefault(camera.id, camera)
        return [self._camera(incident.lead.estate, camera) for camera in found.values()]

    def _camera(self, estate: str, camera: Camera) -> dict[str, Any]:
        live, recording = safe_link(camera.live_url), safe_link(camera.recording_url)
        lost = [
            device.last_seen for device in self.views.devices.values()
            if device.estate == estate and device.place == camera.id and device.state == "lost"
        ]  # fmt: skip
        since = next((at for at in lost if at is not None), None)
        return {
            "name": self._pick(camera.name), "live": live or "", "recording": recording or "",
            "no_live": "" if live else self._say("no_live"),
            "no_recording": "" if recording else self._say("no_recording"),
            "lost": "" if not lost else self._say("camera_lost")
            if since is None
            else self._say("camera_lost_since", at=date_text(since, self.writer.zone)),
        }  # fmt: skip

    def _why(self, incident: Incident | None) -> list[str]:
        """What each alert saw, step by step, each step once."""
        lines = []
        for alert in incident.alerts if incident else ():
            met = dict.fromkeys(
                self._pick(words)
                for item in sorted(alert.evidence, key=lambda one: one.time)
                if (words := alert.steps.get(item.step)) is not None
            )
            title = self._pick(title_of(alert))
            steps = self._say("then").join(met) or self._pick(detail_of(alert))
            lines.append(self._say("why_line", title=title, steps=steps))
        return lines

    def acts(self, case: Case, acts: Iterable[Act]) -> list[dict[str, Any]]:
        """What was done to a case, the last act first."""
        table, language = self.writer.procedure.table, self.writer.saying.language
        lines = []
        for act in acts:
            rule = table.act_words(case.flow, act.kind)
            said = [act.why]
            if act.kind in ("assign", "assist", "return") and act.to:
                said.append(self._say("to_whom", who=self.writer.named(act.to)))
            if act.kind == "climb":
                clocks = self.writer.procedure.clocks
                said.append(pick(clocks.rung_words(act.to, case.estate), language))
            if act.verdict is not None:
                said.append(pick(table.verdicts[act.verdict], language))
            if act.number:
                said.append(act.number)
            if act.until is not None:
                said.append(self._say("until", at=date_text(act.until, self.writer.zone)))
            lines.append({
                "at": date_text(act.at, self.writer.zone), "what": pick(rule, language),
                "by": self.writer.named(f"person:{act.by}"), "said": " · ".join(filter(None, said)),
                "photos": [f"/m/photos/{quote(case.id, safe='')}/{name}"
                           for link in act.pictures if (name := linked_name(link))],
            })  # fmt: skip
        return lines[::-1]

    def notices(self, proofs: Iterable[Proof]) -> list[dict[str, str]]:
        """Who was told of a case, by what, and whether it came; newest first."""
        return [
            {
                "at": date_text(one.at or one.due_at, self.writer.zone),
                "outcome": self._say(f"notice_{outcome_of(one)}"),
                "people": say("comma", self.writer.saying.language).join(
                    self.writer.named(f"person:{login}") for login in one.people
                ),
                "said": " · ".join(filter(None, (one.channel, one.code, one.line))),
            }
            for one in proofs
        ]  # fmt: skip


def outcome_of(proof: Proof) -> str:
    """How a message fared: `ok`, `failed`, `interrupted`, `waiting`, or `nobody` to be told."""
    if proof.at is None:
        return "nobody" if proof.status == NOBODY else "waiting"
    known = {DELIVERED: "ok", REFUSED: "failed", INTERRUPTED: "interrupted"}
    return known.get(proof.outcome, "waiting")


def _readings(incident: Incident | None) -> list[Reading]:
    """The readings of all alerts of an incident in time order, each once."""
    found: dict[str, Reading] = {}
    for alert in incident.alerts if incident else ():
        for item in alert.evidence:
            found.setdefault(item.id, (alert, item))
    return sorted(found.values(), key=lambda one: (one[1].time, one[1].id))


def _shows(link: str) -> bool:
    return linked_name(link) is not None or bool(safe_link(link))


def part_of(event_type: str) -> str:
    """Whether a reading is of a door, a barrier, a camera or something else."""
    group = event_type.partition(".")[0]
    parts = {
        "door": ("access", "exit", "door", "doorbell"),
        "barrier": ("barrier", "loop", "plate", "vehicle"),
        "camera": ("motion", "line", "zone", "object", "loitering", "face", "camera", "person"),
    }
    return next((part for part, groups in parts.items() if group in groups), "other")
