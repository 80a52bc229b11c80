"""What the documents name exists: commands, options, settings, topics, figures, files, words."""

import hashlib
import importlib
import json
import re
import tomllib
from collections import Counter
from itertools import pairwise
from typing import get_args

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel

import console.metrics
import processors.shell.metrics  # noqa: F401 - its figures enter the registry
from console.settings import ConsoleSettings
from deploy import situations
from deploy.embedded.broker import BrokerSettings
from deploy.embedded.gate import GateSettings
from deploy.embedded.mqtt import MqttSettings
from deploy.embedded.simulated import SimulatedSettings
from ingest.bridge.metrics import BridgeMetrics
from ingest.gateway.metrics import GatewayMetrics
from ingest.kit.docs import DOCUMENTS, with_table
from ingest.settings import IngestSettings
from processors.afterwards.settings import AfterwardsSettings
from processors.rules.catalogue import shipped_rules
from processors.shell.settings import ProcessorSettings, SinkSettings
from schemas.device_site import FaceSite
from schemas.place import AreaRules, Place, Trees
from schemas.site import ClockFault, DeviceSite, EstateSite, Site, parse_site
from schemas.topics import ALL_TOPICS, PARTITIONS
from schemas.yaml_file import FileFaults, parse
from tests.ingest.cases import shipped
from tests.repo.documents import (
    GUIDES,
    NAMES,
    PROGRAM,
    Block,
    blocks,
    commands,
    fault_of,
    inline,
    prose,
    rows,
    sections,
    shell_lines,
    text_of,
    there,
)
from tests.repo.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
READMES = {"en": "README.md", "zh": "README.zh-CN.md"}
SECTIONS = {
    "Try it": "先跑起来",
    "How it works": "工作原理",
    "Devices": "设备",
    "Hook in a new make": "接入新品牌",
    "Situations": "预警",
    "The office": "警务室",
    "Ten minutes with a real device": "十分钟接入一台真实设备",
    "Promises and their limits": "承诺与边界",
    "Privacy": "隐私",
    "Where everything is": "东西都在哪里",
    "Licence": "许可证",
}
SETTINGS = {
    f"SC_{field.upper()}"
    for model in (
        BrokerSettings, ConsoleSettings, GateSettings, IngestSettings, MqttSettings,
        AfterwardsSettings, ProcessorSettings, SimulatedSettings, SinkSettings,
    )
    for field in model.model_fields
}  # fmt: skip
TOPICS = {topic.name for topic in ALL_TOPICS}
PICTURES = {"docs/pictures/console-zh.png", "docs/pictures/console-en.png"}
MADE_LATER = {
    "ingest/adapters/nordtor_turnstile/adapter.yaml",
    "processors/rules/card_passed_back/rule.py",
    "deploy/compose/secrets/passwords",
}
"""Paths of worked examples, and a file that its operator makes."""
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""SHA-256 of the licence's text as apache.org publishes it."""
TABLES = {f"docs/{name}" for told in (DOCUMENTS, situations.DOCUMENTS) for name in told.values()}
"""Documents that are written from the code, in both languages."""
NATIVE = {READMES["zh"], "docs/register.zh-CN.md", "docs/loop.zh-CN.md",
          "docs/privacy.zh-CN.md", "docs/telling.zh-CN.md", *TABLES,
          *(f"docs/{guide}.zh-CN.md" for guide in GUIDES)}  # fmt: skip
"""Documents with Chinese in them: one reads so, one names models as their makers do."""
ENGLISH = [name for name in NAMES if name not in NATIVE]


# The two READMEs


def test_the_readmes_have_their_sections_in_order() -> None:
    assert sections(READMES["en"]) == list(SECTIONS)
    assert sections(READMES["zh"]) == list(SECTIONS.values())


def test_both_readmes_show_the_same_commands_links_and_paths() -> None:
    en, zh = READMES.values()
    assert blocks(en, "bash") == blocks(zh, "bash")
    link = re.compile(r"\]\(([^)]+)\)")
    differ = {*READMES.values(), *PICTURES, *TABLES}
    linked = [set(link.findall(text_of(name))) - differ for name in (en, zh)]
    # Where a document is in both languages, each README leads to its own.
    assert linked[0] == {name.replace(".zh-CN.md", ".md") for name in linked[1]}
    paths = [[code for code in inline(name) if "/" in code] for name in (en, zh)]
    assert Counter(paths[0]) == Counter(paths[1])


@pytest.mark.parametrize("lang", READMES)
def test_a_readme_shows_the_console_and_a_phone(lang: str) -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text_of(READMES[lang]))
    assert pictures == [f"docs/pictures/console-{lang}.png", "docs/pictures/phone-zh.png"]


@pytest.mark.parametrize("lang", situations.DOCUMENTS)
def test_the_table_of_situations_is_what_the_rules_say(lang: str) -> None:
    """Mend with `python -m deploy.situations`."""
    text = text_of(f"docs/{situations.DOCUMENTS[lang]}")
    assert text == situations.with_table(text, lang)


@pytest.mark.parametrize("lang", DOCUMENTS)
def test_the_table_of_adapters_is_what_they_say(lang: str) -> None:
    """Mend with `python -m ingest.kit.docs`."""
    text = text_of(f"docs/{DOCUMENTS[lang]}")
    assert text == with_table(text, lang)


# Names of all documents


@pytest.mark.parametrize("name", NAMES)
def test_commands_and_options_exist(name: str) -> None:
    ours = [line for line in shell_lines(name) if line.startswith(f"{PROGRAM} ")]
    assert not [fault for line in ours if (fault := fault_of(line))]
    bare = {code.split()[0] for code in inline(name) if re.match(r"--[a-z]", code)}
    assert not bare - {option for options in commands().values() for option in options}


def test_the_check_of_commands_sees_a_fault() -> None:
    assert fault_of("smart-community devices add x --make y") is None
    assert fault_of("smart-community devices fly x") is not None
    assert fault_of("smart-community up --lisen 0.0.0.0") is not None


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_exist(name: str) -> None:
    wanted = {
        word for line in shell_lines(name) if line.startswith("make ") for word in line.split()[1:]
    }
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8") if wanted else ""
    assert not wanted - set(re.findall(r"^([\w.-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize("name", NAMES)
def test_modules_that_are_run_exist(name: str) -> None:
    run = {
        module for line in shell_lines(name) for module in re.findall(r"python -m ([\w.]+)", line)
    }
    assert not [module for module in run if importlib.util.find_spec(module) is None]


@pytest.mark.parametrize("name", NAMES)
def test_settings_exist(name: str) -> None:
    example = (ROOT / "deploy/compose/.env.example").read_text(encoding="utf-8")
    known = SETTINGS | set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert not set(re.findall(r"\bSC_[A-Z0-9_]+\b", text_of(name))) - known


@pytest.mark.parametrize("name", NAMES)
def test_topics_exist(name: str) -> None:
    assert not set(re.findall(r"\bcommunity\.[a-z]+\b(?!\.)", text_of(name))) - TOPICS


@pytest.mark.parametrize("name", NAMES)
def test_paths_exist(name: str) -> None:
    tops = "schemas|ingest|processors|console|deploy|docs|tests|bench"
    paths = {code for code in inline(name) if re.fullmatch(rf"({tops})/[\w./-]*", code)}
    assert not [path for path in paths - MADE_LATER if not there(path)]


@pytest.mark.parametrize("name", NAMES)
def test_figures_exist(name: str) -> None:
    known = {
        found
        for registry in (REGISTRY, GatewayMetrics().registry, BridgeMetrics().registry)
        for metric in registry.collect()
        for found in (metric.name, *(sample.name for sample in metric.samples))
    }
    totals = known | {f"{figure}_total" for figure in known}
    named = re.findall(r"`((?:smart_community|sc|console)_[a-z_]+)`", text_of(name))
    assert not set(named) - totals


def test_operations_tell_of_every_figure() -> None:
    kinds = [REGISTRY, GatewayMetrics().registry, BridgeMetrics().registry]
    ours = {
        metric.name
        for registry in kinds
        for metric in registry.collect()
        if metric.name.startswith(("smart_community_", "sc_", "console_"))
    }
    told = {code.removesuffix("_total") for code in inline("docs/operations.md")}
    assert not ours - told
    assert console.metrics.TAKEN


@pytest.mark.parametrize("name", ENGLISH)
def test_english_documents_are_english(name: str) -> None:
    plain = re.sub(r"`[^`\n]+`|\[中文\]|\| 中文 \|", "", prose(name))
    if name == "schemas/README.md":
        plain = "\n".join(line for line in plain.splitlines() if not line.startswith("|"))
    assert not re.findall(r"[\u4e00-\u9fff]+", plain)


# The guides, in both languages


def shown(block: Block) -> object:
    """What an example says; comments of YAML are in the document's own language."""
    return parse(block.text, "example").content if block.language == "yaml" else block.text


def targets(name: str) -> set[str]:
    """The files that a document leads to, each by its English name."""
    found = re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(name))
    return {target.replace(".zh-CN.md", ".md") for target in found}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_says_the_same_in_both_languages(guide: str) -> None:
    en, zh = f"docs/{guide}.md", f"docs/{guide}.zh-CN.md"
    assert [shown(block) for block in blocks(en)] == [shown(block) for block in blocks(zh)]
    assert set(inline(en)) == set(inline(zh))
    assert targets(en) == targets(zh)
    levels = [re.findall(r"^#+(?= )", prose(name), re.MULTILINE) for name in (en, zh)]
    assert levels[0] == levels[1]
    assert f"[中文]({guide}.zh-CN.md)" in text_of(en)
    assert f"[English]({guide}.md)" in text_of(zh)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_chinese_guides_lead_to_chinese_documents(guide: str) -> None:
    found = re.findall(r"\]\(([\w./-]+)\.md", text_of(f"docs/{guide}.zh-CN.md"))
    english = {name for name in found if not name.endswith(".zh-CN")} - {guide}
    assert not [name for name in english if there(f"docs/{name}.zh-CN.md")]


def anchor(heading: str) -> str:
    """What a heading is called in a link, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", NAMES)
def test_links_to_headings_lead_to_one(name: str) -> None:
    for path, wanted in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", prose(name)):
        target = (ROOT / name).parent / path if path else ROOT / name
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert wanted in {anchor(heading) for heading in headings}, (path, wanted)


# The rest, document by document


def test_the_licence_is_the_whole_apache_2() -> None:
    blank = "Copyright [yyyy] [name of copyright owner]"
    text = re.sub(r"Copyright \d{4} The smart-community authors", blank, text_of("LICENSE"))
    assert hashlib.sha256(text.encode()).hexdigest() == APACHE_2
    assert blank not in text_of("LICENSE")


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.M)
    assert versions[0] == PROJECT["version"]
    assert "## [Unreleased]" in text_of("CHANGELOG.md")


def test_the_supported_version_is_this_one() -> None:
    minor = ".".join(PROJECT["version"].split(".")[:2])
    assert [minor, "yes"] in rows("SECURITY.md", 2)


@pytest.mark.parametrize("lang", READMES)
def test_the_readmes_name_the_systems_and_pythons(lang: str) -> None:
    first, last = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    for word in ("Linux", "macOS", "WSL2", f"3.{first}", f"3.{int(last) - 1}"):
        assert word in text_of(READMES[lang])


def test_the_site_example_is_read_and_its_rule_settings_hold() -> None:
    example = blocks("docs/site-file.md", "yaml")[0]
    site = parse_site(example.text)
    assert {device.adapter for e in site.estates for device in e.devices} <= set(shipped().adapters)
    for config in site.configs().values():
        assert shipped_rules().settings_fault(config) is None


def test_the_fault_in_the_site_document_is_what_one_sees() -> None:
    example = blocks("docs/site-file.md", "yaml")[0]
    shown = blocks("docs/site-file.md", "text")[0].text.strip()
    old = "place: south-gate-door\n"
    with pytest.raises(FileFaults) as caught:
        parse_site(example.text.replace(old, "place: gate-9\n", 1))
    assert str(caught.value.faults[0]) == shown


def test_the_face_device_of_the_site_document_has_its_papers() -> None:
    _, example = blocks("docs/site-file.md", "yaml")
    place = "north-gate-door"
    content = {
        "templates": {"hikvision-terminal": {"adapter": "a", "recognises_faces": True}},
        "estates": [{
            "id": "north", "name": {"zh": "n", "en": "n"},
            "places": [{"id": place, "kind": "door", "name": {"zh": "d", "en": "d"}}],
            "devices": parse(example.text, "example").content,
        }],
    }  # fmt: skip
    assert parse_site(json.dumps(content)).estates[0].devices[0].recognises_faces


@pytest.mark.parametrize(
    "model", [Site, EstateSite, Place, DeviceSite, FaceSite], ids=lambda m: m.__name__
)
def test_the_site_document_has_every_field(model: type[BaseModel]) -> None:
    told = {cells[0].strip("`") for cells in rows("docs/site-file.md", 2)}
    told |= set(inline("docs/site-file.md")) & set(FaceSite.model_fields)
    told |= set(get_args(ClockFault)) & set(inline("docs/site-file.md"))
    assert not set(get_args(ClockFault)) - told
    assert not set(model.model_fields) - told
    levels = set(Trees.model_fields) | set(AreaRules.model_fields)
    assert not levels - set(inline("docs/site-file.md"))


def test_the_dictionary_leads_to_where_a_word_lives() -> None:
    for cells in rows("schemas/README.md", 4):
        for path, name in re.findall(r"`([\w/]+)\.py`(?: `(\w+)`)?", cells[3]):
            module = importlib.import_module(path.replace("/", "."))
            assert not name or hasattr(module, name), cells


def test_the_dictionary_has_one_word_for_one_idea() -> None:
    entries = [cells for cells in rows("schemas/README.md", 4) if ".py" in cells[3]]
    for column in (0, 1, 2):
        counted = Counter(cells[column] for cells in entries)
        assert not [word for word, times in counted.items() if times > 1]


def test_the_dictionary_has_every_topic_with_its_key() -> None:
    told = {cells[0].strip("`") for cells in rows("schemas/README.md", 4)}
    assert told >= TOPICS
    assert f"{PARTITIONS} unless told otherwise" in text_of("schemas/README.md")


@pytest.mark.parametrize("name", NAMES)
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose(name), re.MULTILINE)]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
