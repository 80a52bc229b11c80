"""Each situation that can reach the police names its legal basis, from a closed list."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from console.privacy.bases import Bases, bases
from processors.rules.catalogue import SHIPPED, shipped_rules

NAMES_POLICE = re.compile(r'"police"')


def reaching_the_police() -> list[str]:
    """The rules whose handler is the police, first or later, or becomes it by what is seen."""
    return sorted(
        rule.id
        for rule in shipped_rules().rules
        if "police" in (rule.handler, *rule.also) or _becomes(SHIPPED / rule.id)
    )


def _becomes(folder: Path) -> bool:
    return any(NAMES_POLICE.search(file.read_text("utf-8")) for file in folder.glob("*.py"))


@pytest.mark.parametrize("rule", reaching_the_police())
def test_a_rule_that_reaches_the_police_has_a_basis_of_its_own(rule: str) -> None:
    assert rule in bases().situations


def test_the_table_names_no_rule_that_is_not_there() -> None:
    assert set(bases().situations) - {"own"} <= set(shipped_rules().by_id)


def test_a_rule_of_ones_own_rests_on_what_the_table_says_of_those() -> None:
    assert bases().of("card_passed_back") == bases().situations["own"]


def test_laws_and_purposes_are_a_closed_list() -> None:
    told = bases().model_dump()
    told["situations"]["duress"]["laws"] = ("curiosity",)
    with pytest.raises(ValidationError, match="curiosity"):
        Bases.model_validate(told)
