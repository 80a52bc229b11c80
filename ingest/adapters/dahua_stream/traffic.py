"""Plates and vehicles that traffic cameras report among their events. Pure."""

from typing import Any

from ingest.adapters._dahua.names import table, tables
from ingest.adapters._dahua.vehicles import confidence_of, plate_text, vehicle_fields
from ingest.adapters.dahua_stream.cameras import seen_object
from ingest.adapters.dahua_stream.element import Element
from ingest.adapters.dahua_stream.reading import reading, state
from ingest.converters import whole
from ingest.message import Reading

PASSAGES = frozenset({
    "ANPR", "CarDrivingInOut", "TrafficCarMeasurement", "TrafficGate", "TrafficJunction",
    "TrafficManualSnap", "TrafficOverSpeed", "TrafficParking", "TrafficRetrograde",
    "TrafficTollGate", "TrafficUnderSpeed", "VehicleRecognition",
})  # fmt: skip
"""Codes that tell of one vehicle, with or without a plate."""


def vehicle(element: Element) -> Reading:
    """A plate if one was read, else a vehicle.

    Recorders send the same passage as Start, Stop or Pulse; each is the vehicle seen at its time.
    `DrivingDirection` and its kin are relative to the camera and no way in or out.
    """
    data = element.data
    car, plate, seen = table(data.get("TrafficCar")), table(data.get("Plate")), seen_object(data)
    rider = table(data.get("NonMotor"))
    text = plate_text(
        car.get("PlateNumber"), plate.get("PlateNumber"), plate.get("Text"), _plate_object(seen),
        table(rider.get("Plate")).get("Text"), data.get("PlateNumber"),
        data.get("LicensePlate"),
    )  # fmt: skip
    fields = vehicle_fields(car, plate, table(data.get("Vehicle")) or rider)
    if text is None:
        return reading(element, "vehicle.seen", fields=fields)
    rated = confidence_of(plate.get("Confidence"), _rating(seen), data.get("Confidence"))
    return reading(element, "plate.read", subject=text, confidence=rated, fields=fields)


def _plate_object(seen: Any) -> Any:
    return seen.get("Text") if seen.get("ObjectType") == "Plate" else None


def _rating(seen: Any) -> Any:
    return seen.get("Confidence") if seen.get("ObjectType") == "Plate" else None


def flow(element: Element) -> Reading:
    """`TrafficFlowStat`: how many vehicles passed in the period, over all lanes; else a state."""
    told = [whole(row.get("Flow")) for row in tables(element.data.get("FlowStates"))]
    passed = [number for number in told if number is not None]
    if not passed:
        return state(element)
    return reading(element, "vehicle.counted", fields={"count": sum(passed)})


def has_plate(element: Element) -> bool:
    """Whether a code this adapter does not know carries a plate all the same."""
    car = table(element.data.get("TrafficCar"))
    return element.code.startswith("Traffic") and plate_text(car.get("PlateNumber")) is not None
