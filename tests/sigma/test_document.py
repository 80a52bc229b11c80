"""The document on own rules, held to the code; its examples are run in `test_gates`."""

from typing import get_args

import pytest

from schemas.correlation import LEVELS, Condition, Correlation
from schemas.operator_rule import FACTS, OperatorRule
from schemas.rule_fields import rule_fields
from schemas.selection import MODIFIERS, read_selection
from schemas.yaml_file import FileFaults, parse, validate
from tests.repo.documents import blocks, inline, rows
from tests.sigma.test_gates import DOCUMENT, EXAMPLES

RULES = [block.text for block in blocks(DOCUMENT, "yaml") if block.text.startswith("id: ")]
WORDS = set(inline(DOCUMENT))


@pytest.mark.parametrize("text", RULES, ids=lambda text: text.split()[1])
def test_every_example_of_a_rule_holds(text: str) -> None:
    assert validate(parse(text, "rule.yaml"), OperatorRule)


def test_the_example_of_a_selection_holds() -> None:
    (detection,) = [plain["detection"] for plain in EXAMPLES if set(plain) == {"detection"}]
    for raw in detection.values():
        assert read_selection(raw)


def test_the_fault_shown_is_what_one_sees() -> None:
    shown = next(b.text for b in blocks(DOCUMENT, "text") if b.text.startswith("my-rules"))
    broken = RULES[0].replace("  without: [granted]\n", "")
    with pytest.raises(FileFaults) as caught:
        validate(parse(broken, "my-rules/night_knocking/rule.yaml"), OperatorRule)
    assert [str(fault) for fault in caught.value.faults] == [shown.strip()]


def test_every_word_of_a_rule_is_told() -> None:
    told = {cell for cells in rows(DOCUMENT, 2) for cell in cells[0].replace("`", "").split(", ")}
    assert {field.alias or name for name, field in OperatorRule.model_fields.items()} <= told
    assert {field.alias or name for name, field in Correlation.model_fields.items()} - {
        "type", "rules",
    } <= {word.split(":")[0] for word in WORDS}  # fmt: skip
    assert set(get_args(Correlation.model_fields["type"].annotation)) <= told


def test_every_modifier_and_sign_is_told() -> None:
    told = " ".join(WORDS)
    assert not [word for word in {*MODIFIERS, *Condition.model_fields} if word not in told]
    assert {*LEVELS, *(f"${fact}" for fact in FACTS)} <= WORDS


def test_the_fields_of_every_event_are_told() -> None:
    common = set(rule_fields("door.opened"))
    assert common - {"type"} <= WORDS
