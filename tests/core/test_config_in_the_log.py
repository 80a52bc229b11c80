"""Configurations in the log are checked whole before anything goes by them."""

from processors.core.machine import Machine, Output
from processors.core.partition import Partition
from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.events import Event
from tests.core.make import T0, config, event

RULES = rule_set(load(f) for f in rule_folders() if f.name == "door_held")
HELD = {"door_held": {"hold_s": "long"}}


def activated(at_s: float, **parts: object) -> Event:
    plain = config(**parts).model_dump(mode="json")
    return event("config.activated", at_s, place="e", config=plain, id=f"c{at_s}")


def refusals(*log: Event) -> list[str]:
    live, back = Output(), replay(log, RULES, until=T0 + 100_000)
    partition = Partition(0, Machine(RULES))
    for offset, item in enumerate(log):
        partition.take(offset, [item], live)
    assert [why for _, why in live.refused] == [why for _, why in back.refused]
    return [why for _, why in live.refused]


def test_a_bad_setting_of_a_rule_is_refused_with_its_name() -> None:
    (why,) = refusals(activated(0, rules=HELD))
    assert why.startswith("config.rules.door_held.hold_s: ")


def test_a_bad_setting_of_an_area_is_refused() -> None:
    places = [{"id": "b1", "kind": "building", "name": {"zh": "1号楼", "en": "Building 1"}}]
    (why,) = refusals(activated(0, places=places, areas=[{"place": "b1", "rules": HELD}]))
    assert "door_held.hold_s" in why


def test_settings_of_rules_that_do_not_run_are_left_alone() -> None:
    assert refusals(activated(0, rules={"another": {"hold_s": "long"}})) == []


def test_after_a_refusal_the_last_good_one_holds() -> None:
    log = (
        activated(0, rules={"door_held": {"hold_s": 10}}),
        activated(1, rules=HELD),
        event("door.opened", 2),
    )
    (alert,) = replay(log, RULES, until=T0 + 60_000).alerts.values()
    assert alert.opened_at == T0 + 12_000
