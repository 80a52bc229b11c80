"""The catalogue: all that is on disk is loaded, no message has two adapters, faults are told."""

from pathlib import Path

import pytest

from ingest.catalogue import Catalogue, load_catalogue
from ingest.message import Message
from schemas.yaml_file import FileFaults
from tests.ingest.cases import Case, adapters, cases, folders_on_disk, shipped

GOOD = """
name: {name}
title: T
make: {make}
evidence: C
topics: [{topic}]
topic_decides: {decides}
recognise: [{{contains: ["{word}"]}}]
map:
  format: json
  events: [{{type: door.opened}}]
"""


def write(root: Path, name: str, word: str, make: str = "m", topic: str = "t/#") -> None:
    """An adapter whose content holds `word`; on a topic of its own the topic alone decides."""
    folder = root / name
    folder.mkdir()
    decides = "false" if topic == "t/#" else "true"
    text = GOOD.format(name=name, make=make, topic=topic, decides=decides, word=word)
    (folder / "adapter.yaml").write_text(text, encoding="utf-8")


def choose(catalogue: Catalogue, topic: str, payload: str, name: str | None = None) -> str:
    found = catalogue.choose(Message(topic, payload.encode(), 0), name)
    return found if isinstance(found, str) else found.spec.name


def test_what_is_on_disk_is_what_was_loaded() -> None:
    assert {adapter.folder.name for adapter in adapters()} == folders_on_disk()


def test_adapter_is_named_as_its_folder() -> None:
    assert [a.spec.name for a in adapters() if a.spec.name != a.folder.name] == []


READ = [case for case in cases() if case.wanted("expected.json") is not None]


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_one_adapter_alone_claims_a_message(case: Case) -> None:
    chosen = shipped().choose(case.message)

    assert not isinstance(chosen, str), chosen
    assert chosen.spec.name == case.adapter


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_content_is_never_claimed_by_another_make(case: Case) -> None:
    """Without its topic a message may be claimed by nobody, but not by a stranger."""
    makes = {a.spec.make for a in adapters() if a.claims_content(case.payload)}

    assert makes <= {shipped().adapters[case.adapter].spec.make}


def test_topic_narrows_and_content_decides(tmp_path: Path) -> None:
    write(tmp_path, "left", "L")
    write(tmp_path, "right", "R")
    write(tmp_path, "elsewhere", "E", topic="e/#")
    catalogue = load_catalogue([tmp_path])

    assert choose(catalogue, "t/1", "L") == "left"
    assert choose(catalogue, "t/1", "R") == "right"
    assert choose(catalogue, "e/1", "anything") == "elsewhere"
    assert choose(catalogue, "", "R") == "right"
    assert choose(catalogue, "t/1", "L and E") == "left"


def test_message_nobody_claims_says_where_it_came_from(tmp_path: Path) -> None:
    write(tmp_path, "left", "L")
    catalogue = load_catalogue([tmp_path])

    assert choose(catalogue, "t/1", "~") == (
        "no adapter knows this topic and content (topic 't/1')"
    )
    assert choose(catalogue, "", "~") == (
        "no adapter knows this topic and content (no topic was given)"
    )


def test_message_two_claim_is_given_to_neither(tmp_path: Path) -> None:
    write(tmp_path, "left", "~L")
    write(tmp_path, "right", "~R")

    found = choose(load_catalogue([tmp_path]), "t/1", "~L ~R")

    assert found == (
        "several adapters claim it (left, right); name one with adapter: in the site file"
    )


def test_adapter_is_named_by_itself_or_by_its_make(tmp_path: Path) -> None:
    write(tmp_path, "nord_door", "~D", make="Nord Tor")
    write(tmp_path, "nord_lane", "~L", make="Nord Tor")
    write(tmp_path, "west", "~W", make="West-One")
    catalogue = load_catalogue([tmp_path])

    assert choose(catalogue, "", "garbage", "nord_door") == "nord_door"
    assert choose(catalogue, "", "garbage", "Nord-Door") == "nord_door"
    assert choose(catalogue, "", "~L", "nord") == "nord_lane"
    assert choose(catalogue, "", "~D", "nord tor") == "nord_door"
    assert choose(catalogue, "", "garbage", "west-one") == "west"
    assert choose(catalogue, "", "~W", "nord").startswith("no adapter of 'nord' knows")
    assert choose(catalogue, "", "~W", "sued").startswith("there is no adapter 'sued'; there are")


def test_name_of_a_make_is_no_beginning_of_another(tmp_path: Path) -> None:
    write(tmp_path, "nordic", "~N", make="Nordic")

    assert choose(load_catalogue([tmp_path]), "", "~N", "nord").startswith("there is no adapter")


@pytest.mark.parametrize("name", ["hikvision", "Hikvision", "dahua", "frigate", "esp-rfid"])
def test_shipped_makes_are_known_by_their_common_names(name: str) -> None:
    assert shipped().named(name)


def test_operators_folder_may_be_an_adapter_itself(tmp_path: Path) -> None:
    write(tmp_path, "left", "~L")

    assert "left" in load_catalogue([tmp_path / "left"]).adapters


def test_operators_codec_is_loaded_and_reads(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    yaml = "name: mine\ntitle: M\nmake: m\nevidence: C\n"
    (folder / "adapter.yaml").write_text(yaml, encoding="utf-8")
    code = "from ingest.message import Reading\ndef decode(m): return [Reading('door.held')]\n"
    (folder / "codec.py").write_text(code, encoding="utf-8")

    adapter = load_catalogue([tmp_path]).adapters["mine"]

    assert adapter.decode(Message("t", b"", 0))[0].type == "door.held"


def faults(root: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(FileFaults) as caught:
        load_catalogue([root])
    return [
        (str(Path(fault.file).relative_to(root)), fault.line, f"{fault.path}: {fault.what}")
        for fault in caught.value.faults
    ]


def test_all_faults_of_all_adapters_are_told_at_once(tmp_path: Path) -> None:
    for name, text in {
        "a": "name: a\ntitle: T\nmake: m\nevidence: Z\nmodel: x\n",
        "b": "name: B!\ntitle: T\nmake: m\nevidence: C\n",
        "c": "name: c\n  title: T\n",
        "d": "",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "adapter.yaml").write_text(text, encoding="utf-8")

    told = faults(tmp_path)

    assert [(file, line) for file, line, _ in told] == [
        ("a/adapter.yaml", 4), ("a/adapter.yaml", 5), ("b/adapter.yaml", 1),
        ("c/adapter.yaml", 2), ("d/adapter.yaml", 1),
    ]  # fmt: skip


CODE_FAULTS = {
    "def decode(": (1, "SyntaxError"),
    "import no_such_module_here": (1, "ModuleNotFoundError"),
    "x = 1": (1, "no attribute 'decode'"),
    "import math\nx = math.no_such": (2, "AttributeError"),
}


@pytest.mark.parametrize("code", CODE_FAULTS)
def test_codec_that_cannot_be_loaded_is_a_fault_of_its_file(tmp_path: Path, code: str) -> None:
    (tmp_path / "mine").mkdir()
    yaml = "name: mine\ntitle: M\nmake: m\nevidence: C\n"
    (tmp_path / "mine" / "adapter.yaml").write_text(yaml, encoding="utf-8")
    (tmp_path / "mine" / "codec.py").write_text(code + "\n", encoding="utf-8")

    [(file, line, what)] = faults(tmp_path)

    assert (file, line) == ("mine/codec.py", CODE_FAULTS[code][0])
    assert CODE_FAULTS[code][1] in what


def test_adapter_needs_a_map_or_a_codec_and_not_both(tmp_path: Path) -> None:
    write(tmp_path, "both", "~")
    (tmp_path / "both" / "codec.py").write_text("def decode(m): return []\n", encoding="utf-8")
    (tmp_path / "none").mkdir()
    yaml = "name: none\ntitle: M\nmake: m\nevidence: C\n"
    (tmp_path / "none" / "adapter.yaml").write_text(yaml, encoding="utf-8")

    assert [what for _, _, what in faults(tmp_path)] == [
        f"map: stands here, and there is {tmp_path / 'both' / 'codec.py'} too; keep one of them",
        "map: is missing; add it: how the messages are read, or write "
        f"{tmp_path / 'none' / 'codec.py'} with decode(message)",
    ]


def test_codec_without_an_adapter_yaml_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "codec.py").write_text("def decode(m): return []\n", encoding="utf-8")

    assert faults(tmp_path) == [("mine", 1, "file: has a codec.py and no adapter.yaml; add one")]


def test_name_given_twice_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "frigate", "~F")

    [(file, line, what)] = faults(tmp_path)

    assert (file, line) == ("frigate/adapter.yaml", 2)
    assert "'frigate' is also the name of" in what


def test_folder_that_is_none_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileFaults, match="is no folder"):
        load_catalogue([tmp_path / "nowhere"])


def test_bytes_can_be_known_by_how_they_begin(tmp_path: Path) -> None:
    write(tmp_path, "words", "W", topic="w/#")
    write(tmp_path, "bytes", "B", topic="b/#")
    file = tmp_path / "bytes" / "adapter.yaml"
    pattern = r"recognise: [{pattern: '\xaa.[\x01-\x03]'}]"
    file.write_text(
        file.read_text(encoding="utf-8").replace('recognise: [{contains: ["B"]}]', pattern),
        encoding="utf-8",
    )
    adapter = load_catalogue([tmp_path]).adapters["bytes"]

    claimed = [b"\xaa\n\x02", b"\xaa\n\x04", b" \xaa\n\x02"]
    assert [adapter.claims_content(payload) for payload in claimed] == [True, False, False]


@pytest.mark.parametrize("sign", ["pattern: '('", "pattern: 'é'", "lacks: [x]"])
def test_sign_that_cannot_be_looked_for_is_a_fault(tmp_path: Path, sign: str) -> None:
    write(tmp_path, "odd", "O")
    file = tmp_path / "odd" / "adapter.yaml"
    text = file.read_text(encoding="utf-8").replace('contains: ["O"]', sign)
    file.write_text(text, encoding="utf-8")

    with pytest.raises(FileFaults, match=r"pattern:"):
        load_catalogue([tmp_path])
