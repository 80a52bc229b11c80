"""Operators' rules on disk."""

from pathlib import Path

import pytest

from schemas.place import EstateConfig
from schemas.rule_files import RuleFiles, load_configs, with_rules
from schemas.yaml_file import FileFaults
from tests.schemas.test_operator_rule import GOOD

SITE = "rules_folder: rules\nestates:\n" + "".join(
    f"  - {{id: {name}, name: {{zh: {name}, en: {name}}}}}\n" for name in ("east", "west")
)


def put(folder: Path, name: str, text: str = GOOD) -> Path:
    file = folder / name / "rule.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("id: knocks", f"id: {name}"), encoding="utf-8")
    return file


def ids(files: RuleFiles) -> list[str]:
    return [rule.id for rule in files.load()]


def test_each_folder_with_a_rule_is_one(tmp_path: Path) -> None:
    put(tmp_path, "b")
    put(tmp_path, "a")
    (tmp_path / "notes").mkdir()
    put(tmp_path, ".hidden", "nonsense")
    assert ids(RuleFiles(tmp_path)) == ["a", "b"]
    assert ids(RuleFiles(tmp_path / "a")) == ["a"]


def test_changes_are_seen(tmp_path: Path) -> None:
    files = RuleFiles(tmp_path)
    assert ids(files) == []
    assert not files.changed()
    file = put(tmp_path, "a")
    assert files.changed()
    assert ids(files) == ["a"]
    assert not files.changed()
    file.write_text(GOOD.replace("id: knocks", "id: a") + "severity: yellow\n", encoding="utf-8")
    assert files.changed()
    assert [rule.severity for rule in files.load()] == ["yellow"]
    file.unlink()
    assert files.changed()
    assert ids(files) == []


def test_every_fault_of_every_file_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a", GOOD.replace("timespan: 5m", "timespan: soon"))
    put(tmp_path, "b", GOOD.replace("gte: 3", "gte: x"))
    put(tmp_path, "c")
    with pytest.raises(FileFaults) as caught:
        RuleFiles(tmp_path).load()
    places = [str(fault).split(": ")[0] for fault in caught.value.faults]
    assert places == [f"{tmp_path / 'a' / 'rule.yaml'}:12", f"{tmp_path / 'b' / 'rule.yaml'}:13"]


def test_the_folder_bears_the_rules_name(tmp_path: Path) -> None:
    put(tmp_path, "a", GOOD.replace("id: knocks", "id: other"))
    with pytest.raises(FileFaults, match=r"rule.yaml:1: id: 'other' is not the name of its folder"):
        RuleFiles(tmp_path).load()


@pytest.mark.parametrize("name", ["no-such-folder", "a/rule.yaml"])
def test_what_is_no_folder_is_told(tmp_path: Path, name: str) -> None:
    put(tmp_path, "a")
    with pytest.raises(FileFaults, match="is no folder"):
        RuleFiles(tmp_path / name).load()


def test_estates_get_the_rules_that_are_on_and_theirs(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    put(tmp_path / "rules", "for_all")
    put(tmp_path / "rules", "for_east", GOOD + "estates: [east]\n")
    put(tmp_path / "rules", "switched_off", GOOD + "enabled: false\n")
    found = load_configs(tmp_path / "site.yaml")
    named = {name: [rule["id"] for rule in c.operator_rules] for name, c in found.items()}
    assert named == {"east": ["for_all", "for_east"], "west": ["for_all"]}
    for config in found.values():
        assert EstateConfig.model_validate_json(config.model_dump_json()) == config


def test_other_rules_are_another_version_of_the_configuration(tmp_path: Path) -> None:
    bare = EstateConfig.model_validate({"estate": "e", "name": {"zh": "e", "en": "e"}})
    put(tmp_path, "a")
    told = with_rules(bare, RuleFiles(tmp_path).load())
    assert told.digest != bare.digest
    assert with_rules(bare, ()) is bare
    assert with_rules(told, ()).digest == bare.digest
