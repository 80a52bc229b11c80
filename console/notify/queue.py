"""Acts that somebody must think about: written in the transaction of the act itself."""

from sqlalchemy import Connection

from console.notify.tables import NOTIFY_ACTS


def enqueue_act(tx: Connection, act: str, at: int) -> None:
    """Have somebody think about an act, in the transaction that keeps it."""
    tx.execute(NOTIFY_ACTS.insert().values(act=act, at=at))
