"""Why something may not be done: the reasons, one by one."""

from dataclasses import replace
from typing import Any

import pytest

from console.lifecycle.facts import Actor
from console.lifecycle.refusal import Attempt, is_possible, refusal
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
    opened,
    refused,
    standing,
)
from tests.console.samples import NINE

HOUR = 3_600_000


def code(*asked: Any, **given: Any) -> str | None:
    said = refused(*asked, **given)
    return said.code if said else None


def test_a_refusal_says_what_is_possible_instead() -> None:
    case = standing("waiting")
    said = refused(case, deed("arrive", case))
    assert said is not None
    assert said.zh.startswith("“待签收”时不能到场；现在可以：签收、交办、办结")
    assert said.en.startswith("not possible while waiting to be accepted: arrive. Possible now: ")
    assert said.version == case.version


def test_who_comes_second_learns_who_was_first() -> None:
    first = PROCEDURE.applied(standing("waiting"), deed("accept", standing("waiting"), by="li"))
    said = refused(first, deed("accept", standing("waiting")))
    assert said is not None
    assert (said.code, said.version) == ("stale", 2)
    assert said.zh == "此件刚由li签收，已是第2版；请看过再办"


@pytest.mark.parametrize(
    ("act", "missing", "expected"),
    [
        ("handle", {"why": "  "}, "needs_why"),
        ("assign", {"to": ""}, "needs_to"),
        ("extend", {"until": None}, "needs_until"),
        ("transfer", {"number": "11"}, "needs_number"),
        ("transfer", {"number": "110; DROP"}, "needs_number"),
        ("judge", {"verdict": None}, "needs_verdict"),
    ],
)
def test_what_must_be_said(act: ActKind, missing: dict[str, Any], expected: str) -> None:
    case = standing("accepted")
    assert code(case, deed(act, case, **missing)) == expected
    assert code(case, deed(act, case), LI) is None


def test_a_verdict_given_before_need_not_be_given_again() -> None:
    case = standing("handled")
    assert code(case, deed("close", case, verdict=None)) == "needs_verdict"
    judged = replace(case, verdict="true")
    assert code(judged, deed("close", judged, verdict=None)) is None


def test_a_rating_is_needed() -> None:
    case = standing("answered", flow="report")
    assert code(case, deed("rate", case, rating=None)) == "needs_rating"


def test_residents_rate_what_they_reported_and_nothing_else() -> None:
    case = standing("answered", flow="report")
    assert code(case, deed("rate", case), RESIDENT) is None
    assert code(case, deed("rate", case), Actor("other", "resident")) == "not_reporter"
    assert code(case, deed("rate", case), GRID) is None


def test_residents_cannot_say_that_they_were_not_reached() -> None:
    case = standing("answered", flow="report")
    assert code(case, deed("rate", case, rating="not_reached"), RESIDENT) == "needs_own_rating"
    assert code(case, deed("rate", case, rating="not_reached"), GRID) is None


def test_residents_are_not_told_who_of_the_office_was_first() -> None:
    case = standing("answered", flow="report")
    moved = replace(case, last_by="wang", version=case.version + 1)
    said = refused(moved, deed("rate", case), RESIDENT)
    assert said is not None
    assert (said.code, said.version) == ("moved_on", moved.version)
    assert "wang" not in said.zh + said.en


@pytest.mark.parametrize("who", [LI, Actor("x", "police", frozenset({"patrol"}))])
def test_only_whom_it_was_given_to_takes_it(who: Actor) -> None:
    to = "person:li" if who is LI else "team:patrol"
    case = replace(standing("assigned"), assigned=to)
    assert code(case, deed("accept", case), who) is None
    assert code(case, deed("accept", case), Actor("nobody", "police")) == "not_yours"


def test_a_group_is_everyone_of_the_role() -> None:
    case = replace(standing("assigned"), assigned="group:maintenance")
    assert code(case, deed("accept", case), PROPERTY) is None
    assert code(case, deed("accept", case), GRID) == "not_yours"


@pytest.mark.parametrize("act", ["assign", "assist"])
def test_what_is_for_the_police_alone_stays_with_them(act: ActKind) -> None:
    duress = standing("accepted", kind="duress", severity="red", police_only=True)
    assert code(duress, deed(act, duress, to="group:property")) == "police_only"
    assert code(duress, deed(act, duress, to="person:li")) is None
    assert code(duress, deed(act, duress, to="person:ghost")) == "no_party"


def test_it_is_not_sent_back_out_of_the_police_either() -> None:
    duress = standing("waiting", kind="duress", severity="red", police_only=True)
    assert code(duress, deed("return", duress)) == "police_only"
    plain = standing("waiting")
    assert code(plain, deed("return", plain, to="person:li")) == "needs_group"
    assert code(plain, deed("return", plain)) is None


def test_a_red_one_is_not_waved_away() -> None:
    red = standing("accepted", severity="red")
    assert code(red, deed("close", red)) == "early_red"
    handled = standing("handled", severity="red")
    assert code(handled, deed("close", handled)) is None


def test_early_only_what_was_nothing_is_closed() -> None:
    case = standing("accepted")
    said = refused(case, deed("close", case, verdict="true"))
    assert said is not None
    assert said.code == "early_verdict"
    assert said.zh == "“已签收”时直接办结，结论只能是：误报"
    assert code(case, deed("close", case, verdict="false")) is None
    report = standing("accepted", flow="report")
    assert code(report, deed("close", report, verdict="cannot_be_verified")) is None


def test_somebody_else_reviews() -> None:
    case = standing("closed")
    assert code(case, deed("review", case)) == "own_review"
    assert code(case, deed("review", case), LI) is None
    assert code(case, deed("review", case), BOSS) is None
    assert code(case, deed("review", case), review_alone=True) is None


@pytest.mark.parametrize("grave", [{"severity": "red"}, {"police_only": True}])
def test_what_is_grave_is_never_shelved(grave: dict[str, Any]) -> None:
    case = standing("accepted", **grave)
    assert code(case, deed("shelve", case)) == "grave_shelf"


def test_a_shelf_ends_within_its_time() -> None:
    case = standing("accepted")
    assert code(case, deed("shelve", case, until=NINE)) == "until_past"
    assert code(case, deed("shelve", case, until=NINE + 73 * HOUR)) == "until_far"
    assert code(case, deed("shelve", case, until=NINE + 72 * HOUR)) is None


def test_the_latest_time_is_told_as_the_offices_clock_shows_it() -> None:
    case = standing("accepted")
    too_far = deed("shelve", case, until=NINE + 73 * HOUR)
    said = refusal(Attempt(PROCEDURE, case, too_far, WANG))
    assert said is not None
    assert (said.zh, said.en) == (
        "最迟只能到2026-03-04 09:00", "not later than 2026-03-04 09:00",
    )  # fmt: skip


def test_nobody_gives_themselves_more_time() -> None:
    own = standing("accepted")
    assert code(own, deed("extend", own)) == "own_extension"
    assert code(own, deed("extend", own), BOSS) is None
    given = standing("under_way")
    assert code(given, deed("extend", given), WANG) is None
    assert code(given, deed("extend", given), LI) == "own_extension"


def test_more_time_has_an_end_and_needs_a_clock() -> None:
    case = standing("under_way")
    assert code(case, deed("extend", case, until=NINE + 25 * HOUR)) == "until_far"
    assert code(case, deed("extend", case, until=NINE + 24 * HOUR)) is None
    still = replace(case, due_at=None)
    assert code(still, deed("extend", still)) == "no_clock"


def test_what_is_offered_is_what_can_be_done() -> None:
    red = opened(severity="red")
    assert is_possible(PROCEDURE, red, "accept", WANG)
    assert not is_possible(PROCEDURE, red, "close", WANG)
    assert not is_possible(PROCEDURE, red, "shelve", WANG)
    assert not is_possible(PROCEDURE, red, "arrive", WANG)
    assert not is_possible(PROCEDURE, red, "accept", RESIDENT)
    assert not is_possible(PROCEDURE, red, "climb", WANG)
