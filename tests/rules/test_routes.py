"""The way of an event to its rules is found once for its type, device and place: so it must not
depend on anything else in it.
"""

from collections import defaultdict

from processors.core.estate import Estate, new_estate
from processors.core.machine import Machine
from processors.core.output import Output
from processors.core.routes import FROM_THE_OFFICE, ROUTES_MAX
from processors.core.rule import is_by_place, rule_set
from processors.rules.catalogue import rules_and_views
from processors.rules.door_forced.rule import RULE
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.make import config, event
from tests.rules.scenario import FILES, load_scenario

MARKED = [rule for rule in rules_and_views().rules if rule.joined is None]


def everything() -> list[tuple[EstateConfig, list[Event]]]:
    """The readings of all scenarios, by the configuration that they are judged by."""
    by_config: dict[str, tuple[EstateConfig, list[Event]]] = {}
    for file in FILES:
        scenario = load_scenario(file)
        known = by_config.setdefault(scenario.config.digest, (scenario.config, []))
        known[1].extend(scenario.log)
    return list(by_config.values())


def test_marked_scopes_go_by_type_device_and_place_alone() -> None:
    compared = 0
    for known, log in everything():
        rules = [rule for rule in MARKED if is_by_place(rule.scopes, known)]
        found = defaultdict(set)
        for reading in log:
            if reading.type in FROM_THE_OFFICE:
                continue
            for rule in rules:
                if reading.type in rule.inputs:
                    name = (rule.id, reading.type, reading.data.device, reading.data.place)
                    found[name].add(rule.scopes(reading, known))
        assert all(len(scopes) == 1 for scopes in found.values())
        compared += len(found)
    assert compared > 1000


def told(machine: Machine, estate: Estate, *readings: Event) -> list[str]:
    """The places of what is opened by these, each with a minute after it."""
    out = Output()
    for reading in readings:
        machine.event(estate, reading, out)
        machine.fire(estate, reading.at + 60_000, out)
    return [alert.place for alert in out.opened]


def test_a_door_goes_by_its_own_parameters_and_by_new_ones_at_once() -> None:
    machine, estate = Machine(rule_set([RULE])), new_estate("e", config())
    assert told(machine, estate, event("door.opened", 0), event("door.closed", 100)) == ["d1"]
    area = {"place": "d1", "rules": {"door_forced": {"rex_wait_s": 600}}}
    place = {"id": "d1", "kind": "door", "name": {"zh": "门", "en": "door"}}
    estate.use(config(places=[place], areas=[area]))
    assert told(machine, estate, event("door.opened", 9_000, "d2")) == ["d2"]
    assert told(machine, estate, event("door.opened", 10_000)) == []


def test_names_from_outside_take_bounded_room() -> None:
    machine, estate, out = Machine(rule_set([RULE])), new_estate("e"), Output()
    estate.routes.update({(False, "t", str(n), "x"): () for n in range(ROUTES_MAX)})
    machine.event(estate, event("door.opened", 1, "door-1"), out)
    assert len(estate.routes) == 1
