"""What a card says of an incident, as plain values that travel to the browser. Pure.

The browser puts every text in as text: a plate of `<script>` is shown as it is written.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from console.headline import detail_of, title_of
from console.incidents import Incident
from console.words import Language, delivery_word, handler_word, pick, say, severity_word
from schemas.alerts import Alert
from schemas.base import MS_PER_S

LINK_SCHEMES = frozenset({"http", "https", "rtsp", "rtsps"})


def clock_text(at: int, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """Hours and minutes on the office's wall clock."""
    form = "%H:%M:%S" if seconds else "%H:%M"
    return datetime.fromtimestamp(at / MS_PER_S, zone).strftime(form)


def date_text(at: int, zone: ZoneInfo) -> str:
    """Month, day, hours and minutes on the office's wall clock."""
    return datetime.fromtimestamp(at / MS_PER_S, zone).strftime("%m-%d %H:%M")


def card(incident: Incident, language: Language, zone: ZoneInfo) -> dict[str, Any]:
    """The card of an incident, in the words of its gravest alert.

    `order` sorts as the feed does; `opened_at` is in ms; `rings` grows with each alert that is
    worth a sound.
    """
    alert = incident.lead.model_copy(update={"cleared_at": incident.cleared_at})
    detail = pick(detail_of(alert), language)
    where = pick(alert.place_name, language)
    title = pick(title_of(alert), language)
    first = say("first_handler", language, who=handler_word(alert.handler, language))
    return {
        "id": incident.id,
        "order": list(incident.order),
        "level": alert.severity,
        "level_word": severity_word(alert.severity, language),
        "title": title,
        "where": where,
        "at": clock_text(alert.opened_at, zone),
        "detail": detail,
        "handler": first,
        "delivery": incident.delivery,
        "delivery_word": delivery_word(incident.delivery, language),
        "tags": _merged(incident, language) + tags(alert, language, zone),
        "rings": incident.rings,
        "opened_at": alert.opened_at,
        "found_by": " ".join(_said_of_all(incident, language)).lower(),
    }


def _merged(incident: Incident, language: Language) -> list[str]:
    n = len(incident.alerts)
    return [say("tag_incident", language, n=n)] if n > 1 else []


def _said_of_all(incident: Incident, language: Language) -> list[str]:
    said = []
    for alert in incident.alerts:
        parts = (title_of(alert), alert.place_name, detail_of(alert))
        said += [pick(part, language) for part in parts] + _devices(alert)
    return said


def _devices(alert: Alert) -> list[str]:
    cameras = [text for camera in alert.cameras for text in (camera.name.zh, camera.name.en)]
    return [item.device for item in alert.evidence] + cameras


def tags(alert: Alert, language: Language, zone: ZoneInfo) -> list[str]:
    """What else must be known at a glance."""
    said = []
    if alert.silent_on_site:
        said.append(say("tag_silent", language))
    if alert.found_afterwards:
        said.append(say("tag_afterwards", language))
    if alert.suppressed is not None:
        said.append(say("tag_suppressed", language, why=pick(alert.suppressed.reason, language)))
    if alert.cleared_at is not None:
        said.append(say("tag_cleared", language, at=clock_text(alert.cleared_at, zone)))
    return said


def safe_link(url: str | None) -> str | None:
    """A link that only leads somewhere; None for one that would run in the page."""
    return url if url and urlsplit(url).scheme.lower() in LINK_SCHEMES else None
