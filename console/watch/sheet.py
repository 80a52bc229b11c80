"""The list of watch entries as a table that is taken out: as on the page, nothing in clear."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from console.accounts.names import Called
from console.around.sheets import Sheet, row
from console.privacy.rendering import Asking, bearer_word
from console.watch.api import WatchAnswer

HEADINGS = (
    "state", "case_number", "basis", "looks_for", "severity", "hits_to", "owner", "approver",
    "until", "where",
)  # fmt: skip


class Saying(NamedTuple):
    """How the values are said: people by login, estates by id, instants (ms)."""

    called: Called
    estate: Callable[[str], str]
    time: Callable[[int], str]


def sheet_of(entries: Iterable[WatchAnswer], asking: Asking, said: Saying) -> Sheet:
    """One row an entry."""
    t = asking.t
    rows = tuple(
        row(t(f"state_{one.state}"), one.case_number, t(f"basis_{one.basis}"),
            t(f"looks_for_{one.looks_for}"), t(f"severity_{one.severity}"),
            " · ".join(bearer_word(role, asking.language) or said.called.team(role)
                       for role in one.roles),
            said.called.person(one.owner), said.called.person(one.approver),
            said.time(one.valid_to),
            said.estate(one.estate) if one.estate else t("everywhere"))
        for one in entries
    )  # fmt: skip
    return Sheet(t("watch_title"), tuple(t(key) for key in HEADINGS), rows)
