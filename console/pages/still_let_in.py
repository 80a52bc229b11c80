"""Whether somebody whose page stands open is still let in, to the same areas and kinds."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import Engine

from console.accounts.book import principal_of
from console.accounts.principal import Principal
from console.accounts.sessions import hashed
from console.accounts.tables import SESSIONS


def still_let_in(engine: Engine, who: Principal, at: int) -> bool:
    """Whether the account stands as it was, and the session they came in by lasts."""
    with engine.connect() as connection:
        now = principal_of(connection, who.login)
        if now is None or replace(now, session=who.session, scopes=who.scopes) != who:
            return False
        if who.session is None:
            return True
        mine = (SESSIONS.c.id == hashed(who.session), SESSIONS.c.until > at)
        return connection.scalar(sa.select(SESSIONS.c.id).where(*mine)) is not None
