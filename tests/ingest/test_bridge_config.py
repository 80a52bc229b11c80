"""`bridge.yaml`, and the commands beside the bridge."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ingest.bridge.config import BridgeFile, PullEntry, read_bridge_file
from ingest.bridge.file_watch import FileWatch
from ingest.bridge.passwords import read_passwords
from ingest.run import register
from schemas.yaml_file import FileFaults
from tests.repo.documents import blocks


def run(*words: str, given: str = "") -> tuple[int, str]:
    app = typer.Typer()
    register(app)
    found = CliRunner().invoke(app, ["bridge", *words], input=given)
    return found.exit_code, found.output


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bridge.yaml"
    path.write_text(text)
    return path


def test_there_may_be_no_file(tmp_path: Path) -> None:
    assert read_bridge_file(tmp_path / "bridge.yaml") == BridgeFile()


@pytest.mark.parametrize("number", [0, 1])
def test_the_documents_examples_hold(tmp_path: Path, number: int) -> None:
    example = blocks("docs/bridge.md", "yaml")[number]
    found = read_bridge_file(write(tmp_path, example.text))

    assert found.serials or found.pulls


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("serials:\n  - {serial: a, make: m, device: d, addresses: [nowhere]}\n", 2, "address"),
        ("serials:\n  - {serial: a, make: zkteco, device: d, addresses: []}\n", 2, "is empty"),
        ("pulls:\n  - {device: d, way: dahua_dhip, url: 'http://192.0.2.1'}\n", 2, "tcp://"),
        ("pulls:\n  - {device: d, way: hikvision_alert_stream, url: 'tcp://a'}\n", 2, "http://"),
        ("pulls:\n  - {device: d, way: dahua_dhip, url: 'tcp://u:p@a'}\n", 2, "bridge password"),
        ("pulls:\n  - {device: d, way: dahua_dhip, url: nothing}\n", 2, "no address"),
        ("serials:\n  - &s {serial: a, make: m, device: d, addresses: [192.0.2.1]}\n  - *s\n",
         2, "more than once"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read_bridge_file(write(tmp_path, text))
    fault = caught.value.faults[0]
    assert (fault.line, what in fault.what) == (line, True), fault


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [
        ("192.168.7.21", True), ("::ffff:192.168.7.21", True), ("192.168.8.21", False),
        ("fd00::1", False), (None, False),
    ],
)  # fmt: skip
def test_a_serial_number_counts_from_its_addresses(peer: str | None, allowed: bool) -> None:
    text = {"serial": "A1", "make": "zkteco", "device": "d", "addresses": ["192.168.7.0/24"]}
    file = BridgeFile.model_validate({"serials": [text]})

    assert file.allows("zkteco", "d", "A1", peer) is allowed
    assert not file.allows("gat1400", "d", "A1", "192.168.7.21")
    assert not file.allows("zkteco", "other", "A1", "192.168.7.21")
    assert not file.allows("zkteco", "d", None, "192.168.7.21")


def test_a_version_with_a_fault_is_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "bridge.yaml"
    watch = FileWatch(path)
    write(tmp_path, "pulls:\n  - {device: d, way: dahua_dhip, url: 'tcp://192.0.2.1'}\n")
    assert watch.look()
    good = watch.content
    assert good.pulls
    assert not watch.look()
    path.write_text("pulls: 5\n")
    assert not watch.look()
    assert watch.content is good


def test_the_makes_are_told() -> None:
    status, said = run("makes")

    assert status == 0
    assert "/push/DEVICE/vzenith" in said


def test_a_password_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    status, said = run("password", "yard", "--data", str(tmp_path), given="secret\n")

    assert status == 0
    assert "secret" not in said
    assert read_passwords(tmp_path / "devices.json").pulls == {"yard": "secret"}


def test_a_check_says_what_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "pulls:\n  - {device: yard, way: dahua_dhip, url: 'tcp://192.0.2.1'}\n")
    assert run("check", "--data", str(tmp_path)) == (
        1, "yard has no password: smart-community bridge password yard\n",
    )  # fmt: skip
    run("password", "yard", "--data", str(tmp_path), given="secret\n")
    assert run("check", "--data", str(tmp_path)) == (
        0, "0 serial numbers, 1 devices to be asked: good\n",
    )  # fmt: skip


def test_a_check_of_a_broken_file_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, "pulls: 5\n")
    status, said = run("check", "--data", str(tmp_path))

    assert (status, said.count("\n")) == (2, 1)


STREAM = PullEntry(device="yard", way="hikvision_alert_stream")
DHIP = PullEntry(device="yard", way="dahua_dhip")


@pytest.mark.parametrize(
    ("entry", "address", "asked"),
    [
        (STREAM, "192.0.2.30", "http://192.0.2.30"),
        (STREAM, "https://yard.example", "https://yard.example"),
        (DHIP, "192.0.2.30:5000", "tcp://192.0.2.30:5000"),
        (STREAM.model_copy(update={"url": "http://192.0.2.9"}), "192.0.2.30", "http://192.0.2.9"),
    ],
)
def test_a_device_is_asked_at_its_address(entry: PullEntry, address: str, asked: str) -> None:
    found = entry.at(address)
    assert found is not None
    assert found.url == asked


@pytest.mark.parametrize(("entry", "address"), [(STREAM, None), (DHIP, "http://192.0.2.30")])
def test_without_an_address_of_its_way_it_is_not_asked(
    entry: PullEntry, address: str | None
) -> None:
    assert entry.at(address) is None
