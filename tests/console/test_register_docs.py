"""The documents of the register name every column of every kind, and the same in both languages."""

import re

import pytest

from console.register.headings import columns_of
from console.register.kinds import KINDS
from tests.repo.documents import blocks, rows, sections

DOCUMENTS = ("docs/register.md", "docs/register.zh-CN.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_table_has_every_kind_with_its_columns(name: str) -> None:
    # Before it stands a table of roles, which begins with plain words.
    kinds = [cells for cells in rows(name, 3) if cells[0].startswith("`")]
    told = {cells[0].strip("`"): re.findall(r"`(\w+)`", cells[2]) for cells in kinds}
    assert told == {kind.name: columns_of(kind) for kind in KINDS.values()}


def test_both_languages_show_the_same() -> None:
    one, other = DOCUMENTS
    assert blocks(one) == blocks(other)
    assert len(sections(one)) == len(sections(other))
