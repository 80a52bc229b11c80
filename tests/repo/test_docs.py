"""Documents are held to the code: sections, parameter tables, links, commands."""

import re
from pathlib import Path

import pytest

from processors.core.rule import Rule
from processors.rules.catalogue import SHIPPED, shipped_rules
from tests.repo.tree import name, tracked

DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
RULES = shipped_rules().rules


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rules_readme_lists_its_parameters_with_their_defaults(rule: Rule) -> None:
    text = (SHIPPED / rule.id / "README.md").read_text(encoding="utf-8")
    for heading in ("**Check**", "**Do**", "**First handler**"):
        assert heading in text
    rows = dict(re.findall(r"^\| (\w+) \| [^|]+ \| ([^|]+?) \|", text, re.MULTILINE))
    rows.pop("parameter", None)
    fields = {key: str(field.default) for key, field in rule.params.model_fields.items()}
    assert rows == fields
