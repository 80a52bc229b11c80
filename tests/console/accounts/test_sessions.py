"""How the use of sessions is remembered, and how rarely that costs a transaction."""

import sqlalchemy as sa

from console.accounts.sessions import Lasts, SessionBook, hashed
from console.accounts.tables import SESSIONS
from console.database import open_database
from tests.console.samples import HOUR, NINE

HERE = ("10.1.2.3", "a phone")


def test_use_counts_at_once_and_is_written_for_all_together(database_url: str) -> None:
    engine = open_database(database_url)
    book = SessionBook(engine, Lasts(100 * HOUR, HOUR))
    secrets = [book.open(login, NINE, HERE) for login in ("li", "wang", "zhao")]

    def use(secret: str, at: int) -> bool:
        with engine.connect() as connection:
            session = book.known(connection, secret, at)
        if session is not None:
            book.seen(session.id, at)
        return session is not None

    def written() -> list[int]:
        with engine.connect() as connection:
            found = dict(connection.execute(sa.select(SESSIONS.c.id, SESSIONS.c.seen_at)).all())
        return [found[hashed(secret)] - NINE for secret in secrets]

    half = HOUR // 2
    assert use(secrets[0], NINE + half)
    assert use(secrets[1], NINE + half + 1)
    assert written() == [0, 0, 0]
    book.write_seen()
    assert written() == [half, half + 1, 0]
    # The second is used again, though no row says so yet; the third never was.
    assert use(secrets[1], NINE + HOUR)
    unused = NINE + half + HOUR + 1
    assert [use(secret, unused) for secret in secrets] == [False, True, False]
    book.write_seen()
    assert written() == [half, half + HOUR + 1, 0]
    engine.dispose()


def test_an_earlier_use_that_another_console_writes_later_moves_nothing_back(
    database_url: str,
) -> None:
    engine = open_database(database_url)
    one, other = (SessionBook(engine, Lasts(100 * HOUR, HOUR)) for _ in range(2))
    secret = one.open("li", NINE, HERE)
    for book, at in ((one, NINE + 2), (other, NINE + 1)):
        with engine.connect() as connection:
            session = book.known(connection, secret, at)
        assert session is not None
        book.seen(session.id, at)
    for book in (one, other):
        book.write_seen()
    with engine.connect() as connection:
        assert connection.scalar(sa.select(SESSIONS.c.seen_at)) == NINE + 2
    engine.dispose()


def test_what_is_not_written_yet_keeps_a_session_from_being_idle(database_url: str) -> None:
    engine = open_database(database_url)
    book = SessionBook(engine, Lasts(100 * HOUR, HOUR // 2))
    one, other = (book.open(login, NINE, HERE) for login in ("li", "wang"))
    with engine.connect() as connection:
        for secret, at in ((one, NINE + 1), (other, NINE + HOUR // 2)):
            session = book.known(connection, secret, at)
            assert session is not None
            book.seen(session.id, at)
        assert book.known(connection, other, NINE + HOUR) is not None
        assert book.known(connection, one, NINE + HOUR) is None
    engine.dispose()
