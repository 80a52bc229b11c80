"""The chosen incident: the words of its gravest alert, its alerts in time order, the cameras that
see the place, and what happened.
"""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from console.devices import Views
from console.headline import detail_of, title_of
from console.incidents import Incident
from console.pages.cards import clock_text, date_text, safe_link, tags
from console.pages.parts import box, link, picture, text
from console.words import (
    Language,
    delivery_word,
    direction_word,
    event_word,
    handler_word,
    pick,
    say,
    severity_word,
)
from schemas.alerts import Alert, Camera, Evidence
from schemas.base import Words
from schemas.pictures import linked_name

REF_SHOWN = 8


class Detail:
    """Draws one incident in one language."""

    def __init__(
        self, incident: Incident, views: Views, language: Language, zone: ZoneInfo
    ) -> None:
        """`views` give places and devices their names."""
        self._incident = incident
        self._alert = incident.lead
        self._views = views
        self._language: Language = language
        self._zone = zone

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def draw(self) -> None:
        """Puts the incident into the element that is open."""
        alert = self._alert
        text("a", self._say("back"), "back").props["href"] = "#feed"
        with box("header", f"chosen-head {alert.severity}"):
            with box("div", f"card-head {alert.severity}"):
                text("time", date_text(alert.opened_at, self._zone))
                with box("span", "level"):
                    box("i", "shape").props["aria-hidden"] = "true"
                    text("span", severity_word(alert.severity, self._language))
                text("h2", pick(title_of(alert), self._language))
            text("p", pick(alert.reason, self._language), "headline")
            with box("ul", "facts"):
                for fact in self._facts():
                    text("li", fact)
        if len(self._incident.alerts) > 1:
            self._draw_alerts()
        self._draw_cameras()
        for alert in self._incident.alerts:
            self._draw_evidence(alert)

    def _draw_alerts(self) -> None:
        alerts = self._incident.alerts
        with box("section", "merged", self._say("incident", n=len(alerts))):
            text("h3", self._say("incident", n=len(alerts)))
            with box("ol", "steps"):
                for alert in alerts:
                    self._draw_alert(alert)

    def _draw_alert(self, alert: Alert) -> None:
        language = self._language
        with box("li", alert.severity):
            text("time", clock_text(alert.opened_at, self._zone, seconds=True))
            with box("div"):
                with box("span", "level"):
                    box("i", "shape").props["aria-hidden"] = "true"
                    text("span", severity_word(alert.severity, language))
                text("b", pick(title_of(alert), language))
                text("span", pick(alert.place_name, language), "where")
                text("span", pick(detail_of(alert), language), "extras")
                if said := tags(alert, language, self._zone):
                    text("span", " · ".join(said), "extras")

    def _facts(self) -> list[str]:
        alert, language = self._alert, self._language
        facts = [self._say("first_handler", who=handler_word(alert.handler, language))]
        if alert.also:
            also = self._say("comma").join(handler_word(who, language) for who in alert.also)
            facts.append(self._say("also", who=also))
        facts.append(delivery_word(alert.delivery, language))
        facts += tags(alert, language, self._zone)
        if alert.updated_at > alert.opened_at:
            facts.append(self._say("updated", at=clock_text(alert.updated_at, self._zone)))
        if alert.subject:
            facts.append(self._say("subject", ref=alert.subject[-REF_SHOWN:]))
        return facts

    def _draw_cameras(self) -> None:
        with box("section", "cameras", self._say("cameras")):
            text("h3", self._say("cameras"))
            if not self._alert.cameras:
                text("p", self._say("camera_none"), "none")
            for camera in self._alert.cameras:
                with box("div", "camera"):
                    text("b", pick(camera.name, self._language))
                    self._draw_links(camera)

    def _draw_links(self, camera: Camera) -> None:
        if camera.live_url:
            link(self._say("live"), camera.live_url)
        else:
            text("span", self._say("no_live"), "none")
        if camera.recording_url:
            link(self._say("recording"), camera.recording_url)
        else:
            text("span", self._say("no_recording"), "none")

    def _draw_evidence(self, alert: Alert) -> None:
        evidence = sorted(alert.evidence, key=lambda item: (item.time, item.id))
        heading = self._say("evidence")
        if len(self._incident.alerts) > 1:
            heading += f" · {pick(title_of(alert), self._language)}"
        with box("section", "evidence", heading):
            text("h3", heading)
            if not evidence:
                text("p", self._say("evidence_none"), "none")
            with box("ol", "steps"):
                for item in evidence:
                    self._draw_step(alert, item)
            if alert.evidence_more:
                text("p", self._say("evidence_more", n=alert.evidence_more), "none")

    def _draw_step(self, alert: Alert, item: Evidence) -> None:
        language, estate = self._language, alert.estate
        what = event_word(item.type, language)
        if item.direction:
            what += f" · {direction_word(item.direction, language)}"
        place = pick(self._place(alert, item.place), language)
        device = pick(self._views.device_name(estate, item.device), language)
        with box("li"):
            text("time", clock_text(item.time, self._zone, seconds=True))
            with box("div"):
                text("b", what)
                text("span", place if place == device else f"{place} · {device}", "where")
                text("span", " · ".join(self._extras(alert, item)), "extras")
                self._draw_pictures(alert, item)

    def _place(self, alert: Alert, place: str) -> Words:
        if place == alert.place:
            return alert.place_name
        return self._views.place_name(alert.estate, place)

    def _extras(self, alert: Alert, item: Evidence) -> list[str]:
        said = alert.steps.get(item.step)
        extras = [pick(said, self._language)] if said else []
        if item.confidence is not None:
            extras.append(self._say("confidence", n=round(item.confidence * 100)))
        if item.subject and item.subject != alert.subject:
            extras.append(self._say("subject", ref=item.subject[-REF_SHOWN:]))
        return extras

    def _draw_pictures(self, alert: Alert, item: Evidence) -> None:
        shown = [one for one in item.pictures if linked_name(one) or safe_link(one)]
        for number, one in enumerate(shown, 1):
            word, name = self._say("picture", n=number), linked_name(one)
            if name is None:
                link(word, one)
            else:
                picture(word, f"/pictures/{name}?alert={quote(alert.id)}", self._gone)
        if len(shown) < len(item.pictures):
            text("span", self._say("pictures", n=len(item.pictures) - len(shown)), "none")

    @property
    def _gone(self) -> str:
        return self._say("picture_gone")
