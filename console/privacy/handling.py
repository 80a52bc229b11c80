"""A request in somebody's hands: what was written in it, and the entries that it may be about."""

from typing import Any, NamedTuple

from console.audit.chain import Signed
from console.database import writing
from console.privacy.requests import Requests, Row
from console.privacy.reveal import READ_REQUEST, note_look
from console.register.answers import answer_of
from console.register.kinds import KINDS
from console.register.vault import NoKey
from schemas.sealing import SealError


class Handled(NamedTuple):
    """Clear values by field, what kept them sealed, and entries as the register tells them."""

    clear: dict[str, str]
    fault: str | None
    entries: list[tuple[str, dict[str, Any]]]


def handled(requests: Requests, row: Row, look: Signed) -> Handled:
    """A request as whoever handles it sees it. What was written is clear data: the look is kept."""
    clear: dict[str, str] = {}
    fault: str | None = None
    try:
        clear = requests.clear(row)
    except (NoKey, SealError) as error:
        fault = str(error)
    if clear:
        with writing(requests.office.engine) as tx:
            note_look(tx, look, READ_REQUEST, f"requests/{row['id']}", " ".join(sorted(clear)))
    entries = [
        (str(entry), answer_of(KINDS[entry.kind], found, look.at).model_dump(mode="json"))
        for entry, found in requests.entries(row)
    ]
    return Handled(clear, fault, entries)
