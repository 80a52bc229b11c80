"""The token and the sessions opened with it."""

import stat
from pathlib import Path

import pytest

from console.access import Access, load_token

ACCESS = Access("the-token")
NOW_S = 1_000_000.0


def test_the_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "console.token"
    token = load_token(file)
    assert len(token) >= 43
    assert load_token(file) == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_token(tmp_path / "other") != token


@pytest.mark.parametrize("given", ["", "the-toke", "the-token ", "The-token", "ключ"])
def test_another_token_is_not_known(given: str) -> None:
    assert ACCESS.knows_token("the-token")
    assert not ACCESS.knows_token(given)


def test_a_session_lasts_until_its_end() -> None:
    session = ACCESS.open_session(1_000_010)
    assert ACCESS.knows_session(session, NOW_S)
    assert not ACCESS.knows_session(session, NOW_S + 10)


def test_a_new_token_ends_all_sessions() -> None:
    assert not Access("new").knows_session(ACCESS.open_session(1_000_010), NOW_S)


@pytest.mark.parametrize(
    "given",
    ["", ".", "1000010", "1000010.", "9999999.{good}", "x.{good}", "-1.{good}", "１０.{good}",
     "9" * 5000 + ".{good}", "1000010.{good}0"],
)  # fmt: skip
def test_a_session_made_up_is_not_known(given: str) -> None:
    good = ACCESS.open_session(1_000_010).partition(".")[2]
    assert not ACCESS.knows_session(given.format(good=good), NOW_S)
