"""`rule.yaml`: what may stand in it, and every fault with its path and line."""

from typing import Any

import pytest
import yaml

from schemas.operator_rule import OperatorRule
from schemas.rule_fields import all_rule_fields, rule_types
from schemas.yaml_file import FileFaults, parse, validate

GOOD = """\
id: knocks
title: {zh: 连续叩门, en: knocking}
detection:
  denied:
    type: access.denied
  granted: {type: access.granted}
correlation:
  type: event_count
  rules: [denied]
  without: [granted]
  group-by: [place]
  timespan: 5m
  condition: {gte: 3}
steps:
  denied: {zh: 被拒, en: refused}
text: {zh: $first被拒$count次, en: refused $count times}
check: {zh: 请看录像, en: look at the recording}
do: {zh: 联系物业, en: call property}
"""


def read(text: str) -> OperatorRule:
    return validate(parse(text, "rule.yaml"), OperatorRule)


def faults(text: str) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        read(text)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_one_is_read_and_travels_unchanged() -> None:
    rule = read(GOOD)
    assert (rule.severity, rule.handler, rule.delivery, rule.clear_after_ms) == (
        "blue", "property", "list", 300_000,
    )  # fmt: skip
    again = OperatorRule.model_validate(rule.document())
    assert again == rule
    assert again.document() == rule.document()
    assert rule.document()["correlation"]["group-by"] == ["place"]


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("id: knocks", "id: Knocks!", 1, "id: 'Knocks!' has not the form asked for: small letters"),
        ("id: knocks", "id: knocks\ncolour: red", 2, "colour: is not a name known here"),
        ("title: {zh: 连续叩门,", "title: {", 2, "title.zh: is missing; add it"),
        ("zh: 连续叩门", "zh: knock", 2, "title.zh: holds no Chinese"),
        ("en: knocking", "en: a suspect", 2, "title.en: 'suspect' accuses"),
        ("type: access.denied", "type: access.refused", 5, "type: fits no event type"),
        ("type: access.denied", "type: [access.denied, 7]", 5, "7 is not one of"),
        ("type: access.denied", "type: watch.changed", 5, "type: fits no event type"),
        ("type: access.denied", "place: d1", 4, "denied: names no type"),
        ("type: event_count", "type: event_sum", 8, "correlation.type: 'event_sum' is not one of"),
        ("rules: [denied]", "rules: [denied, dnied]", 9, "rules.1: 'dnied' is not a selection"),
        ("without: [granted]", "without: []", 6, "detection.granted: is used nowhere"),
        ("group-by: [place]", "group-by: [place, colour]", 11, "'colour' is nothing to group"),
        ("group-by: [place]", "group-by: [time]", 11, "'time' is nothing to group by"),
        ("group-by: [place]", "group_by: [place]", 11, "group_by: is not a name known here"),
        (
            "timespan: 5m",
            "timespan: 5 minutes",
            12,
            "'5 minutes' has not the form asked for: ",
        ),
        ("timespan: 5m", "timespan: 400d", 12, "is longer than 366d"),
        ("{gte: 3}", "{}", 13, "condition: says no number"),
        ("{gte: 3}", "{gt: 5, lt: 6}", 13, "no number fulfils"),
        ("{gte: 3}", "{gte: 0}", 13, "condition.gte: 0 is "),
        ("{gte: 3}", "{gte: 3, field: place}", 13, "is for value_count alone"),
        ("  condition: {gte: 3}\n", "", 7, "correlation.condition: is missing; add it"),
        ("{gte: 3}", "{gte: 3}\n  renew: true", 14, "is for absent alone"),
        ("  denied: {zh: 被拒", "  other: {zh: 被拒", 14, "steps.denied: is missing"),
        ("  denied: {zh: 被拒", "  other: {zh: 被拒", 15, "steps.other: is not one of"),
        ("$count times", "$number times", 16, "$number cannot be quoted"),
        ("$count times", "$ times", 16, "has a $ that begins no name"),
        ("id: knocks", "clear-after: 900d\nid: knocks", 1, "clear-after: is longer than 366d"),
    ],
)
def test_faults_are_told_where_they_stand(old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    mine = [fault for fault in faults(GOOD.replace(old, new, 1)) if told in fault]
    assert [fault.split(": ")[0] for fault in mine] == [f"rule.yaml:{line}"]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("plate: x", "is not a field of access.denied"),
        ("person: x", "is not a field of access.denied"),
        ("sealed.subject: x", "is not a field of access.denied"),
        ("reason: lots", "'lots' is not one of: unknown_credential"),
        ("reason: lo*", None),
        ("reader|near: x", "'near' is no modifier; there are: all, below"),
        ("reader|gt: 1", "compares numbers, and here stands a text"),
        ("reader|re|startswith: a", "re, startswith do not go together"),
        ("reader|exists: 1", "exists needs true or false"),
        ("reader|exists: false", None),
        ("reader|below: b", "below goes with place alone"),
        ("place|below: b", None),
        ("reader|contains|all: a", "'all' needs a list of two values"),
        ("reader|i: a", "'i' goes with re alone"),
        ("reader|re: '(a+)+'", "repeats a group"),
        ("reader: 'a*b*c*d*'", "has more than 3 stars"),
        ("reader: null", "needs a value or a list of values"),
        ("reader: []", "needs a value or a list of values"),
        ("reader: no", "put it in quotes"),
        ("reader.x: a", "has no parts"),
        ("sequence|gt: a", "'a' is no number"),
        ("sequence|contains: 4", "compares texts; write the value alone"),
        ("is_holder: maybe", "needs true or false"),
        ("is_holder: true", None),
        ("key_place: 1", "needs true or false"),
        ("time: 22:00", "is no part of the day"),
        ("time: 22:00-06:00", None),
        ("time|contains: '22:00-06:00'", "compares texts"),
        ("weekday: [mon, monday]", "'monday' is not one of: mon"),
        ("not: {}", "not: must hold lines"),
        ("not: {raeder: x}", "not.raeder: is not a field"),
        ("not: [{reader: x}, {reader|gt: 1}]", "not.1.reader|gt: gt compares"),
    ],
)
def test_faults_of_a_selection(added: str, told: str | None) -> None:
    text = GOOD.replace("type: access.denied\n", f"type: access.denied\n    {added}\n", 1)
    if told is None:
        assert read(text)
        return
    found = faults(text)
    assert [fault for fault in found if fault.startswith("rule.yaml:6: ") and told in fault], found


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = GOOD.replace("type: access.denied", "type: access.denied\n    raeder: x").replace(
        "timespan: 5m", "timespan: soon"
    )
    assert [fault.split(": ")[1] for fault in faults(text)] == [
        "detection.denied.raeder", "correlation.timespan",
    ]  # fmt: skip


TWO = {"rules": ["denied", "denied"]}


def kinds(**changes: Any) -> str:
    plain = yaml.safe_load(GOOD)
    plain["correlation"] |= changes
    plain["correlation"] = {k: v for k, v in plain["correlation"].items() if v is not None}
    if not plain["correlation"].get("without"):
        del plain["detection"]["granted"]
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": "temporal", "condition": None}, "temporal needs two names or more"),
        ({"type": "temporal_ordered", **TWO}, "is not for temporal_ordered"),
        ({"type": "temporal_ordered", **TWO, "condition": None}, None),
        ({"type": "temporal", **TWO}, "must ask for so many"),
        ({"type": "absent", **TWO, "condition": None}, "is not for absent"),
        ({"type": "absent", **TWO, "condition": None, "without": None}, None),
        ({"type": "value_count"}, "name the field whose values are counted"),
        ({"type": "value_count", "condition": {"gte": 2, "field": "colour"}}, "no field of any"),
        ({"type": "value_count", "condition": {"gte": 2, "field": "place"}}, None),
    ],
)
def test_each_kind_asks_for_what_it_needs(changes: dict[str, Any], told: str | None) -> None:
    if told is None:
        assert read(kinds(**changes))
    else:
        assert [fault for fault in faults(kinds(**changes)) if told in fault]


def test_no_rule_can_look_at_what_is_not_for_it() -> None:
    hidden = {"plate", "sealed", "pictures", "person", "case_number", "owner", "basis", "holder"}
    assert not hidden & set(all_rule_fields())
    assert not {"watch.changed", "register.changed", "clock.ticked"} & set(rule_types())


def test_a_field_is_the_same_wherever_it_stands() -> None:
    assert all_rule_fields()["reason"].choices
    assert all_rule_fields()["state"].kind == "table"
    assert all_rule_fields()["zones"].kind == "texts"
