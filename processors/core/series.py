"""From events and alerts to points of the time series: what is counted, and how finely.

No pseudonym goes in. The finest tag is a gate or a building; what happens inside a building is
blurred to a quarter of an hour.
"""

from processors.core.effects import ShowDevice
from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.event_data import VehicleData
from schemas.events import Event
from schemas.measurements import QUARTER_MS, Point, point_time_ns
from schemas.place import EstateConfig

RESULTS = {
    "access.granted": "granted",
    "access.denied": "denied",
    "access.presented": "presented",
    "access.duress": "duress",
    "person.passed": "passed",
}
VEHICLE_TYPES = frozenset({"plate.read", "vehicle.entered", "vehicle.exited", "vehicle.seen"})


def coarse_place(config: EstateConfig, place: str) -> tuple[str, bool]:
    """The gate or building a place belongs to, and whether it lies inside a building.

    A place that belongs to neither counts for the whole estate.
    """
    for node in config.lineage(place):
        if node.kind == "gate":
            return node.id, False
        if node.kind == "building":
            return node.id, True
    return config.estate, True


def event_points(event: Event, config: EstateConfig) -> tuple[Point, ...]:
    """The points of one event; none for most types."""
    if event.data.retained:
        return ()
    if event.type in RESULTS:
        return (_access(event, config),)
    if event.type in VEHICLE_TYPES and isinstance(event.data, VehicleData):
        return (_vehicle(event, event.data, config),)
    return ()


def _access(event: Event, config: EstateConfig) -> Point:
    place, inside = coarse_place(config, event.data.place)
    tags = {"estate": config.estate, "place": place, "result": RESULTS[event.type]}
    blur = QUARTER_MS if inside else 0
    return _counted("access", event, tags, blur)


def _vehicle(event: Event, data: VehicleData, config: EstateConfig) -> Point:
    place, _ = coarse_place(config, data.place)
    point = _counted("vehicles", event, {"estate": config.estate, "place": place}, 0)
    if data.confidence is None:
        return point
    return point.model_copy(update={"fields": point.fields | {"confidence": data.confidence}})


def _counted(measurement: str, event: Event, tags: dict[str, str], blur_ms: int) -> Point:
    way = {"direction": event.data.direction} if event.data.direction else {}
    at = point_time_ns(event.at, event.id, blur_ms=blur_ms)
    return Point(measurement=measurement, tags=tags | way, fields={"count": 1}, time_ns=at)


def opened_point(alert: Alert) -> Point:
    """One alert opened."""
    at = point_time_ns(alert.opened_at, alert.id + "opened")
    return Point(measurement="alerts", tags=_alert_tags(alert), fields={"opened": 1}, time_ns=at)


def cleared_point(alert: Alert) -> Point:
    """One alert cleared, with how long it stood."""
    assert alert.cleared_at is not None
    at = point_time_ns(alert.cleared_at, alert.id + "cleared")
    stood = (alert.cleared_at - alert.opened_at) / MS_PER_S
    fields: dict[str, int | float | str | bool] = {"cleared": 1, "open_s": stood}
    return Point(measurement="alerts", tags=_alert_tags(alert), fields=fields, time_ns=at)


def _alert_tags(alert: Alert) -> dict[str, str]:
    return {
        "estate": alert.estate,
        "rule": alert.rule,
        "severity": alert.severity,
        "handler": alert.handler,
        "delivery": "suppressed" if alert.suppressed else alert.delivery,
    }


def device_point(shown: ShowDevice, at: int, config: EstateConfig) -> Point:
    """One device lost, found again, or first seen."""
    device = config.device_by_id.get(shown.device)
    place, _ = coarse_place(config, device.place if device else "")
    tags = {"estate": config.estate, "place": place, "state": shown.state}
    time_ns = point_time_ns(at, shown.device + shown.state)
    fields: dict[str, int | float | str | bool] = {"count": 1, "device": shown.device}
    return Point(measurement="devices", tags=tags, fields=fields, time_ns=time_ns)
