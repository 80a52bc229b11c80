"""Own rules added, changed and removed in the log: what counts from when, what is left alone."""

from typing import Any

from processors.core.machine import Machine, Output
from processors.core.partition import Partition
from processors.core.replay import replay
from processors.core.retire import REWRITTEN, TAKEN_AWAY
from processors.core.rule import RuleSet, rule_set
from processors.rules.catalogue import load, rule_folders, shipped_rules
from processors.sigma.compile import compile_document
from schemas.alerts import Alert
from schemas.events import Event
from tests.core.live import Live
from tests.core.make import T0, config, event
from tests.sigma.make import at, document

SHIPPED = [load(folder) for folder in rule_folders() if folder.name == "door_held"]
RULES: RuleSet = rule_set(SHIPPED, compile_document)
DENIED = {"denied": {"type": "access.denied"}}
COUNT = {"type": "event_count", "rules": ["denied"], "group-by": ["place"]}
TWO = document(DENIED, COUNT | {"condition": {"gte": 2}}, id="twice", **{"clear-after": "1h"})
BOTH = {"opened": {"type": "door.opened"}, "closed": {"type": "door.closed"}}
LEFT_OPEN = document(
    BOTH, {"type": "absent", "rules": ["opened", "closed"], "group-by": ["place"]}, id="left_open"
)


def activated(at_s: float, *rules: dict[str, Any], **parts: Any) -> Event:
    told = config(operator_rules=rules, **parts).model_dump(mode="json")
    return event("config.activated", at_s, place="e", config=told, id=f"c{at_s}")


def played(*log: Event, until_s: float = 1_000, rules: RuleSet = RULES) -> dict[str, Alert]:
    """The alerts by rule: the same by the back-test and live, with each record on its own."""
    back = replay(log, rules, until=T0 + round(until_s * 1000))
    live = Live(rules)
    live.run([[one] for one in (*log, event("clock.ticked", until_s + 2))])
    assert live.alerts == back.alerts
    assert len({alert.rule for alert in back.alerts.values()}) == len(back.alerts)
    return {alert.rule: alert for alert in back.alerts.values()}


def denied(*times: float) -> list[Event]:
    return [at("access.denied", time) for time in times]


def test_a_rule_counts_from_its_event_on() -> None:
    assert played(activated(0), *denied(1, 2), activated(3, TWO), *denied(4)) == {}
    assert set(played(activated(0), *denied(1), activated(3, TWO), *denied(4, 5))) == {"twice"}


def test_a_rule_of_one_estate_is_none_of_anothers() -> None:
    assert played(activated(0, document(DENIED, COUNT | {"condition": {"gte": 1}}, estates=["x"])),
                  *denied(1)) == {}  # fmt: skip


def test_a_rule_taken_away_ends_its_alerts_and_says_why() -> None:
    found = played(activated(0, TWO), *denied(1, 2), activated(10), *denied(11, 12))
    assert found["twice"].cleared_at == T0 + 10_000
    assert found["twice"].cleared_reason == TAKEN_AWAY
    assert len(found["twice"].evidence) == 2


def test_what_it_waited_for_is_let_go() -> None:
    opened = at("door.opened", 1)
    assert "left_open" in played(activated(0, LEFT_OPEN), opened)
    assert "left_open" not in played(activated(0, LEFT_OPEN), opened, activated(10))
    again = activated(20, LEFT_OPEN)
    assert "left_open" not in played(activated(0, LEFT_OPEN), opened, activated(10), again)


def test_other_rules_are_not_touched() -> None:
    held = event("door.opened", 1, "d1")
    still = {"rules": {"door_held": {"unlock_s": 1, "hold_s": 40, "rise_s": 9_000}}}
    log = [activated(0, TWO, LEFT_OPEN, **still), held, *denied(2)]
    alone = played(*log, until_s=100)
    with_changes = played(
        *log, activated(5, LEFT_OPEN, **still), activated(6, TWO, LEFT_OPEN, **still), until_s=100
    )
    for rule in ("door_held", "left_open"):
        assert with_changes[rule].opened_at == alone[rule].opened_at
        assert with_changes[rule].evidence == alone[rule].evidence


def test_another_threshold_goes_on_with_what_was_counted() -> None:
    three = TWO | {"correlation": {**COUNT, "timespan": "60s", "condition": {"gte": 3}}}
    found = played(activated(0, three), *denied(1), activated(2, TWO), *denied(3))
    assert found["twice"].opened_at == T0 + 3_000
    log = [activated(0, TWO), *denied(1, 2), activated(3, three), *denied(4)]
    assert played(*log)["twice"].revision == 2, "the alert goes on under the new one"


def test_another_kind_of_rule_begins_afresh_and_says_so() -> None:
    other = document(
        DENIED, {"type": "event_count", "rules": ["denied"], "condition": {"gte": 2}}, id="twice"
    )
    found = played(activated(0, TWO), *denied(1, 2), activated(5, other), until_s=20)
    assert found["twice"].cleared_reason == REWRITTEN
    assert found["twice"].cleared_at == T0 + 5_000


def test_new_words_are_for_what_is_told_from_then_on() -> None:
    renamed = TWO | {"title": {"zh": "改名", "en": "renamed"}}
    found = played(activated(0, TWO), *denied(1, 2), activated(3, renamed), *denied(4))
    assert found["twice"].reason.en.startswith("Blue, renamed: ")
    assert found["twice"].revision == 2


def test_it_can_be_off_for_the_estate_or_an_area() -> None:
    off = {"twice": {"enabled": False}}
    assert played(activated(0, TWO, rules=off), *denied(1, 2)) == {}
    places = [{"id": "d1", "kind": "door", "name": {"zh": "门", "en": "Door"}}]
    area = {"areas": [{"place": "d1", "rules": off}], "places": places}
    assert played(activated(0, TWO, **area), *denied(1, 2)) == {}


def refused(*log: Event, rules: RuleSet = RULES) -> list[str]:
    live, back = Output(), replay(log, rules, until=T0 + 100_000)
    partition = Partition(0, Machine(rules))
    for offset, item in enumerate(log):
        partition.take(offset, [item], live)
    assert [why for _, why in live.refused] == [why for _, why in back.refused]
    return [why for _, why in live.refused]


def test_a_rule_that_is_not_understood_is_left_out_alone() -> None:
    broken = TWO | {"id": "broken", "correlation": {"type": "guess"}}
    (why,) = refused(activated(0, broken, TWO))
    assert why.startswith("config.operator_rules.0.correlation.type: ")
    assert set(played(activated(0, broken, TWO), *denied(1, 2))) == {"twice"}


def test_a_name_that_is_taken_is_refused() -> None:
    (why,) = refused(activated(0, TWO | {"id": "door_held"}))
    assert "'door_held' is the name of another rule" in why
    assert "'twice' is the name of another" in refused(activated(0, TWO, TWO))[0]
    known = shipped_rules()
    assert "read model" in refused(activated(0, TWO | {"id": "passages"}), rules=known)[0]


def test_a_bad_setting_of_an_own_rule_is_refused_with_the_configuration() -> None:
    (why,) = refused(activated(0, TWO, rules={"twice": {"enabled": "perhaps"}}))
    assert why.startswith("config.rules.twice.enabled: ")


def test_the_rule_being_tried_stands_for_the_one_in_the_log() -> None:
    one = document(DENIED, COUNT | {"condition": {"gte": 1}}, id="twice")
    tried = rule_set([*SHIPPED, compile_document(one)], compile_document)
    out = replay([activated(0, TWO), *denied(1)], tried, until=T0 + 10_000)
    assert [alert.rule for alert in out.alerts.values()] == ["twice"]
    assert out.refused == []
    assert tried.of(config(operator_rules=[TWO])).rules == tried.rules


def test_the_same_documents_are_compiled_once() -> None:
    one, other = config(operator_rules=[TWO]), config(operator_rules=[TWO], lateness_s=9)
    assert RULES.of(one) is RULES.of(other)
    assert RULES.of(config()) is RULES
    assert RULES.of(config(operator_rules=[TWO, LEFT_OPEN])) is not RULES.of(one)
    assert set(RULES.of(one).by_id) == {"door_held", "twice"}


def test_a_restart_goes_on_with_rules_and_states() -> None:
    partition, out = Partition(0, Machine(RULES)), Output()
    log = [activated(0, TWO), *denied(1), event("clock.ticked", 5)]
    for offset, item in enumerate(log):
        partition.take(offset, [item], out)
    partition.advance(out)
    again, later = Partition(0, Machine(RULES)), Output()
    again.restore(partition.checkpoint().commit, {})
    for offset, item in enumerate([*denied(6), event("clock.ticked", 20)], start=len(log)):
        again.take(offset, [item], later)
    again.advance(later)
    assert [alert.rule for alert in later.opened] == ["twice"]


def test_what_is_still_in_bytes_is_ended_too() -> None:
    """After a restart only the scope whose deadline comes next has been read."""
    partition, out = Partition(0, Machine(RULES)), Output()
    doors = [at("access.denied", time, place) for time in (1, 2) for place in ("d1", "d2", "d3")]
    for offset, item in enumerate([activated(0, TWO), *doors, event("clock.ticked", 5)]):
        partition.take(offset, [item], out)
    partition.advance(out)
    again, later = Partition(0, Machine(RULES)), Output()
    again.restore(partition.checkpoint().commit, {})
    for offset, item in enumerate([activated(6), event("clock.ticked", 20)], start=8):
        again.take(offset, [item], later)
    again.advance(later)
    assert [alert.cleared_reason for alert in later.cleared] == [TAKEN_AWAY] * 3
    assert again.estates["e"].open_alerts == set()


def test_the_office_is_told_the_names_of_new_rules() -> None:
    out = replay([activated(0, TWO), activated(5, TWO, LEFT_OPEN)], RULES)
    assert set(out.views) == {"rule/twice", "rule/left_open"}
