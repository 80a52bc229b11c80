"""What acts make of a case: whose it is, how long it may take, who is told."""

from dataclasses import replace
from typing import Any

import pytest

from console.lifecycle.facts import Case, Deed
from console.lifecycle.table import SYSTEM
from schemas.acts import ActKind
from tests.console.lifecycle.samples import (
    BOSS,
    GRID,
    LI,
    PROCEDURE,
    PROPERTY,
    RESIDENT,
    WANG,
    deed,
    done,
    facts,
    opened,
    refused,
    standing,
)
from tests.console.samples import NINE

MINUTE = 60_000
HOUR = 60 * MINUTE


def own(case: Case, kind: ActKind, at: int, **given: Any) -> Case:
    """An act of the console's own."""
    one = Deed(kind=kind, by=SYSTEM, at=at, version=case.version, **given)
    return PROCEDURE.applied(case, one)


def test_an_alert_from_its_opening_to_its_review() -> None:
    case = opened()
    assert (case.state, case.version, case.due_at) == ("waiting", 1, NINE + 5 * MINUTE)
    case = done(case, "accept", at=NINE + MINUTE)
    assert (case.state, case.holder, case.due_at) == ("accepted", "wang", NINE + 1441 * MINUTE)
    case = done(case, "assign", to="team:patrol", at=NINE + 2 * MINUTE)
    assert (case.assigned, case.due_at) == ("team:patrol", NINE + 7 * MINUTE)
    case = PROCEDURE.applied(case, deed("accept", case, by="li", at=NINE + 3 * MINUTE))
    assert (case.state, case.assigned, case.holder) == ("under_way", "person:li", "wang")
    case = done(case, "arrive", LI)
    case = done(case, "handle", LI)
    case = done(case, "close", WANG, verdict="true", at=NINE + HOUR)
    assert (case.closed_by, case.closed_at, case.verdict) == ("wang", NINE + HOUR, "true")
    assert case.due_at is None
    case = done(case, "review", BOSS)
    assert (case.state, case.version) == ("reviewed", 8)


def test_a_dispute_from_its_report_to_its_rating() -> None:
    case = opened(flow="report", kind="noise", handler="mediator", reporter="sun")
    for act, actor in (
        ("accept", GRID), ("assign", GRID), ("accept", LI), ("mediate", LI), ("feed_back", GRID),
        ("rate", RESIDENT), ("close", GRID),
    ):  # fmt: skip
        case = done(case, act, actor)  # type: ignore[arg-type]
    assert (case.state, case.rating, case.closed_by) == ("closed", "satisfied", "chen")


def test_acts_that_stay_change_no_state_and_no_clock() -> None:
    case = standing("under_way")
    for act in ("remind", "supervise", "assist", "transfer", "judge"):
        after = PROCEDURE.applied(case, deed(act, case))
        assert (after.state, after.since, after.due_at) == (case.state, case.since, case.due_at)
    assert done(case, "remind").reminded == 1
    assert done(case, "supervise", BOSS).supervised
    assert done(case, "transfer").number == "110-2026-0042"
    assert "person:li" in done(case, "assist").parties
    assert done(case, "judge").verdict == "false"


def test_a_review_that_waits_is_reminded_of_and_its_clock_goes_on() -> None:
    closed = done(standing("handled", severity="red"), "close", verdict="true", at=NINE)
    assert closed.due_at == NINE + 72 * HOUR
    case = done(done(closed, "remind", LI), "supervise", BOSS)
    assert (case.state, case.reminded, case.supervised) == ("closed", 1, True)
    assert (case.due_at, case.wake_at) == (closed.due_at, closed.wake_at)
    over = done(case, "review", LI)
    said = refused(over, deed("remind", over))
    assert said is not None
    assert said.code == "not_in_state"


def test_sent_back_it_belongs_to_whoever_sent_it_on() -> None:
    given = standing("under_way")
    back = done(given, "return", LI)
    assert (back.state, back.holder, back.assigned) == ("accepted", "wang", "")
    free = done(back, "return", WANG)
    assert (free.state, free.holder) == ("waiting", "")


def test_what_nobody_took_can_go_to_another_first_handler() -> None:
    case = done(opened(), "return", WANG)
    assert (case.state, case.handler) == ("waiting", "property")
    assert (case.told_level, case.told_node) == ("property", "lakeside")
    taken = done(standing("accepted"), "return", WANG, to="group:property")
    assert taken.handler == "police"


def test_assigned_anew_its_clock_begins_anew() -> None:
    case = done(standing("assigned"), "assign", at=NINE + HOUR)
    assert (case.since, case.due_at) == (NINE + HOUR, NINE + HOUR + 5 * MINUTE)


def test_overdue_it_climbs_its_tree_to_the_end() -> None:
    case = opened(handler="property", severity="orange")
    told = []
    at = NINE
    while case.wake_at is not None:
        at = case.wake_at
        case = own(case, "climb", at)
        told.append((case.told_level, case.told_node, (at - NINE) // MINUTE))
    assert told == [("community", "lotus", 3), ("street", "riverside", 6)]
    assert case.overdue_at == NINE + 3 * MINUTE
    assert "group:grid_worker" in case.parties


@pytest.mark.parametrize(
    ("handler", "levels"),
    [
        ("police", ["police_office", "police_station", "police_bureau"]),
        ("grid_worker", ["grid", "community", "street", "district"]),
        ("care_station", ["grid", "community", "street", "district"]),
        ("maintenance", ["property", "community", "street"]),
    ],
)
def test_each_kind_has_its_tree(handler: str, levels: list[str]) -> None:
    case = opened(handler=handler)
    told = [case.told_level]
    while case.wake_at is not None:
        case = own(case, "climb", case.wake_at)
        told.append(case.told_level)
    assert told == levels


def test_after_hours_the_first_of_the_police_is_the_duty_room() -> None:
    night = opened(NINE + 12 * HOUR)
    assert (night.told_level, night.told_node) == ("duty_room", "station-7")
    night = own(night, "climb", night.wake_at or 0)
    assert (night.told_level, night.told_node) == ("police_station", "station-7")
    assert opened(NINE + 12 * HOUR, handler="property").told_level == "property"


def test_whoever_acts_ends_the_climb() -> None:
    case = own(opened(), "climb", NINE + 5 * MINUTE)
    again = PROCEDURE.applied(case, deed("remind", case, NINE + 6 * MINUTE))
    assert (again.wake_at, again.overdue_at) == (case.wake_at, case.overdue_at)
    case = done(case, "accept", at=NINE + 7 * MINUTE)
    assert (case.overdue_at, case.rung, case.told_level) == (None, 0, "police_office")
    assert case.wake_at == case.due_at


def test_more_time_ends_being_overdue() -> None:
    case = own(standing("under_way"), "climb", NINE + 25 * HOUR)
    case = PROCEDURE.applied(case, deed("extend", case, until=NINE + 30 * HOUR))
    assert (case.due_at, case.wake_at, case.overdue_at) == (NINE + 30 * HOUR,) * 2 + (None,)
    assert case.extended == 1


def test_a_shelf_stops_the_clock_and_hands_back_what_was_left() -> None:
    case = standing("under_way")
    due = case.due_at or 0
    resting = PROCEDURE.applied(case, deed("shelve", case, NINE + MINUTE, until=NINE + 5 * HOUR))
    assert (resting.due_at, resting.wake_at) == (None, NINE + 5 * HOUR)
    longer = PROCEDURE.applied(resting, deed("shelve", resting, until=NINE + 6 * HOUR))
    back = own(longer, "unshelve", NINE + 6 * HOUR)
    assert back.due_at == back.wake_at == NINE + 6 * HOUR + (due - NINE - MINUTE)
    assert back.shelved_until is None


def test_a_stage_that_begins_takes_a_case_off_the_shelf() -> None:
    case = standing("accepted")
    case = PROCEDURE.applied(case, deed("shelve", case, until=NINE + HOUR))
    case = done(case, "handle")
    assert (case.shelved_until, case.wake_at) == (None, case.due_at)


def test_a_case_can_be_opened_on_the_shelf() -> None:
    case = opened(quiet="shelf", shelved_until=NINE + HOUR)
    assert (case.wake_at, case.due_at) == (NINE + HOUR, None)
    case = own(case, "unshelve", NINE + HOUR)
    assert (case.quiet, case.due_at) == ("", NINE + HOUR + 240 * MINUTE)


def test_a_graver_alert_leads_the_case() -> None:
    case = opened(handler="property", kind="device_tampered", quiet="flood")
    graver = facts(severity="red", kind="break_in", source="a2", also=("property",))
    case = own(case, "join", NINE + MINUTE, facts=graver)
    assert (case.kind, case.severity, case.handler, case.quiet) == ("break_in", "red", "police", "")
    assert (case.state, case.due_at, case.told_level) == (
        "waiting", NINE + 2 * MINUTE, "police_office",
    )  # fmt: skip
    assert {"group:police", "group:property"} <= set(case.parties)


def test_a_lesser_alert_only_joins() -> None:
    case = opened(severity="orange")
    after = own(case, "join", NINE + MINUTE, facts=facts(source="a2", kind="door_held"))
    assert (after.kind, after.due_at, after.version) == (case.kind, case.due_at, 2)


def test_a_closed_case_is_open_again_when_another_alert_joins() -> None:
    case = own(standing("closed"), "join", NINE + HOUR, facts=facts(source="a2"))
    assert (case.state, case.holder, case.assigned) == ("waiting", "", "")
    assert (case.verdict, case.closed_by, case.closed_at) == (None, "", None)
    assert case.due_at == NINE + HOUR + 5 * MINUTE


def test_a_review_that_finds_fault_opens_it_again() -> None:
    case = done(replace(standing("closed"), verdict="true"), "return", BOSS)
    assert (case.state, case.holder, case.verdict, case.closed_by) == ("accepted", "wang", None, "")


def test_property_may_close_its_own_as_false_at_once() -> None:
    case = done(opened(handler="property"), "close", PROPERTY)
    assert (case.state, case.holder, case.verdict) == ("closed", "zhao", "false")


def test_who_takes_what_nobody_held_holds_it() -> None:
    case = replace(standing("assigned"), holder="", assigned="group:property")
    case = PROCEDURE.applied(case, deed("accept", case, by="zhao"))
    assert (case.holder, case.assigned) == ("zhao", "person:zhao")
