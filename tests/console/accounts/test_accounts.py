"""Accounts: made, bounded, changed and switched off; and the ways they are kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import Engine

from console.accounts.book import Account, AccountBook, AccountFault, Conflict, Team, find_party
from console.accounts.passwords import WeakPassword, check_strength
from console.accounts.principal import KINDS, Principal
from console.accounts.totp import STEP_S, enrol_link, new_secret, step_of
from console.audit.chain import Signed
from console.audit.log import newest
from console.database import open_database
from tests.console.housing import PASSWORD, QUICK
from tests.console.lifecycle.samples import PROCEDURE, opened
from tests.console.samples import ESTATE, NINE

SIGNED = Signed("admin", "joined the office", NINE)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'console.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine: Engine) -> AccountBook:
    book = AccountBook(engine, QUICK)
    book.ensure_first(NINE)
    book.ensure_first(NINE)
    return book


def account(login: str = "wang", **given: Any) -> Account:
    plain: dict[str, Any] = {
        "name": "王警官", "role": "police", "areas": (ESTATE,), "kinds": KINDS["police"],
    }  # fmt: skip
    return Account(login, **plain | given)


def test_the_first_administrator_is_there_and_has_no_password(book: AccountBook) -> None:
    (first,) = book.accounts(10)
    assert (first.login, first.admin, first.areas) == ("admin", True, ("*",))
    assert not first.has_password


def test_an_account_is_made_once_and_said_in_the_audit_log(book: AccountBook) -> None:
    made = book.make(account(), PASSWORD, SIGNED)
    assert (made.has_password, made.must_change) == (True, True)
    with pytest.raises(Conflict):
        book.make(account(), None, SIGNED)
    (entry,) = newest(book.engine, 1)
    assert (entry.act, entry.target, entry.who, entry.why) == (
        "accounts.made", "wang", "admin", "joined the office",
    )  # fmt: skip
    assert PASSWORD not in entry.detail


def test_two_administrators_at_once_are_told(book: AccountBook) -> None:
    book.make(account(), None, SIGNED)
    after = book.change("wang", {"areas": ("lotus",)}, 1, SIGNED)
    assert (after.areas, after.version) == (("lotus",), 2)
    with pytest.raises(Conflict):
        book.change("wang", {"name": "x"}, 1, SIGNED)


def test_one_administrator_stays(book: AccountBook) -> None:
    with pytest.raises(AccountFault, match="one administrator"):
        book.change("admin", {"disabled": True}, 1, SIGNED)
    book.make(account(admin=True), None, SIGNED)
    assert book.change("admin", {"disabled": True}, 1, SIGNED).disabled_at == NINE
    with pytest.raises(AccountFault, match="one administrator"):
        book.change("wang", {"admin": False}, 1, SIGNED)


def test_what_makes_no_account(book: AccountBook) -> None:
    with pytest.raises(AccountFault, match="areas"):
        book.make(account(areas=()), None, SIGNED)
    with pytest.raises(AccountFault, match="resident"):
        book.make(account(role="resident", admin=True), None, SIGNED)


@pytest.mark.parametrize(
    "password", ["", "short", "qwertyuiop", "aaaaaaaaaaaaa", "my name is WANG", "x" * 129]
)
def test_passwords_that_are_easily_guessed_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(password, "wang")


def test_a_password_is_kept_as_argon2id(book: AccountBook) -> None:
    kept = QUICK.hash(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert QUICK.fits(kept, PASSWORD)
    assert not QUICK.fits(kept, PASSWORD + " ")
    assert not QUICK.fits(None, "nobody's password")
    assert not QUICK.fits("no hash", PASSWORD)


def test_a_code_is_good_for_its_time_and_once() -> None:
    secret, at = new_secret(), 1_000_000.0
    code = pyotp.TOTP(secret).at(int(at))
    step = int(at // STEP_S)
    assert step_of(secret, code, at, 0) == step
    assert step_of(secret, f" {code}", at + STEP_S, 0) == step
    assert step_of(secret, code, at + 2 * STEP_S, 0) is None
    assert step_of(secret, code, at, step) is None
    assert "otpauth://totp/smart-community:wang" in enrol_link(secret, "wang")


def test_whom_a_case_can_be_given_to(book: AccountBook) -> None:
    book.make(account(), None, SIGNED)
    book.make(account("far", areas=("elsewhere",)), None, SIGNED)
    book.set_team(Team("patrol", "巡逻队", "police", ("office-1",), ("wang",)), SIGNED)
    case = opened()

    def found(ref: str) -> tuple[Any, ...] | None:
        with book.engine.connect() as tx:
            party = find_party(PROCEDURE, tx, ref, case)
        return None if party is None else (party.role, party.covers)

    assert found("person:wang") == ("police", True)
    assert found("person:far") == ("police", False)
    assert found("team:patrol") == ("police", True)
    assert found("group:maintenance") == ("property", True)
    assert found("group:nobody") == (None, True)
    assert found("person:ghost") is None
    assert found("team:ghost") is None
    book.change("wang", {"disabled": True}, 1, SIGNED)
    assert found("person:wang") is None


def test_a_team_has_members_of_its_role(book: AccountBook) -> None:
    book.make(account("zhao", role="property", kinds=KINDS["property"]), None, SIGNED)
    for member, fault in (("zhao", "zhao is property"), ("ghost", "no account 'ghost'")):
        with pytest.raises(AccountFault, match=fault):
            book.set_team(Team("patrol", "p", "police", ("*",), (member,)), SIGNED)
    assert book.teams() == []


@pytest.mark.parametrize(
    ("who", "tree", "police_only", "named", "sees"),
    [
        ("police", "police", True, (), True),
        ("police", "police", True, ("supervisor",), False),
        ("supervisor", "police", True, (), False),
        ("supervisor", "property", False, (), True),
        ("property", "property", False, (), True),
        ("property", "police", False, (), False),
        ("grid_worker", "civil", False, (), True),
        ("resident", "civil", False, (), False),
    ],
)
def test_what_a_role_sees(
    who: Any, tree: Any, police_only: bool, named: tuple[str, ...], sees: bool
) -> None:
    principal = Principal("x", who, frozenset({"*"}), frozenset(KINDS[who]))
    assert principal.sees(tree, police_only=police_only, named=named) is sees


def test_a_name_may_be_a_team_and_an_administrator_is_none() -> None:
    where, kinds = frozenset({"*"}), frozenset(KINDS["police"])
    squad = Principal("x", "police", where, kinds, teams=frozenset({"squad"}))
    admin = Principal("y", "police", where, kinds, admin=True)
    assert squad.sees("police", police_only=True, named=("squad",))
    assert not squad.sees("police", police_only=True, named=("crime",))
    assert not admin.sees("police", police_only=True, named=("crime",))


def test_police_supervisors_see_what_is_for_the_police_alone() -> None:
    principal = Principal("x", "supervisor", frozenset({"*"}), frozenset({"police"}))
    assert principal.sees("police", police_only=True)
