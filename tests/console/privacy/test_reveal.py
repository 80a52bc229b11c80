"""A case's clear values: at once to whose case it is, else for a reason; each look is kept."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from console.accounts.principal import Principal
from console.audit.log import newest, verify
from console.cases.office import CaseOffice
from console.database import writing
from console.lifecycle.table import Role
from console.privacy.looks import ALL, REASONS, shown_at_once, shown_on_asking
from console.privacy.reveal import VIEW_MS, Asked, NotYours, Revealed, Revealing
from console.register.office import RegisterOffice
from console.register.reveal import HOUR_MS, NoReason, TooOften
from console.register.vault import NoKey
from console.store import Store
from schemas.alerts import Alert, Evidence
from schemas.sealing import person_context, subject_context
from tests.console.cases.conftest import officer
from tests.console.desks import CARD, ESTATE, HOME, KEYS, PERMIT, enter
from tests.console.lifecycle.samples import standing
from tests.console.samples import NINE, alert, evidence

WHY = Asked(reason="identity", why="比对身份证")
KEY = KEYS.estate(ESTATE)


def sealed(name: str, clear: str, event_type: str, **given: Any) -> Evidence:
    """A reading as the gateway seals it."""
    plate = event_type.startswith("vehicle")
    ref = KEY.plate(clear).ref if plate else KEY.credential(clear)
    texts = {"subject": KEY.seal(clear, subject_context(name))}
    if person := given.pop("person", None):
        texts["person"] = KEY.seal(person, person_context(name))
    item = evidence("read", event_type, **given)
    return replace(item, id=name, subject=ref, sealed=texts)


SWIPE = sealed("e1", "0012AB", "access.denied", person="林小满")
PASSAGE = sealed("e2", "苏E0F96D", "vehicle.entered")


@pytest.fixture
def office(desk: RegisterOffice) -> RegisterOffice:
    """A desk with a home, its card and its vehicle."""
    enter(desk, "dwellings", HOME)
    enter(desk, "credentials", CARD)
    enter(desk, "permits", PERMIT.model_copy(update={"dwelling": HOME.name}))
    return desk


@pytest.fixture
def revealing(office: RegisterOffice) -> Revealing:
    cases = CaseOffice(office.settings, office.engine)
    take(cases, office.engine, alert(evidence=(SWIPE, PASSAGE)))
    return Revealing(cases, office.vault, 2)


def take(cases: CaseOffice, engine: Engine, *alerts: Alert) -> None:
    with writing(engine) as tx:
        Store(engine)._write_alerts(tx, alerts)
        cases.take(tx, alerts, NINE)


def case_of(holder: str = "", assigned: str = "", state: str = "accepted") -> Any:
    return replace(standing(state), id="a1", holder=holder, assigned=assigned)


def look(revealing: Revealing, who: Principal, at: int = NINE, **case: Any) -> Revealed:
    with writing(revealing.cases.engine) as tx:
        return revealing.revealed(tx, who, case_of(**case), at)


def ask(
    revealing: Revealing, who: Principal, asked: Asked = WHY, at: int = NINE, **case: Any
) -> Revealed:
    with writing(revealing.cases.engine) as tx:
        return revealing.asked(tx, who, case_of(**case), asked, at)


def values(found: Revealed) -> dict[str, str]:
    return {one.field: one.text for one in found.values}


def logged(revealing: Revealing) -> list[tuple[str, str, str]]:
    entries = newest(revealing.cases.engine, 9)
    assert verify(revealing.cases.engine)[1] is None
    return [(one.who, one.act, one.target) for one in entries if one.act.startswith("reveal")]


@pytest.mark.parametrize(
    "mine", [{"holder": "wang"}, {"assigned": "person:wang"}, {"assigned": "team:patrol"}]
)
def test_an_officers_own_open_case_shows_plate_and_home_and_no_name(
    revealing: Revealing, mine: dict[str, Any]
) -> None:
    found = look(revealing, officer(teams=frozenset({"patrol"})), **mine)
    assert values(found) == {"plate": "苏E0F96D", "home": HOME.address}
    assert found.is_own
    assert found.more == {"number", "person", "holder"}
    assert logged(revealing) == [("wang", "reveal.own", "cases/a1")]


@pytest.mark.parametrize(
    "other", [{}, {"holder": "li"}, {"assigned": "group:police"},
              {"holder": "wang", "state": "closed"}],
)  # fmt: skip
def test_nobody_elses_case_and_no_closed_one_shows_anything_unasked(
    revealing: Revealing, other: dict[str, Any]
) -> None:
    found = look(revealing, officer(), **other)
    assert (found.values, found.is_own, found.more) == ((), False, ALL)
    assert logged(revealing) == []


def test_a_page_that_renews_itself_is_one_look(revealing: Revealing) -> None:
    for at in (NINE, NINE + 1000, NINE + VIEW_MS - 1):
        look(revealing, officer(), at, holder="wang")
    assert len(logged(revealing)) == 1
    look(revealing, officer(), NINE + VIEW_MS, holder="wang")
    look(revealing, officer("li"), NINE + VIEW_MS, holder="li")
    assert len(logged(revealing)) == 3


def test_more_than_was_seen_is_another_look(revealing: Revealing) -> None:
    look(revealing, officer(), holder="wang")
    other = sealed("e3", "浙B2Q8C5", "vehicle.entered")
    take(revealing.cases, revealing.cases.engine, alert("a2", incident="a1", evidence=(other,)))
    found = look(revealing, officer(), NINE + 1000, holder="wang")
    assert [one.text for one in found.values if one.field == "plate"] == ["苏E0F96D", "浙B2Q8C5"]
    assert len(logged(revealing)) == 2


def test_for_a_reason_all_is_shown_and_counted(revealing: Revealing) -> None:
    found = ask(revealing, officer())
    assert {(one.field, one.text) for one in found.values} == {
        ("plate", "苏E0F96D"), ("home", HOME.address), ("number", "0012AB"),
        ("person", "林小满"), ("holder", "林小满"), ("holder", "周一鸣"),
    }  # fmt: skip
    assert found.left == 1
    (entry,) = newest(revealing.cases.engine, 1)
    assert (entry.act, entry.why) == ("reveal", "identity: 比对身份证")
    assert "苏E" not in entry.detail + entry.target


def test_more_looks_than_an_hour_allows_are_refused(revealing: Revealing) -> None:
    for at in (NINE, NINE + 1000):
        ask(revealing, officer(), at=at)
    with pytest.raises(TooOften, match="2 clear values in an hour"):
        ask(revealing, officer(), at=NINE + 2000)
    assert len(logged(revealing)) == 2
    assert ask(revealing, officer("li"), at=NINE + 2000).left == 1
    assert ask(revealing, officer(), at=NINE + HOUR_MS + 1001).values


def test_looks_at_ones_own_case_are_not_counted(revealing: Revealing) -> None:
    for hour in range(4):
        look(revealing, officer(), NINE + hour * VIEW_MS, holder="wang")
    assert look(revealing, officer(), NINE + 4 * VIEW_MS, holder="wang").left == 2


@pytest.mark.parametrize("why", ["x", "   ", " ab "])
def test_a_reason_that_says_nothing_is_refused(revealing: Revealing, why: str) -> None:
    with pytest.raises(NoReason, match="letters"):
        ask(revealing, officer(), Asked(reason="visit", why=why))
    assert logged(revealing) == []


def test_reasons_are_a_closed_list() -> None:
    with pytest.raises(ValueError, match="reason"):
        Asked(reason="curiosity", why="I wonder")
    assert len(REASONS) == 6


ROLES: list[tuple[Role, bool, set[str], set[str]]] = [
    ("police", True, {"plate", "home"}, set(ALL)),
    ("police", False, set(), set(ALL)),
    ("supervisor", True, set(), set(ALL)),
    ("supervisor", False, set(), set(ALL)),
    ("grid_worker", True, set(), {"plate", "home"}),
    ("grid_worker", False, set(), set()),
    ("property", True, set(), {"plate"}),
    ("property", False, set(), set()),
    ("resident", True, set(), set()),
    ("resident", False, set(), set()),
]


@pytest.mark.parametrize(("role", "own", "unasked", "asked"), ROLES)
def test_who_sees_what(role: Role, own: bool, unasked: set[str], asked: set[str]) -> None:
    who = Principal("wang", role, frozenset({"*"}), frozenset())
    case = case_of(holder="wang" if own else "li")
    assert shown_at_once(case, who, is_over=False) == unasked
    assert shown_on_asking(case, who, is_over=False) == asked
    assert shown_at_once(case, who, is_over=True) == set()
    closed = asked if role in ("police", "supervisor") else set()
    assert shown_on_asking(case, who, is_over=True) == closed


def test_whose_case_it_is_not_is_told_so(revealing: Revealing) -> None:
    who = Principal("zhao", "property", frozenset({"*"}), frozenset({"property"}))
    with pytest.raises(NotYours, match="take it first"):
        ask(revealing, who)
    assert logged(revealing) == []


def test_what_another_key_sealed_stays_closed_and_is_counted(revealing: Revealing) -> None:
    moved = replace(PASSAGE, id="elsewhere")
    revealing.cases.engine.dispose()
    take(revealing.cases, revealing.cases.engine, alert("a1", 1, evidence=(moved,)))
    found = look(revealing, officer(), holder="wang")
    assert (values(found), found.sealed) == ({"home": HOME.address}, 1)


def test_without_the_key_the_page_says_so_and_asking_fails(revealing: Revealing) -> None:
    revealing.vault._keys = None
    revealing.vault.path.unlink()
    found = look(revealing, officer(), holder="wang")
    assert found.values == ()
    assert "no master key" in (found.fault or "")
    with pytest.raises(NoKey):
        ask(revealing, officer())
    assert logged(revealing) == []
