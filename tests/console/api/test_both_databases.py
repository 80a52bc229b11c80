"""What the two kinds of databases do another way: parts of a transaction, pages behind a place."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from console.accounts.principal import Scope
from console.accounts.tokens import DAY_MS, TokenBook
from console.audit.chain import Signed
from console.cases.once import Asked, KeyReused, once
from console.cases.tables import ONCE
from console.database import reading, sharing, writing
from console.notify import store
from console.notify.tables import NOTICE_ATTEMPTS, NOTICES
from console.office import Office
from console.rest.paging import Part
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.samples import NINE

SCOPES: tuple[Scope, ...] = ("cases:read",)


@pytest.fixture
def office(desk_settings: ConsoleSettings, clock: Clock) -> Iterator[Office]:
    office = Office(desk_settings, clock)
    yield office
    office.close()


def test_all_that_is_written_below_is_one_transaction(office: Office) -> None:
    """A part that fails is undone alone; the whole is undone with what it was a part of."""
    engine = office.engine
    count = sa.select(sa.func.count()).select_from(ONCE)

    def add(key: str) -> None:
        with writing(engine) as tx:
            row = {"account": "x", "key": key, "digest": "", "body": "", "at": 1}
            tx.execute(ONCE.insert().values(row))

    def add_and_fail(key: str) -> None:
        with writing(engine):
            add(key)
            raise RuntimeError(key)

    with sharing(engine):
        add("a")
        with pytest.raises(RuntimeError):
            add_and_fail("b")
        with reading(engine) as tx:
            assert tx.scalar(count) == 1
    with pytest.raises(RuntimeError), sharing(engine):
        add_and_fail("c")
    with reading(engine) as tx:
        assert list(tx.scalars(sa.select(ONCE.c.key))) == ["a"]


def test_a_key_is_taken_with_its_work_or_not_at_all(office: Office) -> None:
    book = TokenBook(office.engine)

    def work(_: object) -> str:
        return book.make("x", SCOPES, NINE + DAY_MS, Signed("wang", "", NINE))[0].id

    def fails(tx: object) -> str:
        work(tx)
        raise RuntimeError

    asked = Asked("wang", "k1", "digest", NINE)
    with pytest.raises(RuntimeError):
        once(office.engine, asked, fails)
    assert book.of("wang") == []
    first, again = (once(office.engine, asked, work) for _ in range(2))
    assert (again, [one.id for one in book.of("wang")]) == ((first[0], True), [first[0]])
    with pytest.raises(KeyReused):
        once(office.engine, Asked("wang", "k1", "other", NINE), work)


def test_tokens_page_by_page(office: Office) -> None:
    book = TokenBook(office.engine)
    for n in range(5):
        book.make(str(n), SCOPES, NINE + DAY_MS, Signed("wang", "", NINE + n // 2))
    found, part = [], Part(2)
    while True:
        some = book.of("wang", part.limit + 1, part.begin(int, str))
        page = part.page(some, lambda one: (-one.created_at, one.id))
        found += [one.id for one in page.items]
        if page.next is None:
            break
        part = Part(2, page.next)
    assert found == [one.id for one in book.of("wang")]
    assert len(found) == 5


def test_proofs_of_a_case_page_by_page(office: Office) -> None:
    same = {
        "case": "a1", "reason": "opened", "channel": "sms", "people": "[]", "severity": "red",
        "state": "waiting", "since": NINE, "rung": 0, "assigned": "", "staged": False,
        "urgent": False, "round": 0, "made_at": NINE, "status": "sent", "tries": 1,
    }  # fmt: skip
    with office.engine.begin() as tx:
        rows = [same | {"id": f"n{n}", "due_at": NINE + n} for n in range(3)]
        tx.execute(NOTICES.insert(), rows)
        for n in (1, 2):
            for number in range(1, n + 1):
                tried = {"notice": f"n{n}", "channel": "sms", "number": number, "at": NINE + 10}
                told = {"outcome": "refused", "code": "500", "line": ""}
                tx.execute(NOTICE_ATTEMPTS.insert().values(tried | told))
        whole = store.proofs(tx, "a1", 10)
        after, found = None, []
        while some := store.proofs(tx, "a1", 1, after):
            found += some
            after = store.place_of(some[0])
    assert found == whole
    assert [(one.notice, one.number) for one in whole] == [
        ("n1", 1), ("n2", 1), ("n2", 2), ("n0", 0),
    ]  # fmt: skip
