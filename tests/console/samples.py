"""Made-up alerts and views: invented people, plates and places, in the words that rules use."""

from typing import Any

from schemas.alerts import Alert, Camera, Evidence, Suppression
from schemas.base import Words, parse_instant
from schemas.views import DeviceView, InputView, RuleView

ESTATE = "lakeside"
NINE = parse_instant("2026-03-01T09:00:00+08:00")
MINUTE = 60_000
HOUR = 60 * MINUTE


def words(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


def alert(name: str = "a1", revision: int = 0, **given: Any) -> Alert:
    """An alert; what is not given is that of a forced door at nine."""
    at = given.pop("opened_at", NINE)
    plain: dict[str, Any] = {
        "id": name, "revision": revision, "rule": "door_forced", "rule_version": "1",
        "estate": ESTATE, "key": f"north-door {name}", "severity": "yellow", "handler": "police",
        "delivery": "list", "place": "north-door",
        "place_name": words("北门人行门", "North Gate door"), "opened_at": at, "updated_at": at,
        "reason": words(
            "黄·门被强开｜北门人行门 09:00｜无授权也无出门请求，门已开。查看录像。",
            "Yellow, door forced: North Gate door, 09:00. Open with no grant and no exit request. "
            "Look at the recording.",
        ),
    }  # fmt: skip
    return Alert(**plain | given)


def suppressed(name: str, **given: Any) -> Alert:
    reason = words("消防联动开门期间", "while the fire relay holds doors open")
    return alert(name, suppressed=Suppression(by="fire_unlock", reason=reason), **given)


def evidence(step: str, event_type: str, after_s: int = 0, **given: Any) -> Evidence:
    plain = {"place": "north-door", "device": "north-panel", "id": f"{step}-{after_s}"}
    return Evidence(step=step, type=event_type, time=NINE + after_s * 1000, **plain | given)


def camera(name: str = "north-cam", **given: Any) -> Camera:
    return Camera(id=name, name=words("北门球机", "North Gate dome"), **given)


def device(own_id: str = "north-panel", /, *, state: str = "online", **given: Any) -> DeviceView:
    plain: dict[str, Any] = {
        "estate": ESTATE, "device": own_id, "name": words("北门门禁", "North Gate controller"),
        "place": "north-gate", "place_name": words("北门", "North Gate"), "state": state,
        "last_seen": NINE,
    }  # fmt: skip
    return DeviceView(**plain | given)


def gateway_input(estate: str = ESTATE, ticked_at: int = NINE, **given: Any) -> InputView:
    plain: dict[str, Any] = {"complete_since": NINE - HOUR, "name": words("湖畔苑", "Lakeside")}
    return InputView(estate=estate, ticked_at=ticked_at, **plain | given)


def rule(name: str = "door_forced", zh: str = "门被强开", en: str = "door forced") -> RuleView:
    return RuleView(rule=name, title=words(zh, en))
