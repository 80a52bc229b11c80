"""The JSON Schemas of everything that leaves the program, as golden files.

`python -m schemas.export` writes them to `schemas/golden/`. A change of a schema shows as a change
of a golden file in the same commit; CONTRIBUTING.md says what may change and what may not.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.acts import Act
from schemas.alerts import Alert, AlertLine
from schemas.event_types import event_types
from schemas.events import event_class
from schemas.measurements import MEASUREMENTS, Point
from schemas.operator_rule import OperatorRule
from schemas.place import EstateConfig
from schemas.register import (
    AwayNote,
    CareConsent,
    Credential,
    Dwelling,
    Permit,
    VisitorPass,
    WatchEntry,
)
from schemas.sightings import Sighting
from schemas.site import Site
from schemas.topics import ALL_TOPICS
from schemas.views import (
    CareView,
    DeviceView,
    HomeView,
    InputView,
    PassagesView,
    RuleView,
    VehiclesView,
    VisitorsView,
)

GOLDEN = Path(__file__).parent / "golden"
MODELS: dict[str, type[BaseModel]] = {
    "alert": Alert, "alert_line": AlertLine, "act": Act, "point": Point,
    "estate_config": EstateConfig, "site": Site, "operator_rule": OperatorRule,
    "dwelling": Dwelling, "credential": Credential, "permit": Permit,
    "visitor_pass": VisitorPass, "away_note": AwayNote, "care_consent": CareConsent,
    "watch_entry": WatchEntry, "sighting": Sighting,
    "device_view": DeviceView, "input_view": InputView, "rule_view": RuleView,
    "passages_view": PassagesView, "home_view": HomeView, "vehicles_view": VehiclesView,
    "visitors_view": VisitorsView, "care_view": CareView,
}  # fmt: skip


def documents() -> dict[str, Any]:
    """Every golden file's content by name, without the ending."""
    schemas = {name: model.model_json_schema() for name, model in MODELS.items()}
    events = {f"event.{word}": event_class(word).model_json_schema() for word in event_types()}
    series = {
        name: {"tags": list(m.tags), "fields": dict(m.fields)} for name, m in MEASUREMENTS.items()
    }
    topics = {t.name: {"key": t.key, "settings": t.settings} for t in ALL_TOPICS}
    return schemas | events | {"measurements": series, "topics": topics}


def as_text(document: Any) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(folder: Path = GOLDEN) -> None:
    """Write all golden files, and delete those of models that are gone."""
    folder.mkdir(exist_ok=True)
    wanted = documents()
    for file in folder.glob("*.json"):
        if file.stem not in wanted:
            file.unlink()
    for name, document in wanted.items():
        (folder / f"{name}.json").write_text(as_text(document), encoding="utf-8")


if __name__ == "__main__":
    write()
