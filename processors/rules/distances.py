"""How far apart two places are, as the crow flies."""

from math import asin, cos, radians, sin, sqrt

from schemas.place import EstateConfig, Position

EARTH_M = 6_371_008.8
"""Mean radius of the earth in metres (IUGG)."""


def position_of(config: EstateConfig, place: str) -> Position | None:
    """Where a place is, or else what it stands in; None if the site does not say."""
    return next((node.position for node in config.lineage(place) if node.position), None)


def metres_between(one: Position, other: Position) -> float:
    """The great circle between two positions, in metres (haversine)."""
    lat, other_lat = radians(one.lat), radians(other.lat)
    north, east = other_lat - lat, radians(other.lon - one.lon)
    half = sin(north / 2) ** 2 + cos(lat) * cos(other_lat) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, half)))
