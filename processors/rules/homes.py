"""Which home a reading belongs to, the doors one comes to it by, and the devices that read them."""

import re
from collections.abc import Iterable

from processors.core.register import Register
from processors.core.rule import Scope, Situation
from processors.rules.areas import ways
from processors.rules.devices import parents
from schemas.base import Words
from schemas.event_data import CredentialData, RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig, Place

OUTSIDERS = frozenset({"courier", "care", "works", "property", "emergency"})
"""Classes of credentials whose use says nothing of who lives in a home."""
NUMBER = re.compile(r"(\d+)\D*$")


def of_dwelling(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The home that the register tells of, or whose own door or meter it is."""
    data = event.data
    if isinstance(data, RegisterChanged):
        return () if data.dwelling is None else (Scope("dwelling", data.dwelling),)
    homes = (node.id for node in config.lineage(data.place) if node.kind == "dwelling")
    return tuple(Scope("dwelling", home) for home in homes)


def by_card(event: Event, config: EstateConfig, register: Register) -> tuple[Scope, ...]:
    """The home of the card that was read; and the home it is read at, if only the register has it.

    Fits `Rule.joined`.
    """
    data = event.data
    homes = [data.place] if data.place in register.homes else []
    held = register.holding(event.subject, event.at) if isinstance(data, CredentialData) else None
    if held is not None and held.dwelling is not None:
        homes.append(held.dwelling)
    return tuple(Scope("dwelling", home) for home in homes)


def stands_at(config: EstateConfig, register: Register, dwelling: str) -> str:
    """The place of a home: its own, or where the register says that it stands; else its id."""
    home = register.home(dwelling)
    known = dwelling in config.place_by_id or home is None
    return dwelling if known or home is None else home.place


def flat_name(dwelling: str, place: str) -> Words:
    """What tells a home from its neighbours where only the place it stands in has a name.

    That is the number its id ends in; empty for a home that the site itself names.
    """
    number = NUMBER.search(dwelling)
    if place == dwelling or number is None:
        return Words(zh="", en="")
    return Words(zh=f"{number[1]}室", en=f"flat {number[1]}")


def home_name(config: EstateConfig, dwelling: str, place: str) -> Words:
    """A home's whole name for people; of one that neither site nor register knows, its number."""
    if place not in config.place_by_id and (number := NUMBER.search(dwelling)):
        return Words(zh=f"{number[1]}室", en=f"flat {number[1]}")
    name, flat = config.place_name(place), flat_name(dwelling, place)
    return Words(zh=f"{name.zh}{flat.zh}", en=f"{name.en} {flat.en}".rstrip())


def entrances(config: EstateConfig, place: str) -> tuple[Place, ...]:
    """The doors one comes to a home by, the nearest that a device reads.

    Its own, else those of its unit or building, else those of the estate's gates.
    """
    name = ("entrances", place)
    if name not in config.memo:
        config.memo[name] = _entrances(config, place)
    found: tuple[Place, ...] = config.memo[name]
    return found


def _entrances(config: EstateConfig, place: str) -> tuple[Place, ...]:
    for node in config.lineage(place):
        if node.kind not in ("estate", "gate") and (doors := _doors(config, node)):
            return doors
    return tuple(door for door in gate_doors(config) if config.devices_at.get(door.id))


def gate_doors(config: EstateConfig) -> tuple[Place, ...]:
    """The doors by which people come into the estate: those of its gates."""
    at_gates = (way for way in ways(config, config.estate) if way.kind in ("door", "gate"))
    return tuple(
        way for way in at_gates if any(node.kind == "gate" for node in config.lineage(way.id))
    )


def ways_out(now: Situation, ref: str) -> tuple[Place, ...]:
    """The doors by which a visitor leaves: those of the gates; without any, the visited home's."""
    if gates := gate_doors(now.config):
        return gates
    held = now.register.holding(ref, now.at)
    if held is None or held.dwelling is None:
        return ()
    return entrances(now.config, stands_at(now.config, now.register, held.dwelling))


def _doors(config: EstateConfig, node: Place) -> tuple[Place, ...]:
    doors = (place for place in config.standing_in.get(node.id, ()) if place.kind == "door")
    found = [door for door in doors if config.devices_at.get(door.id)]
    if any(device.kind in ("reader", "panel") for device in config.devices_at.get(node.id, ())):
        found.append(node)
    return tuple(found)


def reads_exits(doors: Iterable[Place]) -> bool:
    """Whether each of them reads who leaves; False where there are none."""
    found = list(doors)
    return bool(found) and all(door.exits_read for door in found)


def watchers(config: EstateConfig, places: Iterable[str]) -> tuple[str, ...]:
    """The devices at some places, and those they hang on: without one of them, silence is none."""
    found: dict[str, None] = {}
    for place in places:
        for device in config.devices_at.get(place, ()):
            found[device.id] = None
            found.update(dict.fromkeys(above.id for above in parents(config, device.id)))
    return tuple(found)
