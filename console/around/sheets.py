"""A table as it is meant: the same one is shown on a page and written to a file. Pure."""

from dataclasses import dataclass

Value = str | int | float | None
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says, where it leads, and its kind for the eye (`percent`, a state)."""

    value: Value
    href: str = ""
    kind: str = ""

    @property
    def text(self) -> str:
        """As it is read on a page."""
        if self.value is None or self.value == "":
            return NOTHING
        if isinstance(self.value, float):
            return f"{self.value:.1%}" if self.kind == "percent" else f"{self.value:.1f}"
        return str(self.value)

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right of its column."""
        return isinstance(self.value, int | float) or self.kind == "percent"


Row = tuple[Cell, ...]


def row(*values: Value | Cell) -> Row:
    """A row of cells; what is none yet becomes one."""
    return tuple(value if isinstance(value, Cell) else Cell(value) for value in values)


def percent(value: float | None) -> Cell:
    """A share, 0 to 1; None where there is nothing to share."""
    return Cell(value, kind="percent")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, its columns, and what must be known to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
