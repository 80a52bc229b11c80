"""`rule.yaml`: a rule that an operator writes, in the words of Sigma's correlation rules.

The documents travel whole in the estate's configuration, so what they judge is the same wherever
the log is judged.
"""

import re
from collections.abc import Iterator
from string import Template
from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema, field_validator, model_validator

from schemas.alerts import Delivery, Handler, Severity
from schemas.base import Model, Words
from schemas.correlation import (
    DAY_MS,
    SPAN_MAX_D,
    Correlation,
    Name,
    Timespan,
    located,
    span_ms,
)
from schemas.selection import Loc, Map, SelectionFaults, read_selection

ABSENT_CLEAR_D = 30
FACTS = ("count", "span", "first", "last")
"""What a text may quote: how many, for how long, and the names of the first and last place."""
ACCUSING_ZH = (
    "小偷", "盗贼", "窃贼", "嫌疑", "嫌犯", "罪犯", "犯罪", "作案", "坏人", "歹徒",
    "可疑分子", "不法",
)  # fmt: skip
ACCUSING_EN = ("thief", "thieves", "burglar", "criminal", "suspect", "offender", "culprit")
"""Words for people that no text of the product says."""

_VALUE = {"type": ["string", "number", "boolean"]}
_MAP = {
    "type": "object",
    "additionalProperties": {"anyOf": [_VALUE, {"type": "array", "items": _VALUE}]},
    "properties": {"not": {"description": "What must not be so: a map like this, or several"}},
    "description": "Lines `field|modifier: value`, all of which must hold; `not:` holds exceptions",
}
Selection = Annotated[
    Any, WithJsonSchema({"anyOf": [_MAP, {"type": "array", "items": _MAP, "minItems": 1}]})
]


class OperatorRule(Model):
    """One rule. Its id is the name of its folder, and the word for it in alerts and commands."""

    id: Name
    title: Words
    description: str = ""
    falsepositives: tuple[str, ...] = ()
    enabled: bool = Field(default=True, description="false: it is kept, and judges nothing")
    estates: tuple[str, ...] = Field(default=(), description="these alone; without it all")
    detection: dict[Name, Selection] = Field(min_length=1, description="Selections by name")
    correlation: Correlation
    severity: Severity = "blue"
    handler: Handler = Field(default="property", description="who looks first")
    delivery: Delivery = "list"
    clear_after: Timespan | None = Field(
        default=None, alias="clear-after",
        description="how long an alert stands after its last reading; until then readings join it",
    )  # fmt: skip
    steps: dict[Name, Words] = Field(description="What a reading of each selection is, in words")
    text: Words = Field(description="What happened; may quote $count, $span, $first, $last")
    check: Words = Field(description="What to look at first")
    do: Words = Field(description="What to do then")

    @field_validator("detection")
    @classmethod
    def _read(cls, detection: dict[str, Any]) -> dict[str, Any]:
        faults: list[tuple[Loc, str]] = []
        for name, raw in detection.items():
            try:
                read_selection(raw)
            except SelectionFaults as error:
                faults.extend(((name, *where), what) for where, what in error.faults)
        if faults:
            raise located(faults)
        return detection

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if faults := [*_name_faults(self), *_text_faults(self)]:
            raise located(faults)
        return self

    @property
    def selections(self) -> dict[str, tuple[Map, ...]]:
        """The selections, read, by name."""
        return {name: read_selection(raw) for name, raw in self.detection.items()}

    @property
    def clear_after_ms(self) -> int:
        """How long an alert stands: its timespan if nothing is said, or a month for an absence."""
        if self.clear_after is not None:
            return span_ms(self.clear_after)
        if self.correlation.type == "absent":
            return ABSENT_CLEAR_D * DAY_MS
        return span_ms(self.correlation.timespan)

    def is_for(self, estate: str) -> bool:
        """Whether it is on, and meant for an estate."""
        return self.enabled and (not self.estates or estate in self.estates)

    def document(self) -> dict[str, Any]:
        """The rule as it stands in a configuration: plain, and without what is not said."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _name_faults(rule: OperatorRule) -> Iterator[tuple[Loc, str]]:
    """Names of selections that lead nowhere, or that nothing uses."""
    told = rule.correlation
    for part, names in (("rules", told.rules), ("without", told.without)):
        for index, name in enumerate(names):
            if name not in rule.detection:
                yield ("correlation", part, index), f"{name!r} is not a selection under detection"
    for name in rule.detection:
        if name not in (*told.rules, *told.without):
            yield ("detection", name), "is used nowhere; name it in correlation.rules or delete it"
    for name in dict.fromkeys(told.rules):
        if name not in rule.steps:
            yield ("steps", name), "is missing; say in words what such a reading is"
    for name in rule.steps:
        if name not in told.rules:
            yield ("steps", name), "is not one of correlation.rules"


def _text_faults(rule: OperatorRule) -> Iterator[tuple[Loc, str]]:
    if rule.clear_after_ms > SPAN_MAX_D * DAY_MS:
        yield ("clear-after",), f"is longer than {SPAN_MAX_D}d"
    texts = {"title": rule.title, "text": rule.text, "check": rule.check, "do": rule.do}
    for name, words in texts.items():
        if not re.search(r"[\u4e00-\u9fff]", words.zh):
            yield (name, "zh"), "holds no Chinese; officers read this one"
        for lang in ("zh", "en"):
            said = getattr(words, lang)
            if found := [word for word in (*ACCUSING_ZH, *ACCUSING_EN) if word in said.lower()]:
                yield (name, lang), f"{found[0]!r} accuses; say what was seen"
            if name == "text" and (what := _fact_fault(said)):
                yield (name, lang), what


def _fact_fault(text: str) -> str | None:
    template = Template(text)
    if not template.is_valid():
        return "has a $ that begins no name; write $$ for the sign itself"
    unknown = [name for name in template.get_identifiers() if name not in FACTS]
    if unknown:
        return f"${unknown[0]} cannot be quoted; there are: ${', $'.join(FACTS)}"
    return None
