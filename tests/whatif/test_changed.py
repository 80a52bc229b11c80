"""The same log under other parameters."""

from processors.core.replay import replay
from processors.rules.catalogue import shipped_rules
from processors.whatif.changed import SAME_MS, difference, log_with_settings, with_settings
from schemas.events import Event
from tests.core.make import config, event

RULES = shipped_rules()
PLACES = [{"id": "d1", "kind": "door", "name": {"zh": "门", "en": "Door"}}]


def log() -> list[Event]:
    areas = [{"place": "d1", "rules": {"door_held": {"hold_s": 30, "unlock_s": 1}}}]
    told = config(places=PLACES, areas=areas)
    return [
        event("config.activated", 0, "e", hash=told.digest, config=told.model_dump(mode="json")),
        event("access.granted", 9, "d1"),
        event("door.opened", 10, "d1"),
        event("door.closed", 100, "d1"),
        event("clock.ticked", 4000, "e"),
    ]


def test_a_parameter_wins_over_the_areas_own() -> None:
    before = replay(log(), RULES).alerts.values()
    after = replay(log_with_settings(log(), {"door_held": {"hold_s": 600}}), RULES).alerts.values()

    found = difference(before, after)

    assert ([a.rule for a in found.gone], found.added) == (["door_held"], ())


def test_a_little_later_is_the_same() -> None:
    before = list(replay(log(), RULES).alerts.values())
    after = list(
        replay(log_with_settings(log(), {"door_held": {"hold_s": 40}}), RULES).alerts.values()
    )
    assert difference(before, after) == ((), ())
    later = [a.model_copy(update={"opened_at": a.opened_at + SAME_MS + 20_000}) for a in after]
    assert [len(side) for side in difference(before, later)] == [1, 1]


def test_other_settings_of_an_area_stay() -> None:
    told = with_settings(
        config(areas=[{"place": "d1", "rules": {"door_held": {"hold_s": 1, "unlock_s": 2}}}]),
        {"door_held": {"hold_s": 9}},
    )
    assert told.rules == {"door_held": {"hold_s": 9}}
    assert told.areas[0].rules == {"door_held": {"unlock_s": 2}}
