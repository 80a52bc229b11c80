"""What topics mean while their condition holds and when it ends: tables by topic prefix. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from ingest.adapters._onvif.notification import topic_path
from ingest.tables import rows

STATE = "device.state_reported"
_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What a topic says. `item` is the data item that tells whether it holds, where that is not
    plain from its name. `pulse`: it may come without such an item, as something that happened.
    """

    active: str
    inactive: str
    item: str | None = None
    object: str | None = None
    pulse: bool = False


class Topics:
    """A table of topics. The longest prefix counts; capitals do not, since firmware mixes them."""

    def __init__(self, lines: Iterable[Mapping[str, str]]) -> None:
        """`lines` are CSV rows with the columns of `topics.csv` beside this file."""
        self._rows = {
            tuple(part.lower() for part in topic_path(line["topic"])): Row(
                line["active"],
                line["inactive"] or STATE,
                line["item"] or None,
                line["object"] or None,
                line["pulse"] == "yes",
            )
            for line in lines
        }

    def find(self, path: tuple[str, ...]) -> tuple[Row, tuple[str, ...]] | None:
        """The row of a topic and what stands behind its prefix, or None."""
        folded = tuple(part.lower() for part in path[:_DEPTH_MAX])
        for length in range(len(folded), 0, -1):
            row = self._rows.get(folded[:length])
            if row is not None:
                return row, path[length:]
        return None


def standard_lines() -> list[dict[str, str]]:
    """The rows of the standard's topics and of those that vendors put into its tree."""
    return rows(__package__, "topics.csv")


@cache
def standard_topics() -> Topics:
    """The standard's table."""
    return Topics(standard_lines())


@cache
def item_rows() -> dict[str, Row]:
    """Data items whose name alone tells what happened, by name in lower case."""
    return {
        row["item"].lower(): Row(row["active"], row["inactive"], row["item"], row["object"] or None)
        for row in rows(__package__, "items.csv")
    }
