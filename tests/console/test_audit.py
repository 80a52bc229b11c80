"""The audit log: what is in it cannot be changed, taken out or cut off unseen."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from console.audit.chain import Check, Head, Said, Signed, linked
from console.audit.log import append, forget, head_of, newest, verify
from console.audit.tables import AUDIT
from console.database import open_database, writing

WORDS = st.text(max_size=20)
SAID = st.builds(Said, WORDS, WORDS, WORDS)
ENTRIES = st.lists(SAID, min_size=2, max_size=12)
SIGNED = Signed("officer lin", "because", 1000)


def head_after(entries: list[Said]) -> Head:
    last = linked(Head(), SIGNED, entries)[-1]
    return Head(last.sequence, last.hash)


@given(ENTRIES)
def test_a_log_that_nobody_touched_holds(entries: list[Said]) -> None:
    check = Check(head_after(entries))
    for link in linked(Head(), SIGNED, entries):
        check.take(link)
    assert check.end() is None


@given(ENTRIES, st.data())
def test_an_entry_that_is_missing_or_swapped_is_found(
    entries: list[Said], data: st.DataObject
) -> None:
    links = linked(Head(), SIGNED, entries)
    at = data.draw(st.integers(0, len(links) - 1))
    if data.draw(st.booleans()):
        del links[at]
    else:
        links.insert(0, links.pop(at) if at else links.pop())
    check = Check(head_after(entries))
    for link in links:
        check.take(link)
    assert check.end() is not None


@given(ENTRIES, SAID, st.data())
def test_an_entry_written_anew_changes_the_hash_of_all_behind_it(
    entries: list[Said], other: Said, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    assume(entries[at] != other)
    anew = [*entries[:at], other, *entries[at + 1 :]]
    old, new = (linked(Head(), SIGNED, some) for some in (entries, anew))
    assert [one.hash == two.hash for one, two in zip(old, new, strict=True)] == [
        number < at for number in range(len(entries))
    ]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def write(engine: Engine, *acts: str, at: int = 1000) -> None:
    with writing(engine) as tx:
        append(tx, Signed("officer lin", "because", at), [Said(act, "permits/1") for act in acts])


def tamper(engine: Engine, statement: str) -> None:
    """As somebody would who may do anything in the database."""
    with engine.begin() as tx:
        if engine.dialect.name == "sqlite":
            tx.execute(sa.text("DROP TRIGGER IF EXISTS audit_unchanged"))
            tx.execute(sa.text("DROP TRIGGER IF EXISTS audit_kept"))
        else:
            tx.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        tx.execute(sa.text(statement))


def test_entries_follow_each_other_over_transactions(engine: Engine) -> None:
    write(engine, "permits.added", "permits.changed")
    write(engine, "permits.ended")
    head, fault = verify(engine)
    assert (head.sequence, fault) == (3, None)
    assert [link.act for link in newest(engine, 2)] == ["permits.ended", "permits.changed"]
    assert newest(engine, 9, "permits/2") == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE sequence = 2", "entry 2 was changed"),
        ("UPDATE audit SET at = 1 WHERE sequence = 3", "entry 3 was changed"),
        ("DELETE FROM audit WHERE sequence = 2", "entries 2 to 2 are missing"),
        ("DELETE FROM audit WHERE sequence = 3", "the log ends at entry 2, not at 3"),
        ("DELETE FROM audit", "the log ends at entry 0, not at 3"),
        ("UPDATE audit SET previous = hash WHERE sequence = 2", "entry 2 does not follow"),
    ],
)
def test_tampering_is_found(engine: Engine, statement: str, fault: str) -> None:
    write(engine, "permits.added", "permits.changed", "permits.ended")
    tamper(engine, statement)
    _, found = verify(engine)
    assert found is not None
    assert found.startswith(fault)


def test_a_log_written_anew_is_found_by_a_hash_that_was_noted(engine: Engine) -> None:
    write(engine, "permits.added", "reveal")
    noted = head_of(engine).hash
    write(engine, "permits.ended")
    assert verify(engine, [noted])[1] is None
    tamper(engine, "DELETE FROM audit WHERE sequence > 1")
    (first,) = newest(engine, 9)
    reset = f"UPDATE audit_head SET sequence = 1, hash = '{first.hash}'"
    tamper(engine, reset)
    assert verify(engine)[1] is None
    assert verify(engine, [noted])[1] == f"no entry has the hash {noted} that was noted"


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit WHERE sequence = 1"]
)
def test_the_database_itself_refuses_changes(engine: Engine, statement: str) -> None:
    write(engine, "permits.added")
    with pytest.raises(DatabaseError, match="audit log"), engine.begin() as tx:
        tx.execute(sa.text(statement))
    assert verify(engine)[1] is None


def test_what_is_past_its_period_goes_and_the_rest_still_holds(engine: Engine) -> None:
    write(engine, "permits.added", at=1000)
    write(engine, "permits.ended", at=2000)
    write(engine, "reveal", at=3000)
    assert forget(engine, 2500) == 2
    assert forget(engine, 2500) == 0
    assert [link.act for link in newest(engine, 9)] == ["reveal"]
    assert verify(engine)[1] is None
    write(engine, "permits.added", at=4000)
    tamper(engine, "DELETE FROM audit WHERE sequence = 3")
    assert verify(engine)[1] == "entries 3 to 3 are missing"


def test_all_entries_can_be_past_their_period(engine: Engine) -> None:
    write(engine, "permits.added", "reveal", at=1000)
    assert forget(engine, 5000) == 2
    write(engine, "permits.ended", at=6000)
    assert verify(engine)[1] is None
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(AUDIT.c.sequence))) == [3]
