"""The documents of the loop show the table and the clocks as they are."""

import pytest

from console.cases.docs import DOCUMENTS, PARTS, Language, part, with_parts
from console.lifecycle.clocks import ClockChange
from console.lifecycle.routing import RoutingChange, missing, rerouted, shipped_categories
from schemas.yaml_file import parse, validate
from tests.repo.documents import blocks, text_of


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_tables_are_drawn_from_the_code(language: Language) -> None:
    """Mend with `python -m console.cases.docs`."""
    text = text_of(f"docs/{DOCUMENTS[language]}")
    assert text == with_parts(text, language)
    for name in PARTS:
        assert part(name, language) in text


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_example_of_clocks_holds(language: Language) -> None:
    example, _ = blocks(f"docs/{DOCUMENTS[language]}", "yaml")
    change = validate(parse(example.text, "clocks.yaml"), ClockChange)
    assert len(change.periods) == 2
    assert len(change.hours or ()) == 2


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_example_of_routing_holds(language: Language) -> None:
    _, example = blocks(f"docs/{DOCUMENTS[language]}", "yaml")
    change = validate(parse(example.text, "intake.yaml"), RoutingChange)
    assert not list(missing(shipped_categories(), change))
    found = rerouted(shipped_categories(), change)
    assert (found["parking"].handler, found["parking"].zh) == ("police", "乱停乱放")
    assert list(found)[-1] == "charging"
