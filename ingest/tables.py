"""The tables that lie beside an adapter: part of the program, read once."""

import csv
from importlib.resources import files


def rows(package: str | None, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of a package (`__package__` of the caller), by column."""
    assert package is not None
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
