"""Small makers of sightings, for tests of what is judged across estates."""

from typing import Any

from processors.core.city import City
from processors.rules.catalogue import city_rules
from schemas.alerts import Alert
from schemas.sightings import Sighting
from tests.core.make import T0

T = T0 + 10 * 3_600_000
"""Six in the evening where the estates stand."""
WHERE = {
    "lake": {"lat": 30.0, "lon": 112.0},
    "river": {"lat": 30.054, "lon": 112.0},  # 6 km from the lake
    "hill": {"lat": 30.2, "lon": 112.0},  # 22 km
}
NAMES = {"lake": "翠湖苑", "river": "滨河苑", "hill": "山语城", "new": "新苑"}


def sighting(estate: str, at_s: float, plate: str = "A1238", **more: Any) -> Sighting:
    """A plate read at an estate, `at_s` seconds after six; `river` and `lake` lie 6 km apart."""
    at = T + round(at_s * 1000)
    bones = plate.replace("I", "1").replace("B", "8")
    plain = {
        "id": f"{estate}-{at_s}-{plate}", "type": "vehicle.entered", "time": at,
        "received_at": at + 200, "estate": estate, "position": WHERE.get(estate),
        "estate_name": {"zh": NAMES[estate], "en": estate.capitalize()},
        "place": "east-in", "place_name": {"zh": "东门入口", "en": "East Gate in"},
        "device": "cam", "plate": {"ref": f"city-{plate}", "skeleton": f"bones-{bones}"},
        "subject": f"{estate}-own-{plate}",
    }  # fmt: skip
    return Sighting.model_validate(plain | more)


def city() -> City:
    """A city that nothing was seen in."""
    return City(city_rules({}))


def told(*sightings: Sighting) -> dict[str, Alert]:
    """What is told in the end, by id: of each the highest revision."""
    found: dict[str, Alert] = {}
    one = city()
    for number, seen in enumerate(sightings):
        for alert in one.take(seen, written_at=number):
            known = found.get(alert.id)
            assert alert.revision == (1 if known is None else known.revision + 1)
            found[alert.id] = alert
    return found


def contents(alerts: dict[str, Alert]) -> dict[str, str]:
    """Alerts without the count of their messages, which depends on the order of arrival."""
    return {name: a.model_copy(update={"revision": 0}).model_dump_json()
            for name, a in alerts.items()}  # fmt: skip
