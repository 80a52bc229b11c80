"""Facts as events: what the gateway would write of them, without a broker between.

A line is made straight from plain values, because building a checked model for each of ten million
lines would take most of the time; a test holds that every line reads back as the checked event.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from deploy.simulation.clocks import Clocks
from deploy.simulation.estate import Estate, load_estate
from deploy.simulation.facts import CONSOLE, Fact, Truth
from deploy.simulation.timeline import GATEWAY, Arrival, Timeline
from schemas.event_data import EventData, VehicleData
from schemas.events import Event, decode_line, event_id
from schemas.sealing import Keys, ScopeKeys, subject_context

DEMO_KEYS = Keys(blake2b(b"riverside-court, a demonstration", digest_size=32).digest())
"""The master key of the simulated estate: known to all, because nobody in it exists."""
TICK_S = 60
"""How often the gateway's clock stands in a file of events. A real gateway ticks each second."""
_KNOWN_MAX = 8192
_INSTANTS = ("valid_from", "valid_to")


class EventWriter:
    """Writes arrivals as events of one estate, with clear values sealed under its keys."""

    def __init__(self, estate: Estate, keys: Keys = DEMO_KEYS) -> None:
        """`keys` are the installation's; the demonstration's own are the default."""
        self._estate = estate
        self._clocks = Clocks(estate)
        self._scope: ScopeKeys = keys.estate(estate.site.id)
        self._plate = lru_cache(_KNOWN_MAX)(self._new_plate)
        self._credential = lru_cache(_KNOWN_MAX)(self._scope.credential)

    def line(self, arrival: Arrival) -> bytes:
        """One event as a line of JSON without its line end."""
        return orjson.dumps(self.plain(arrival))

    def event(self, arrival: Arrival) -> Event:
        """One event as a checked model."""
        return decode_line(self.line(arrival))

    def plain(self, arrival: Arrival) -> dict[str, Any]:
        """One event as JSON has it; what says nothing is left out."""
        fact = arrival.fact
        stamp = self._clocks.stamp(fact)
        device, channel = fact.device, fact.channel
        identity = event_id(
            self._estate.site.id, device, channel, fact.type, stamp.identity, fact.sequence,
            fact.subject, *filter(None, (fact.fields.get("track"),)),
        )  # fmt: skip
        data: dict[str, Any] = {
            "device": device,
            "place": fact.place,
            "received_at": self._clocks.utc(arrival.received_at),
            **self._own_fields(fact),
        }
        self._add_common(data, fact, stamp.text)
        plain = {
            "specversion": "1.0",
            "id": identity,
            "source": f"/{self._estate.site.id}/{device}",
            "type": fact.type,
            "time": self._clocks.utc(stamp.at),
            "data": data,
        }
        if fact.subject is not None:
            self._seal(plain, fact.type, fact.subject)
        return plain

    def _own_fields(self, fact: Fact) -> dict[str, Any]:
        if fact.type == "config.activated":
            return self._config
        if fact.device != CONSOLE:
            return dict(fact.fields)
        return {
            name: self._clocks.utc(value) if name in _INSTANTS else value
            for name, value in fact.fields.items()
        }

    @cached_property
    def _config(self) -> dict[str, Any]:
        config = self._estate.config
        return {"hash": config.digest, "config": config.model_dump(mode="json")}

    def _add_common(self, data: dict[str, Any], fact: Fact, text: str | None) -> None:
        if fact.device != CONSOLE:
            data["gateway"] = GATEWAY
        if text is not None:
            data["device_time"], data["time_from"] = text, "device"
            data["adapter"] = self._estate.devices[fact.device].adapter
        direction = fact.direction or self._estate.direction(fact.device, fact.channel)
        common = (
            ("channel", fact.channel), ("direction", direction), ("sequence", fact.sequence),
            ("confidence", fact.confidence),
            ("observed_at", None if fact.began is None else self._clocks.utc(fact.at)),
        )  # fmt: skip
        data.update((name, value) for name, value in common if value is not None)

    def _seal(self, plain: dict[str, Any], word: str, clear: str) -> None:
        """As the gateway does: pseudonym outside, clear value sealed, id under the estate's key."""
        plain["id"] = identity = self._scope.fingerprint(plain["id"])
        data = plain["data"]
        holder = _plate_field(word, data)
        if holder is None:
            plain["subject"] = self._credential(clear)
        else:
            data[holder] = plate = self._plate(clear)
            plain["subject"] = plate["ref"]
        if data["device"] != CONSOLE:
            data["sealed"] = {"subject": self._scope.seal(clear, subject_context(identity))}

    def subject(self, truth: Truth) -> str | None:
        """The subject of a truth as events name it."""
        if truth.subject is None or truth.rule == "device_lost":
            return truth.subject
        if truth.rule in ("overstay", "watchlist_hit"):
            return str(self._plate(truth.subject)["ref"])
        return self._credential(truth.subject)

    def truth(self, truth: Truth) -> bytes:
        """A truth as a line of JSON without its line end, in the words of the events."""
        return orjson.dumps(
            {
                "rule": truth.rule,
                "place": truth.place,
                "subject": self.subject(truth),
                "at": self._clocks.utc(truth.at),
                "began_at": self._clocks.utc(truth.began_at),
                "cause": truth.cause,
            }
        )

    def _new_plate(self, clear: str) -> dict[str, Any]:
        return self._scope.plate(clear).model_dump(mode="json")


def _plate_field(word: str, data: dict[str, Any]) -> str | None:
    """Where a plate's references go; None for what is about a card or a person."""
    if word == "register.changed":
        return "holder" if data.get("record", "permit") == "permit" else None
    if word == "watch.changed":
        return "plate" if data.get("looks_for", "plate") == "plate" else None
    return "plate" if _is_vehicle(word) else None


@lru_cache
def _is_vehicle(word: str) -> bool:
    return issubclass(EventData.TYPES[word], VehicleData)


def events(seed: int, count: int, keys: Keys = DEMO_KEYS) -> Iterator[Event]:
    """The first `count` events of a seed's simulation, in order of arrival."""
    estate = load_estate()
    writer = EventWriter(estate, keys)
    arrivals = Timeline.of_day(estate, seed, tick_s=TICK_S).arrivals()
    for _, arrival in zip(range(count), arrivals, strict=False):
        yield writer.event(arrival)
