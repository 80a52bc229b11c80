"""Plates and vehicles as this make writes them, in events and in ITSAPI notifications. Pure."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters._dahua.names import table
from ingest.converters import said, share

_NO_PLATE = frozenset({"unlicensed", "no plate", "noplate", "<unknown>", "无牌车", "车牌未识别"})


def plate_text(*candidates: Any) -> str | None:
    """The first candidate that is a plate, letter by letter as the device read it.

    "", "--" and "unlicensed" are this make's ways to say that there is none.
    """
    texts = (said(candidate) for candidate in candidates)
    return next((text for text in texts if text is not None and not _is_filler(text)), None)


def _is_filler(text: str) -> bool:
    return text.lower() in _NO_PLATE or not text.strip("-_ ")


def confidence_of(*candidates: Any) -> float | None:
    """The first confidence of 1 to 100 as a share; 0 is what devices write that do not rate."""
    shares = (share(candidate, 100) for candidate in candidates)
    return next((found for found in shares if found), None)


def vehicle_fields(car: Any, plate: Any, vehicle: Any) -> dict[str, str]:
    """The vehicle's fields of an event, from up to three tables that tell of it."""
    tables = [table(part) for part in (car, plate, vehicle)]
    fields = {
        "plate_colour": _first(tables, "PlateColor"),
        "plate_type": _first(tables, "PlateType"),
        "vehicle_type": _first(tables, "VehicleType", "Category", "VehicleSize"),
        "vehicle_colour": _first(tables, "VehicleColor", "Color"),
        "lane": _first(tables, "Lane", "LanNo"),
    }
    return {
        name: value.lower() if name.endswith("_colour") else value
        for name, value in fields.items()
        if value is not None
    }


def _first(rows: list[Mapping[str, Any]], *keys: str) -> str | None:
    values = (said(row.get(key)) for key in keys for row in rows)
    return next((value for value in values if value is not None), None)
