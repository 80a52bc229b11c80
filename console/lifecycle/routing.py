"""Intake and routing of reports by category: what can be reported, and who looks after it first."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import Field

from schemas.alerts import Handler, Severity
from schemas.base import Model, Words

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Said = Annotated[str, Field(min_length=1, max_length=64)]


class Category(Words):
    """One kind of report: whether two sides quarrel, and who looks after it first.

    `event`: whether such reports are written into the log of their estate, for situations to count.
    """

    dispute: bool
    handler: Handler
    severity: Severity
    event: bool


Categories = Mapping[str, Category]


class _Shipped(Model):
    categories: dict[Name, Category]


class CategoryChange(Model):
    """What an operator says of one category; the rest stays as shipped."""

    zh: Said | None = None
    en: Said | None = None
    dispute: bool | None = None
    handler: Handler | None = None
    severity: Severity | None = None
    event: bool | None = None

    @property
    def given(self) -> dict[str, object]:
        """What it says."""
        return {name: value for name, value in self if value is not None}


class RoutingChange(Model):
    """An operator's own rows of the table: what is not named stays as shipped."""

    categories: dict[Name, CategoryChange]


def missing(categories: Categories, change: RoutingChange) -> Iterator[tuple[str, list[str]]]:
    """The categories that are not shipped, with what they do not say: such a row must be whole."""
    for name, row in change.categories.items():
        left = [part for part in Category.model_fields if part not in row.given]
        if name not in categories and left:
            yield name, left


def rerouted(categories: Categories, change: RoutingChange) -> Categories:
    """The table with an operator's own rows, of which nothing is `missing`; new ones come last."""
    found = dict(categories)
    for name, row in change.categories.items():
        known = found[name].model_dump() if name in found else {}
        found[name] = Category(**known | row.given)
    return found


@cache
def shipped_categories() -> Categories:
    """The table of this program."""
    text = files("console.lifecycle").joinpath("intake.yaml").read_text(encoding="utf-8")
    return _Shipped.model_validate(yaml.safe_load(text)).categories
