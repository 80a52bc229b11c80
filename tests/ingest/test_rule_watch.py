"""The gateway's eye on the operators' own rules."""

from pathlib import Path

import pytest

from ingest.gateway.announce import changed, config_event
from ingest.gateway.rule_watch import RuleWatch
from processors.rules.catalogue import shipped_rules
from schemas.events import decode, encode
from schemas.place import EstateConfig
from schemas.site import parse_site
from schemas.yaml_file import FileFaults

SITE = parse_site("estates: [{id: e, name: {zh: e, en: e}}]\n")
NAMED = parse_site("rules_folder: rules\nestates: [{id: e, name: {zh: e, en: e}}]\n")
RULE = """\
id: shut_out
title: {zh: 多次被拒, en: shut out}
detection: {denied: {type: access.denied}}
correlation: {type: event_count, rules: [denied], timespan: 5m, condition: {gte: %s}}
steps: {denied: {zh: 被拒, en: refused}}
text: {zh: 多次被拒, en: refused often}
check: {zh: 请看录像, en: look}
do: {zh: 联系物业, en: call property}
"""


def put(folder: Path, at_least: object) -> Path:
    file = folder / "shut_out" / "rule.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(RULE % at_least, encoding="utf-8")
    return file


def names(watch: RuleWatch) -> list[str]:
    return [str(rule["id"]) for rule in watch.configs(SITE)["e"].operator_rules]


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    watch = RuleWatch(None, tmp_path / "site.yaml", SITE)
    assert names(watch) == []
    assert not watch.look(SITE)
    assert not watch.look(SITE, again=True)


def test_the_folder_is_the_settings_or_the_sites(tmp_path: Path) -> None:
    main = tmp_path / "site.yaml"
    put(tmp_path / "rules", 3)
    put(tmp_path / "others", 9)
    assert names(RuleWatch(None, main, NAMED)) == ["shut_out"]
    chosen = RuleWatch(tmp_path / "others", main, NAMED)
    (told,) = chosen.configs(NAMED)["e"].operator_rules
    assert told["correlation"]["condition"] == {"gte": 9}


def test_changes_are_seen_and_make_another_configuration(tmp_path: Path) -> None:
    file = put(tmp_path, 3)
    watch = RuleWatch(tmp_path, None, SITE)
    before = watch.configs(SITE)
    assert not watch.look(SITE)

    put(tmp_path, 44)
    assert watch.look(SITE)
    assert [c.estate for c in changed(before, watch.configs(SITE))] == ["e"]
    assert not watch.look(SITE)

    file.unlink()
    assert watch.look(SITE)
    assert names(watch) == []


def test_a_broken_rule_is_told_and_the_last_good_ones_stand(tmp_path: Path) -> None:
    file = put(tmp_path, 3)
    watch = RuleWatch(tmp_path, None, SITE)
    put(tmp_path, "many")
    assert not watch.look(SITE)
    assert names(watch) == ["shut_out"]
    assert watch.words().startswith("the last good ones stand; 1 to mend, first: ")
    assert f"{file}:4: correlation.condition.gte: " in watch.words()
    assert not watch.look(SITE)

    put(tmp_path, 55)
    assert watch.look(SITE)
    assert watch.faults == ()
    assert watch.words() == "1 of the operator's own"


def test_a_site_that_names_another_folder_is_followed(tmp_path: Path) -> None:
    put(tmp_path / "rules", 3)
    watch = RuleWatch(None, tmp_path / "site.yaml", SITE)
    assert watch.look(NAMED)
    assert names(watch) == ["shut_out"]
    assert watch.look(SITE)
    assert names(watch) == []


def test_a_folder_that_goes_away_leaves_the_rules_in_force(tmp_path: Path) -> None:
    file = put(tmp_path / "rules", 3)
    watch = RuleWatch(tmp_path / "rules", None, SITE)
    file.unlink()
    file.parent.rmdir()
    (tmp_path / "rules").rmdir()
    assert not watch.look(SITE)
    assert names(watch) == ["shut_out"]
    assert "is no folder" in watch.words()


def test_no_gateway_begins_on_a_broken_rule(tmp_path: Path) -> None:
    put(tmp_path, "many")
    with pytest.raises(FileFaults, match="shut_out"):
        RuleWatch(tmp_path, None, SITE)


def test_what_the_gateway_writes_is_what_the_processors_understand(tmp_path: Path) -> None:
    put(tmp_path, 3)
    (config,) = RuleWatch(tmp_path, None, SITE).configs(SITE).values()
    (event,) = decode(encode([config_event(config, "g", 1_772_323_200_000)]))
    told = EstateConfig.model_validate(event.data.model_dump()["config"])
    assert shipped_rules().own_faults(told) == ()
    assert "shut_out" in shipped_rules().of(told).by_id
