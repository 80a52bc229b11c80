"""Which homes are put up for a visit, and what a visit says of the register."""

from typing import Any

import pytest

from console.paper.visiting import (
    Registered,
    Result,
    VisitFault,
    check,
    proposed,
    reason_of,
    still_wanted,
    wanted,
)
from tests.console.around.estates import care, home
from tests.console.samples import ESTATE, NINE

NOBODY: frozenset[tuple[str, str]] = frozenset()


def result(found: Any, **given: Any) -> Result:
    return Result(found, NINE, "chen", **given)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, None),
        ({"status": "seems_vacant", "use": "own"}, "seems_vacant"),
        # As registered: nothing to find out.
        ({"status": "seems_vacant", "use": "vacant"}, None),
        ({"status": "differs", "differs": "let"}, "let"),
        ({"status": "differs", "differs": "vacant"}, "vacant"),
        ({"status": "cannot_be_judged", "doubt": "no_source"}, None),
    ],
)
def test_why_a_home_is_put_up(given: dict[str, Any], reason: str | None) -> None:
    assert reason_of(home("1", **given)) == reason


def test_who_said_they_are_away_is_left_in_peace_unless_care_is_silent() -> None:
    vacant = [home(n, status="seems_vacant", use="own") for n in ("1", "2")]
    silent = [care("2", "silent"), care("3", "active"), care("4", "not_judged")]
    away = frozenset({(ESTATE, "1"), (ESTATE, "2")})
    found = wanted(vacant, silent, away)
    assert {home[1]: one.reason for home, one in found.items()} == {"2": "welfare"}
    assert len(wanted(vacant, (), NOBODY)) == 2


@pytest.mark.parametrize(
    ("reason", "is_wanted", "is_judged", "stays"),
    [
        ("let", True, True, True),
        ("let", False, True, False),
        ("let", False, False, True),
        ("asked", False, True, True),
    ],
)
def test_what_reads_as_registered_again_is_taken_off(
    reason: Any, is_wanted: bool, is_judged: bool, stays: bool
) -> None:
    key = (ESTATE, "1")
    now = wanted([home("1", status="differs", differs="let")], (), NOBODY) if is_wanted else {}
    assert still_wanted(reason, key, now, {key} if is_judged else set()) is stays


OWN = Registered("own", 2)


@pytest.mark.parametrize(
    ("told", "registered", "expected"),
    [
        (result("in_use"), OWN, None),
        (result("in_use", people=2, use="own"), OWN, None),
        (result("in_use", people=3), OWN, Registered("own", 3)),
        (result("in_use", use="let"), OWN, Registered("let", 2)),
        (result("vacant"), OWN, Registered("vacant", 2)),
        (result("vacant", people=0), OWN, Registered("vacant", 0)),
        (result("vacant"), Registered("vacant", 2), None),
        (result("other_use", words="shop"), OWN, Registered("unknown", 2)),
        (result("other_use", use="commercial"), OWN, Registered("commercial", 2)),
        (result("nobody_met", people=5, use="let"), OWN, None),
        (result("in_use", people=3), None, None),
    ],
)
def test_what_the_register_should_say(
    told: Result, registered: Registered | None, expected: Registered | None
) -> None:
    assert proposed(told, registered) == expected


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (result("in_use", people=-1), "fault_people"),
        (result("in_use", people=100), "fault_people"),
        (result("in_use", use="vacant"), "fault_use"),
        (result("vacant", people=1), "fault_vacant"),
        (result("vacant", use="let"), "fault_vacant"),
        (result("other_use", words="  "), "fault_words"),
    ],
)
def test_what_does_not_hang_together_is_refused(told: Result, fault: str) -> None:
    with pytest.raises(VisitFault, match=fault):
        check(told)


def test_what_hangs_together_is_taken() -> None:
    check(result("vacant", people=0, use="vacant"))
    check(result("other_use", use="commercial"))
