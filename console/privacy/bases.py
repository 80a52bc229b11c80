"""On which law each feed to the police rests, from `bases.yaml`: closed, and checked when read."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field, model_validator

from schemas.base import Model, Words

OWN = "own"
"""What a rule that an operator wrote rests on."""


class Basis(Model):
    """What a feed rests on, and what it may be used for: keys of the lists."""

    laws: tuple[str, ...] = Field(min_length=1)
    purpose: str


class Bases(Model):
    """The whole table."""

    laws: dict[str, Words]
    purposes: dict[str, Words]
    situations: dict[str, Basis]
    feeds: dict[str, Basis]

    @model_validator(mode="after")
    def _closed(self) -> "Bases":
        """Every law and purpose that is named stands in its list, and each of them is named."""
        named = [*self.situations.values(), *self.feeds.values()]
        laws = {law for one in named for law in one.laws}
        purposes = {one.purpose for one in named}
        if odd := laws ^ set(self.laws) | purposes ^ set(self.purposes):
            raise ValueError(f"bases.yaml: {sorted(odd)} stand in one place only")
        return self

    def of(self, situation: str) -> Basis:
        """What a situation rests on."""
        return self.situations.get(situation, self.situations[OWN])


@cache
def bases() -> Bases:
    """The table of this program."""
    text = files("console.privacy").joinpath("bases.yaml").read_text(encoding="utf-8")
    return Bases.model_validate(yaml.safe_load(text))
