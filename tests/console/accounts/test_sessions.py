"""How the use of sessions is remembered, and how rarely that costs a transaction."""

import sqlalchemy as sa

from console.accounts.sessions import SEEN_EVERY_MS, Lasts, SessionBook, hashed
from console.accounts.tables import SESSIONS
from console.database import open_database
from tests.console.samples import HOUR, NINE

HERE = ("10.1.2.3", "a phone")


def test_use_counts_at_once_and_is_written_for_all_once_a_minute(database_url: str) -> None:
    engine = open_database(database_url)
    book = SessionBook(engine, Lasts(100 * HOUR, HOUR))
    secrets = [book.open(login, NINE, HERE) for login in ("li", "wang", "zhao")]

    def use(secret: str, at: int) -> bool:
        with engine.connect() as connection:
            session = book.known(connection, secret, at)
        if session is not None:
            book.seen(session, at)
        return session is not None

    def written() -> list[int]:
        with engine.connect() as connection:
            found = dict(connection.execute(sa.select(SESSIONS.c.id, SESSIONS.c.seen_at)).all())
        return [found[hashed(secret)] - NINE for secret in secrets]

    first = 50 * 60_000
    assert use(secrets[0], NINE + first)
    assert use(secrets[1], NINE + first + 1)
    assert written() == [first, 0, 0]
    # The second was used, though no row says so yet; the third was not.
    later = first + 1 + SEEN_EVERY_MS
    assert use(secrets[1], NINE + later)
    assert written() == [first, later, 0]
    unused = first + SEEN_EVERY_MS + HOUR
    assert [use(secret, NINE + unused) for secret in secrets] == [False, True, False]
    engine.dispose()


def test_what_is_not_written_yet_keeps_a_session_from_being_idle(database_url: str) -> None:
    engine = open_database(database_url)
    book = SessionBook(engine, Lasts(100 * HOUR, SEEN_EVERY_MS // 2))
    one, other = (book.open(login, NINE, HERE) for login in ("li", "wang"))
    with engine.connect() as connection:
        for secret, at in ((one, NINE + 1), (other, NINE + SEEN_EVERY_MS // 2)):
            session = book.known(connection, secret, at)
            assert session is not None
            book.seen(session, at)
        assert book.known(connection, other, NINE + SEEN_EVERY_MS) is not None
        assert book.known(connection, one, NINE + SEEN_EVERY_MS) is None
    engine.dispose()
