"""The chain of who looked and who re-drove: it grows, and a change in it is found."""

from pathlib import Path

import pytest

from ingest.rejects.ledger import BEGIN, Act, LedgerFault, enter, read_ledger

ACT = Act(at=1_772_323_200_000, by="li/1000", act="show", ids=("a1",), device="gate-1", why="t 118")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "rejected.ledger"
    for number in range(3):
        enter(path, ACT.model_copy(update={"at": ACT.at + number}))
    return path


def test_acts_are_read_back_in_their_order(ledger: Path) -> None:
    lines = read_ledger(ledger)
    assert [line.act.at - ACT.at for line in lines] == [0, 1, 2]
    assert [line.before for line in lines] == [BEGIN, lines[0].hash, lines[1].hash]
    assert lines[0].act == ACT


def test_it_is_for_its_owner_alone(ledger: Path) -> None:
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_none_yet_is_no_fault(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "rejected.ledger") == []


def change(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b"t 118", b"t 119"), *lines[1:]]


def take_out(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2]]


def swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1]]


def put_in(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[1], lines[2]]


def cut_first(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def garble(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2][:40]]


@pytest.mark.parametrize("how", [change, take_out, swap, put_in, cut_first, garble])
def test_what_is_done_to_it_is_found_and_stops_the_next_act(ledger: Path, how: object) -> None:
    lines = how(ledger.read_bytes().splitlines())  # type: ignore[operator]
    ledger.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(LedgerFault, match="line"):
        read_ledger(ledger)
    with pytest.raises(LedgerFault, match="put it aside"):
        enter(ledger, ACT)


def test_a_ledger_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "rejected.ledger").mkdir()
    with pytest.raises(LedgerFault, match="cannot be written"):
        enter(tmp_path / "rejected.ledger", ACT)
