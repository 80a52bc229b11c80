"""Small makers for tests of the core."""

from typing import Any

from schemas.base import Words
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig

T0 = 1_772_323_200_000
"""2026-03-01T00:00:00Z."""


def event(word: str, at_s: float, place: str = "d1", **more: Any) -> Event:
    """An event of the estate `e` at `at_s` seconds; `more` are data fields, `subject` or `id`."""
    at = T0 + round(at_s * 1000)
    subject, name = more.pop("subject", None), more.pop("id", None)
    data = {"device": f"{place}-r", "place": place, "received_at": at} | more
    identity = name or event_id(word, at, place, subject)
    return make_event(word, id=identity, source="/e/x", time=at, subject=subject, data=data)


def config(**more: Any) -> EstateConfig:
    """A configuration of the estate `e`."""
    return EstateConfig.model_validate(
        {"estate": "e", "name": Words(zh="小区", en="Estate").model_dump()} | more
    )
