"""Writing a device into a file that people wrote: what stands there stays, comments and all."""

import pytest
import yaml

from deploy.devices.site_edit import HEADER, CannotEdit, with_device, with_include

ITEM = "- {id: r9, adapter: a, place: d}"
TEXTS = {
    "an empty file": "",
    "no devices yet": "# ours\nversion: 1\n",
    "devices without an estate": "version: 1\ndevices:\n",
    "another estate": "devices:\n  south:\n    - {id: s1}  # a comment\n# the end\n",
    "the estate, and nothing in it": "devices:\n  north:\n  south:\n    - {id: s1}\n",
    "the estate, one after the other": "devices:\n  north:\n    - {id: r1}\n    # why r1\n",
    "the estate, indented otherwise": (
        "devices:\n    north:\n    -   id: r1\n        ids:\n        - x\n    # z\n"
    ),
    "the estate, before others": (
        "devices:\n  north:\n    - id: r1\n      note: |\n        long\n\n"
        "  south:\n    - {id: s1}\n"
    ),
    "no line end": "devices:\n  north:\n    - {id: r1}",
    "something behind": (
        "devices:\n  north:\n    - {id: r1}\n\n# next\ntemplates:\n  t: {adapter: a}\n"
    ),
    "an item over two lines": "devices:\n  north:\n    - {id: r1,\n       place: x}  # there\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_device_is_added_and_all_else_stays(name: str) -> None:
    text = TEXTS[name]
    after = with_device(text, "north", ITEM)
    old, new = (yaml.safe_load(t) or {} for t in (text or HEADER, after))
    wanted = [*((old.get("devices") or {}).get("north") or []), yaml.safe_load(ITEM)[0]]

    assert new["devices"]["north"] == wanted
    new["devices"]["north"] = (old.get("devices") or {}).get("north")
    assert {k: v for k, v in new["devices"].items() if v} == {
        k: v for k, v in (old.get("devices") or {}).items() if v
    }
    rest = [row for row in after.splitlines() if row.strip() != ITEM]
    assert [row for row in text.splitlines() if row not in rest] == []


def test_two_follow_each_other() -> None:
    twice = with_device(with_device("", "1001", ITEM), "1001", ITEM.replace("r9", "r10"))

    assert [d["id"] for d in yaml.safe_load(twice)["devices"]["1001"]] == ["r9", "r10"]


@pytest.mark.parametrize(
    "text", ["devices: {north: [{id: r1}]}\n", "devices:\n  north: [{id: r1}]\n", "devices: {}\n"]
)
def test_what_stands_in_one_line_is_left_to_its_author(text: str) -> None:
    with pytest.raises(CannotEdit, match=r"line \d+: write what stands under .* one below the"):
        with_device(text, "north", ITEM)


INCLUDES = {
    "none yet": ("version: 1\n", ["n.yaml"]),
    "below each other": ("include:\n  - a.yaml  # first\nestates: []\n", ["a.yaml", "n.yaml"]),
    "in one line": ("include: [a.yaml, 'b*.yaml'] # x\n", ["a.yaml", "b*.yaml", "n.yaml"]),
    "an empty line": ("include: []\n", ["n.yaml"]),
}


@pytest.mark.parametrize("name", INCLUDES)
def test_a_file_is_included(name: str) -> None:
    text, wanted = INCLUDES[name]
    after = with_include(text, "n.yaml")

    assert yaml.safe_load(after)["include"] == wanted
    assert after.count("#") == text.count("#")


def test_an_include_of_another_shape_is_left_to_its_author() -> None:
    with pytest.raises(CannotEdit, match=r"line 1: add n.yaml to include: by hand"):
        with_include("include: a.yaml\n", "n.yaml")
