"""A site of many files: put together, faults told in the file they stand in, read again in part."""

import os
from pathlib import Path

import pytest

from schemas.site import Site
from schemas.site_files import SiteFiles, load_site
from schemas.yaml_file import FileFaults

MAIN = """\
version: 1
include: [estates/*.yaml, adopted.yaml]
templates:
  door-reader:
    adapter: esp_rfid
    kind: reader
    heartbeat_s: 180
    channels: {'1': {direction: in}, '2': {direction: out}}
    inputs: {'1': loop.occupied}
"""
ESTATE = """\
version: 1
estates:
  - id: %(id)s
    name: {zh: 北苑, en: Court}
    places:
      - {id: d1, kind: door, name: {zh: 门, en: Door}}
    devices:
      - {id: %(id)s-r1, template: door-reader, ids: [SN-1], place: d1}
"""
ADOPTED = """\
devices:
  north:
    - {id: r9, template: door-reader, place: d1, heartbeat_s: 60, channels: {'2': {direction: in}}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "estates").mkdir()
    for name in ("north", "south"):
        (tmp_path / "estates" / f"{name}.yaml").write_text(ESTATE % {"id": name})
    (tmp_path / "adopted.yaml").write_text(ADOPTED)
    (tmp_path / "site.yaml").write_text(MAIN)
    return tmp_path / "site.yaml"


def faults(path: Path) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        load_site(path)
    return [str(fault).replace(f"{path.parent}{os.sep}", "") for fault in caught.value.faults]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def devices(found: Site, estate: str) -> list[str]:
    return [device.id for e in found.estates if e.id == estate for device in e.devices]


def test_files_are_put_together(site: Path) -> None:
    found = load_site(site)

    assert [estate.id for estate in found.estates] == ["north", "south"]
    assert devices(found, "north") == ["north-r1", "r9"]
    assert devices(found, "south") == ["south-r1"]
    assert found.devices == {}


def test_a_device_has_its_templates_words_and_its_own_before_them(site: Path) -> None:
    first, second = load_site(site).estates[0].devices

    assert (first.adapter, first.kind, first.heartbeat_s) == ("esp_rfid", "reader", 180)
    assert second.heartbeat_s == 60
    ways = {channel: spot.direction for channel, spot in second.channels.items()}
    assert ways == {"1": "in", "2": "in"}
    assert first.channels["2"].direction == "out"
    assert first.inputs == {"1": "loop.occupied"}


FAULTS = [
    ("estates/south.yaml", "place: d1", "place: d7", "estates/south.yaml:8: estates.0.devices.0."
     "place: 'd7' is not a place"),
    ("adopted.yaml", "place: d1", "place: d7", "adopted.yaml:3: devices.north.0.place: 'd7' is"),
    ("adopted.yaml", "north:", "west:", "adopted.yaml:2: devices.west: 'west' is not an estate"),
    ("adopted.yaml", "id: r9", "id: north-r1", "adopted.yaml:3: devices.north.0.id: 'north-r1' is"),
    ("adopted.yaml", "id: r9", "id: r9, ids: [sn 1, SN-1]", "adopted.yaml:3: devices.north.0.ids.1:"
     " 'SN-1' is also an id of 'north-r1'"),
    ("adopted.yaml", "template: door-reader", "template: x", "adopted.yaml:3: devices.north.0."
     "template: 'x' is not a template of this site (there are: door-reader)"),
    ("adopted.yaml", "devices:", "include: [x]\ndevices:", "adopted.yaml:1: include: is for the"),
    ("adopted.yaml", "devices:", "devises:", "adopted.yaml:1: devises: is not a name known here"),
    ("adopted.yaml", "    - {id: r9", "    x: {id: r9", "adopted.yaml:2: devices.north: must hold"),
    ("adopted.yaml", "devices:", "templates: {door-reader: {}}\ndevices:", "adopted.yaml:1: "
     "templates.door-reader: is the name of a template in another file too"),
    ("estates/south.yaml", "id: south\n", "id: north\n", "estates/north.yaml:3: estates.0.id: "
     "'north' is given 2 times"),
    ("estates/south.yaml", "estates:", "estates: {}\nx:", "estates/south.yaml:2: estates: must"),
    ("estates/south.yaml", "version: 1", "version: 2", "estates/south.yaml:1: version: "),
    ("estates/south.yaml", "version: 1", "version: 1\nversion: 1", "estates/south.yaml:2: version:"
     " stands here twice"),
    ("site.yaml", "heartbeat_s: 180", "heartbeat_s: no", "site.yaml:7: templates.door-reader."
     "heartbeat_s: "),
    ("site.yaml", "direction: in", "direction: up", "site.yaml:8: templates.door-reader.channels.1"
     ".direction: "),
    ("site.yaml", "loop.occupied", "loop.full", "site.yaml:9: templates.door-reader.inputs: "),
    ("site.yaml", ", adopted.yaml", ", gone.yaml", "site.yaml:2: include.1: 'gone.yaml' is not"),
    ("site.yaml", "[estates/*.yaml, adopted.yaml]", "all", "site.yaml:2: include: must hold a"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), FAULTS)
def test_a_fault_is_told_where_it_was_written(
    site: Path, file: str, old: str, new: str, expected: str
) -> None:
    change(site.parent / file, old, new)
    told = faults(site)

    assert any(line.startswith(expected) for line in told), told


def test_a_templates_fault_is_told_once_however_many_devices_name_it(site: Path) -> None:
    change(site, "heartbeat_s: 180", "heartbeat_s: 0")

    assert len(faults(site)) == 1


def test_a_file_that_is_no_text_is_told(site: Path) -> None:
    (site.parent / "adopted.yaml").write_bytes(b"\xff\xfe")
    assert faults(site) == ["adopted.yaml:1: file: is not UTF-8; save it as UTF-8"]

    site.unlink()
    assert "cannot be read" in faults(site)[0]


def test_an_editors_hidden_files_are_not_read(site: Path) -> None:
    (site.parent / "estates" / ".#north.yaml").write_text("{")

    assert len(load_site(site).estates) == 2


def test_faults_of_several_files_are_told_at_once(site: Path) -> None:
    for name in ("north", "south"):
        (site.parent / "estates" / f"{name}.yaml").write_text("a: [")

    assert {line.split(":")[0] for line in faults(site)} == {
        "estates/north.yaml", "estates/south.yaml",
    }  # fmt: skip


def test_only_what_changed_is_read_again(site: Path) -> None:
    files = SiteFiles(site)
    files.load()
    for name, unseen in (("north", True), ("south", False)):
        file = site.parent / "estates" / f"{name}.yaml"
        before = file.stat()
        change(file, "en: Court", "en: Other")
        if unseen:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = files.load().site

    assert [estate.name.en for estate in found.estates] == ["Court", "Other"]
    assert devices(found, "north") == ["north-r1", "r9"]


def test_a_change_of_any_file_is_seen_once(site: Path) -> None:
    files = SiteFiles(site)
    files.load()
    assert not files.changed()

    for step in ("write", "make", "take away"):
        if step == "write":
            change(site.parent / "adopted.yaml", "heartbeat_s: 60", "heartbeat_s: 600")
        elif step == "make":
            (site.parent / "estates" / "west.yaml").write_text(ESTATE % {"id": "west"})
        else:
            (site.parent / "estates" / "west.yaml").unlink()
        assert files.changed(), step
        files.load()
        assert not files.changed(), step


@pytest.mark.parametrize("broken", ["site.yaml", "adopted.yaml", "estates/north.yaml"])
def test_a_broken_file_is_read_once_and_again_when_mended(site: Path, broken: str) -> None:
    files = SiteFiles(site)
    files.load()
    good = (site.parent / broken).read_text()
    (site.parent / broken).write_text("a: [")
    with pytest.raises(FileFaults):
        files.load()
    assert not files.changed()

    (site.parent / broken).write_text(good + "# mended\n")
    assert files.changed()
    assert len(files.load().site.estates) == 2


def test_an_include_that_is_not_there_yet_is_waited_for(site: Path) -> None:
    files = SiteFiles(site)
    files.load()
    change(site, "adopted.yaml", "later.yaml")
    with pytest.raises(FileFaults):
        files.load()
    assert not files.changed()

    (site.parent / "later.yaml").write_text("version: 1\n")
    assert files.changed()
    assert devices(files.load().site, "north") == ["north-r1"]
