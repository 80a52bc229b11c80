"""A worker of a new version takes over what an older one remembered, and nobody is alarmed for it.

`welfare_silent` once kept one note of absence, `away`; now it keeps several, as the register tells
them.
"""

from typing import Any

import orjson
import pytest

from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.replay import in_order, step
from processors.core.rule import rule_set
from processors.rules.care import Care
from processors.rules.catalogue import shipped_rules
from processors.rules.welfare_silent.rule import RULE, Welfare
from processors.scenarios import START_MS, build, estate_config
from schemas.alerts import Alert

HOUR_S = 3600
DAY_S = 24 * HOUR_S
SCOPE = "dwelling|h9"
SETTLED_S = 5 * 60
RULES = rule_set([RULE, shipped_rules().by_id["device_lost"]])
CONFIG = estate_config(
    {
        "places": [
            {"id": "b4", "kind": "building", "name": {"zh": "4号楼", "en": "Building 4"}},
            {"id": "h9", "kind": "dwelling", "name": {"zh": "901室", "en": "Flat 901"},
             "parent": "b4"},
        ],
        "devices": [
            {"id": "water9", "name": {"zh": "水表", "en": "Meter"}, "place": "h9"},
        ],
    }
)  # fmt: skip


def ms_at(at_s: float) -> int:
    return START_MS + round(at_s * 1000)


def old_record(away: dict[str, Any] | None, **deadlines: float) -> bytes:
    """A home in care as it was kept: heard last at second 0, agreed to be silent for a day."""
    care: dict[str, Any] = {
        "consent": {"since": ms_at(0), "until": None}, "silent_ms": DAY_S * 1000,
        "away": away, "heard_at": ms_at(0), "last": None, "meters": [],
    }  # fmt: skip
    waits = [(RULE.id, name, ms_at(at), ms_at(0)) for name, at in deadlines.items()]
    state = {"care": care, "alerted": False, "doubted": False}
    return orjson.dumps({"s": {RULE.id: state}, "d": waits, "a": []})


def alerts_after(raw: bytes, events: list[dict[str, Any]], until_s: float) -> list[tuple[Any, ...]]:
    """Of the home: when each alert was opened and cleared, in seconds."""
    machine, out, estate = Machine(RULES), Output(), new_estate(CONFIG.estate, CONFIG)
    estate.adopt(SCOPE, raw)
    for one in in_order(build(item, n, START_MS) for n, item in enumerate(events)):
        step(machine, estate, one, out)
    machine.fire(estate, ms_at(until_s), out)
    return [_span(alert) for alert in out.alerts.values() if alert.rule == RULE.id]


def _span(alert: Alert) -> tuple[float, float | None]:
    opened, cleared = alert.opened_at, alert.cleared_at
    return (opened - START_MS) / 1000, None if cleared is None else (cleared - START_MS) / 1000


def note(at_s: float, from_s: float | None, to_s: float, **more: str) -> dict[str, Any]:
    begin = {} if from_s is None else {"valid_from": from_s}
    return {"at": at_s, "type": "register.changed", "place": "b4", "record": "away_note",
            "dwelling": "h9", "valid_to": to_s, **begin, **more}  # fmt: skip


AWAY = {"since": ms_at(HOUR_S), "until": ms_at(10 * DAY_S)}
BACK = {"back": 10 * DAY_S}
TOLD_S = 11 * DAY_S + SETTLED_S


def test_silence_counts_from_the_end_of_an_absence_that_was_kept_in_the_older_form() -> None:
    raw = old_record(AWAY, **BACK)

    assert alerts_after(raw, [], TOLD_S) == []
    assert alerts_after(raw, [], TOLD_S + 1) == [(TOLD_S, None)]


def test_one_that_is_still_to_come_covers_its_days() -> None:
    later = {"since": ms_at(HOUR_S), "until": ms_at(10 * DAY_S)}
    raw = old_record(later, silent=DAY_S + SETTLED_S, **BACK)

    assert alerts_after(raw, [], 10 * DAY_S) == []


def test_a_home_that_was_not_away_is_told_as_ever() -> None:
    raw = old_record(None, silent=DAY_S + SETTLED_S)

    assert alerts_after(raw, [], 2 * DAY_S) == [(DAY_S + SETTLED_S, None)]


@pytest.mark.parametrize("begin_s", [HOUR_S, 0, None])
def test_it_is_taken_back_by_whoever_knows_when_it_began(begin_s: float | None) -> None:
    back = note(2 * DAY_S, begin_s, 10 * DAY_S, change="ended")

    found = alerts_after(old_record(AWAY, **BACK), [back], 4 * DAY_S)

    assert found == [(3 * DAY_S + SETTLED_S, None)]


def test_another_note_takes_nothing_of_it_back() -> None:
    other = note(2 * DAY_S, 5 * DAY_S, 6 * DAY_S, change="ended")
    past = note(2 * DAY_S, -9 * DAY_S, -8 * DAY_S)

    assert alerts_after(old_record(AWAY, **BACK), [other, past], 10 * DAY_S) == []


def test_told_again_it_is_the_same_absence() -> None:
    again = note(2 * DAY_S, 0, 10 * DAY_S)
    shorter = note(3 * DAY_S, 0, 4 * DAY_S)

    assert alerts_after(old_record(AWAY, **BACK), [again], TOLD_S) == []
    found = alerts_after(old_record(AWAY, **BACK), [again, shorter], 6 * DAY_S)
    assert found == [(5 * DAY_S + SETTLED_S, None)]


def test_it_is_written_in_the_form_of_today() -> None:
    state = RULE.load_state(orjson.loads(old_record(AWAY))["s"][RULE.id])

    assert isinstance(state, Welfare)
    assert state.care.is_away(ms_at(2 * DAY_S))
    assert not state.care.is_away(ms_at(10 * DAY_S))
    assert RULE.load_state(RULE.dump_state(state)) == state
    assert "away" not in RULE.dump_state(state)["care"]
    assert RULE.load_state({}) == Welfare(care=Care())
