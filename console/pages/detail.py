"""The chosen alert: its words, the cameras that see the place, and what happened, in order."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from console.devices import Views
from console.headline import title_of
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
    """Draws one alert in one language."""

    def __init__(self, alert: Alert, views: Views, language: Language, zone: ZoneInfo) -> None:
        """`views` give places and devices their names."""
        self._alert = alert
        self._views = views
        self._language: Language = language
        self._zone = zone

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def draw(self) -> None:
        """Puts the alert into the element that is open."""
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
        self._draw_cameras()
        self._draw_evidence()

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

    def _draw_evidence(self) -> None:
        evidence = sorted(self._alert.evidence, key=lambda item: (item.time, item.id))
        with box("section", "evidence", self._say("evidence")):
            text("h3", self._say("evidence"))
            if not evidence:
                text("p", self._say("evidence_none"), "none")
            with box("ol", "steps"):
                for item in evidence:
                    self._draw_step(item)
            if self._alert.evidence_more:
                text("p", self._say("evidence_more", n=self._alert.evidence_more), "none")

    def _draw_step(self, item: Evidence) -> None:
        language, estate = self._language, self._alert.estate
        what = event_word(item.type, language)
        if item.direction:
            what += f" · {direction_word(item.direction, language)}"
        place = pick(self._place(item.place), language)
        device = pick(self._views.device_name(estate, item.device), language)
        with box("li"):
            text("time", clock_text(item.time, self._zone, seconds=True))
            with box("div"):
                text("b", what)
                text("span", place if place == device else f"{place} · {device}", "where")
                text("span", " · ".join(self._extras(item)), "extras")
                self._draw_pictures(item)

    def _place(self, place: str) -> Words:
        if place == self._alert.place:
            return self._alert.place_name
        return self._views.place_name(self._alert.estate, place)

    def _extras(self, item: Evidence) -> list[str]:
        said = self._alert.steps.get(item.step)
        extras = [pick(said, self._language)] if said else []
        if item.confidence is not None:
            extras.append(self._say("confidence", n=round(item.confidence * 100)))
        if item.subject and item.subject != self._alert.subject:
            extras.append(self._say("subject", ref=item.subject[-REF_SHOWN:]))
        return extras

    def _draw_pictures(self, item: Evidence) -> None:
        shown = [one for one in item.pictures if linked_name(one) or safe_link(one)]
        for number, one in enumerate(shown, 1):
            word, name = self._say("picture", n=number), linked_name(one)
            if name is None:
                link(word, one)
            else:
                picture(word, f"/pictures/{name}?alert={quote(self._alert.id)}", self._gone)
        if len(shown) < len(item.pictures):
            text("span", self._say("pictures", n=len(item.pictures) - len(shown)), "none")

    @property
    def _gone(self) -> str:
        return self._say("picture_gone")
