"""What stands in memory is listed as the database lists it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from console.accounts.principal import Principal
from console.cases.rows import keep
from console.database import writing
from console.lifecycle.facts import Deed
from console.phone.board import ON_BOARD, Board
from console.phone.queue import PAGE, Queue, View
from console.settings import ConsoleSettings
from schemas.alerts import SEVERITIES
from tests.console.cases.conftest import opening
from tests.console.cases.working import Work
from tests.console.pages.test_sight import people, scatter
from tests.console.samples import ESTATE, HOUR, NINE, alert

DAY = 24 * HOUR


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with opening(ConsoleSettings(data=tmp_path)) as open_one:
        yield open_one()


@pytest.fixture
def board(work: Work) -> Board:
    return Board(work.engine, work.office.procedure)


def staff() -> list[Principal]:
    return [who for who in people() if who.role != "resident"]


def mix(work: Work, chance: random.Random) -> None:
    """Cases of every level and time, some supervised, late, shelved, or closed on either day."""
    scatter(work, chance)
    for n in range(30):
        case = work.case(f"a{n}")
        closed_at = chance.choice((None, None, NINE, NINE - DAY))
        changed = replace(
            case, version=case.version + 1, severity=chance.choice(SEVERITIES),
            due_at=chance.choice((None, NINE, NINE + HOUR)), supervised=chance.random() < 0.3,
            overdue_at=chance.choice((None, NINE)), shelved_until=chance.choice((None, NINE)),
            state="closed" if closed_at else case.state, closed_at=closed_at,
        )  # fmt: skip
        with writing(work.engine) as tx:
            deed = Deed(kind="remind", by="y", at=NINE, version=case.version)
            keep(tx, work.office.procedure, case, changed, deed)


def agree(work: Work, board: Board) -> None:
    with work.engine.connect() as connection:
        for who in staff():
            reader = work.office.reader(connection, who)
            seen = board.seen(who, NINE)
            assert seen.counts() == reader.counts(NINE), who
            for view in ON_BOARD:
                for estate, skip in (("", 0), (ESTATE, 0), ("", 5)):
                    queue = Queue(connection, work.office.procedure, who)
                    assert seen.page(view, estate, skip) == queue.page(view, estate, skip), view


@pytest.mark.parametrize("seed", range(2))
def test_memory_and_database_list_alike_from_the_start_and_after_acts(
    work: Work, board: Board, seed: int
) -> None:
    chance = random.Random(seed)
    agree(work, board)
    mix(work, chance)
    agree(work, board)
    mix_again = Board(work.engine, work.office.procedure)
    agree(work, mix_again)


def test_a_page_is_cut_and_one_more_tells_that_there_is_more(work: Work, board: Board) -> None:
    work.take(*(alert(f"a{n:02}") for n in range(PAGE + 5)))
    everywhere = next(who for who in staff() if who.is_everywhere)
    seen = board.seen(everywhere, NINE)
    assert len(seen.page("all", "", 0)) == PAGE + 1
    assert len(seen.page("all", "", PAGE)) == 5
    assert set(get_args(View)) > ON_BOARD


def test_the_tag_changes_with_what_somebody_sees_and_with_nothing_else(
    work: Work, board: Board
) -> None:
    own, other = (
        next(who for who in staff() if who.role == "police" and who.areas == {area})
        for area in (ESTATE, "hillside")
    )
    work.take(alert())
    before = board.seen(own, NINE).tag, board.seen(other, NINE).tag
    assert before[0] != before[1]
    assert (board.seen(own, NINE).tag, board.seen(other, NINE).tag) == before
    work.take(alert("b"))
    assert board.seen(own, NINE).tag != before[0]
    assert board.seen(other, NINE).tag == before[1]
    assert board.seen(own, NINE + DAY).tag != board.seen(own, NINE).tag


def test_what_was_closed_on_another_day_is_let_go(work: Work, board: Board) -> None:
    everywhere = next(who for who in staff() if who.is_everywhere and who.role == "police")
    work.take(alert(), alert("b"))
    work.act("accept", everywhere.actor)
    work.act("close", everywhere.actor, verdict="false", why="门磁误动")
    assert {case.id for case in board.seen(everywhere, NINE).cases} == {"a1", "b"}
    assert {case.id for case in board.seen(everywhere, NINE + DAY).cases} == {"b"}


def test_many_who_ask_again_share_one_look_and_an_act_here_is_seen_at_once(work: Work) -> None:
    board = Board(work.engine, work.office.procedure, rest_s=3600)
    everywhere = next(who for who in staff() if who.is_everywhere and who.role == "police")

    def seen(since: int = NINE, *, is_again: bool = True) -> int:
        return len(board.seen(everywhere, since, is_again=is_again).cases)

    work.take(alert())
    assert (board.is_at_hand, seen(), board.is_at_hand) == (False, 1, True)
    work.take(alert("b"))
    assert seen() == 1
    board.acted()
    assert (board.is_at_hand, seen()) == (False, 2)
    work.take(alert("c"))
    assert seen(is_again=False) == 3
    work.take(alert("d"))
    assert seen(NINE + DAY) == 4
