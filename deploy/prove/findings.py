"""What a check answers: how good, in words that people read, and the judgement over all. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from schemas.base import Words
from schemas.yaml_file import parse

Grade = Literal["good", "limit", "fault", "untried"]
Verdict = Literal["understood", "limits", "not_understood"]
WORDS = Path(__file__).parent / "words.yaml"
WORST: dict[Grade, int] = {"untried": 0, "good": 1, "limit": 2, "fault": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `key` names its words in words.yaml; `values` are filled into them."""

    grade: Grade
    key: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def said(self) -> Words:
        """What was found."""
        return fill(self.key, self.values)

    @property
    def mend(self) -> Words | None:
        """What to do about it, where there is something to do."""
        key = f"{self.key}_mend"
        return fill(key, self.values) if key in words() else None


@dataclass(frozen=True, slots=True)
class Checked:
    """One check with all it found."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def grade(self) -> Grade:
        """The worst of its findings."""
        return max((f.grade for f in self.findings), key=WORST.__getitem__, default="untried")

    @property
    def title(self) -> Words:
        """Its name for people."""
        return fill(f"check_{self.name}", {})


def verdict(checks: Iterable[Checked]) -> Verdict:
    """Not understood if the samples are not; with limits if any check found one."""
    grades = {check.name: check.grade for check in checks}
    if grades.get("sample") in ("fault", "untried"):
        return "not_understood"
    return "limits" if {"limit", "fault"} & set(grades.values()) else "understood"


@cache
def words() -> dict[str, Words]:
    """All sentences of the report by key."""
    content = parse(WORDS.read_text(encoding="utf-8"), WORDS.name).content
    return {key: Words.model_validate(both) for key, both in content.items()}


def fill(key: str, values: dict[str, object]) -> Words:
    """A sentence with its values."""
    text = words()[key]
    return Words(zh=text.zh.format(**values), en=text.en.format(**values))
