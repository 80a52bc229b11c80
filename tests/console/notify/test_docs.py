"""What the document shows is read as it stands, in both languages."""

from pathlib import Path

import pytest

from console.notify.channels import REPEATS, load_channels
from console.notify.people import RosterFile
from console.notify.wire import ATTEMPT_HEADER, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from schemas.yaml_file import parse, validate
from tests.console.notify.scene import write_channels
from tests.repo.documents import blocks, fault_of, inline, shell_lines, text_of

DOCUMENTS = ("docs/telling.md", "docs/telling.zh-CN.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_its_examples_hold(name: str, tmp_path: Path) -> None:
    roster, channels, feeds = blocks(name, "yaml")
    assert len(validate(parse(roster.text, name), RosterFile).entries) == 5
    allow = "allow:\n  - {host: viid.police.example, ports: [8443]}"
    text = channels.text.replace("allow:", allow) + feeds.text
    book = load_channels(write_channels(tmp_path, text))
    assert set(book.channels) == {"duty-group", "duty-mail", "sms"}
    assert book.sender("feed:bureau") is not None


def test_both_show_the_same_examples_and_names() -> None:
    one, other = (blocks(name) for name in DOCUMENTS)
    assert one == other
    codes = [
        {code for code in inline(name) if not code.startswith(("docs/", "{"))}
        for name in DOCUMENTS
    ]  # fmt: skip
    assert codes[0] == codes[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_its_commands_headers_and_figures_exist(name: str) -> None:
    ours = [line for line in shell_lines(name) if line.startswith("smart-community ")]
    assert len(ours) == 4
    assert not [fault for line in ours if (fault := fault_of(line))]
    for header in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER, ATTEMPT_HEADER):
        assert header in inline(name)


def test_the_english_one_tells_how_often_a_ring_is_repeated() -> None:
    said = text_of(DOCUMENTS[0])
    red, orange = REPEATS["red"], REPEATS["orange"]
    assert (red.times, red.every_s, orange.times, orange.every_s) == (4, 30, 3, 60)
    for words in ("red four times each\n  30 s", "orange three times each 60 s", "each 150 s"):
        assert words in said
