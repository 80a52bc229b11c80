"""An exported case: whole as written; a file changed, taken out or put in is found by anybody."""

import io
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from console.audit.chain import Signed
from console.audit.log import newest
from console.cases.office import CaseOffice
from console.cases.rows import find_case
from console.cli import register as console_commands
from console.database import writing
from console.privacy import bundle
from console.privacy.export import Exporter
from console.privacy.opened import ClearValue
from console.privacy.signing import fingerprint, private_key
from console.register.office import RegisterOffice
from schemas.pictures import picture_link, picture_name
from schemas.sealing import Keys
from tests.console.desks import KEYS
from tests.console.privacy.test_reveal import PASSAGE, SWIPE, take
from tests.console.samples import ESTATE, NINE, alert, evidence

MINE = fingerprint(private_key(KEYS).public_key())
SIGNED = Signed("wang", "evidence: for the court", NINE)
PICTURE = b"\xff\xd8\xff\xe0 a picture"
NAME = picture_name(PICTURE, "jpg")
Files = dict[str, bytes]


@pytest.fixture
def register(desk: RegisterOffice) -> RegisterOffice:
    """A desk with one case, whose evidence has a picture."""
    day = desk.settings.picture_folder / ESTATE / "2026-03-01"
    day.mkdir(parents=True)
    (day / NAME).write_bytes(PICTURE)
    seen = evidence("seen", "door.opened", pictures=(picture_link(NAME), "http://cam/1.jpg"))
    cases = CaseOffice(desk.settings, desk.engine)
    take(cases, desk.engine, alert(evidence=(SWIPE, PASSAGE, seen)))
    return desk


def exported(register: RegisterOffice, clear: Any = None) -> bytes:
    cases = CaseOffice(register.settings, register.engine)
    folder = register.settings.picture_folder
    exporter = Exporter(cases.procedure, KEYS, folder, "警务室")
    with writing(register.engine) as tx:
        case = find_case(tx, "a1")
        assert case is not None
        return exporter.export(tx, case, SIGNED, clear)


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_all_that_is_kept_of_a_case_is_in_it(register: RegisterOffice) -> None:
    content = exported(register)
    assert bundle.check(content, MINE).faults == []
    files = unpacked(content)
    assert orjson.loads(files["case.json"])["id"] == "a1"
    assert [orjson.loads(line)["id"] for line in files["events.ndjson"].splitlines()] == [
        "e1", "e2", "seen-0",
    ]  # fmt: skip
    assert orjson.loads(files["pictures.json"]) == [{
        "name": NAME, "sha256": NAME.partition(".")[0], "alert": "a1", "event": "seen-0",
        "bytes": len(PICTURE),
    }]  # fmt: skip
    assert [orjson.loads(line)["kind"] for line in files["acts.ndjson"].splitlines()] == ["open"]
    (entry,) = [orjson.loads(line) for line in files["audit.ndjson"].splitlines()]
    assert (entry["act"], entry["who"]) == ("cases.exported", "wang")
    assert newest(register.engine, 1)[0].hash == entry["hash"]
    assert "0F96D" not in b"".join(files.values()).decode(errors="replace")


def test_clear_values_are_in_it_only_when_they_were_opened(register: RegisterOffice) -> None:
    files = unpacked(exported(register, [ClearValue("plate", "苏E0F96D", ESTATE, "a1")]))
    assert orjson.loads(files["clear.json"])[0]["text"] == "苏E0F96D"


def test_the_same_case_at_the_same_moment_is_the_same_file(register: RegisterOffice) -> None:
    files = unpacked(exported(register))
    assert bundle.pack(_content(files), private_key(KEYS)) == bundle.pack(
        _content(files), private_key(KEYS)
    )


def _content(files: Files) -> Files:
    rest = {bundle.SUMS, bundle.SIGNATURE, bundle.PUBLIC}
    return {name: content for name, content in files.items() if name not in rest}


def change(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def work(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return work


def take_out(name: str) -> Callable[[Files], None]:
    def work(files: Files) -> None:
        del files[name]

    return work


def put_in(files: Files) -> None:
    files["more.json"] = b"{}"


def list_it_too(files: Files) -> None:
    put_in(files)
    files[bundle.SUMS] += bundle.sums_of({"more.json": b"{}"}).encode()


def resum(files: Files) -> None:
    """A forger who knows the format, and has no key."""
    change("acts.ndjson", b'"by":', b'"By":')(files)
    rest = {name: content for name, content in files.items() if name not in bundle.LISTLESS}
    files[bundle.SUMS] = bundle.sums_of(rest).encode()


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (change("acts.ndjson", b"open", b"shut"), "acts.ndjson: was changed"),
        (change("README.txt", b"case", b"caze"), "README.txt: was changed"),
        (change("public-key.pem", b"\n-----END", b" \n-----END"), "public-key.pem: was changed"),
        (take_out("events.ndjson"), "events.ndjson: was taken out"),
        (take_out("SHA256SUMS"), "SHA256SUMS.sig: does not fit"),
        (take_out("SHA256SUMS.sig"), "SHA256SUMS.sig: does not fit"),
        (take_out("public-key.pem"), "is no public key"),
        (put_in, "more.json: was put in"),
        (list_it_too, "SHA256SUMS.sig: does not fit"),
        (resum, "SHA256SUMS.sig: does not fit"),
        (change("audit.ndjson", b"wang", b"ming"), "entry 1 was changed"),
    ],
)
def test_each_change_is_found(
    register: RegisterOffice, tamper: Callable[[Files], None], fault: str
) -> None:
    files = unpacked(exported(register))
    tamper(files)
    assert any(fault in one for one in bundle.check(packed(files), MINE).faults)


def test_a_forgery_signed_by_another_key_is_found_by_the_fingerprint(
    register: RegisterOffice,
) -> None:
    forged = bundle.pack(
        _content(unpacked(exported(register))), private_key(Keys(bytes(range(1, 33))))
    )
    assert bundle.check(forged).faults == []
    (fault,) = bundle.check(forged, MINE).faults
    assert "is not the key that was named" in fault
    assert bundle.check(exported(register), MINE.upper()).faults == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"a text"])
def test_what_is_no_export_is_said_to_be_none(content: bytes) -> None:
    (fault,) = bundle.check(content).faults
    assert fault.startswith("it is no export")


def test_a_name_that_stands_in_it_twice_is_refused(register: RegisterOffice) -> None:
    out = io.BytesIO(exported(register))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("case.json", b"{}")
    assert "twice" in bundle.check(out.getvalue(), MINE).faults[0]


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )


def test_sha256sum_and_openssl_check_it_as_its_readme_says(
    register: RegisterOffice, tmp_path: Path
) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    files = unpacked(exported(register))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    lines = files[bundle.README].decode().splitlines()
    sums, signature, print_key, _ = [
        line.strip() for line in lines if line.startswith(("  sha256sum", "  openssl", "  ls"))
    ]
    assert run(folder, sums).returncode == 0
    assert "Verified Successfully" in run(folder, signature).stdout
    assert run(folder, print_key).stdout.split()[0] == MINE
    (folder / "acts.ndjson").write_bytes(b"{}\n")
    assert run(folder, sums).returncode != 0
    (folder / bundle.SUMS).write_bytes(files[bundle.SUMS] + b"\n")
    assert "Verified Successfully" not in run(folder, signature).stdout


def test_the_commands_export_check_and_name_the_key(
    register: RegisterOffice, tmp_path: Path
) -> None:
    import typer

    app = typer.Typer()
    console_commands(app)
    told, file = ["--data", str(register.settings.data)], tmp_path / "case.zip"
    url = ["--database", register.settings.url]
    cli = CliRunner()
    key = cli.invoke(app, ["cases", "key", *told, *url])
    assert key.output.split()[-1] == MINE
    argv = ["cases", "export", "a1", "--to", str(file), "--why", "for the court", "--by", "lin"]
    assert cli.invoke(app, [*argv, *told, *url]).exit_code == 0
    whole = cli.invoke(app, ["cases", "verify", str(file), "--key", MINE])
    assert (whole.exit_code, "whole: case a1" in whole.output) == (0, True)
    assert newest(register.engine, 1)[0].who == "lin"
    assert cli.invoke(app, [*argv, *told, *url]).exit_code == 2
    file.write_bytes(packed(unpacked(file.read_bytes()) | {"acts.ndjson": b""}))
    broken = cli.invoke(app, ["cases", "verify", str(file), "--key", MINE])
    assert (broken.exit_code, "acts.ndjson: was changed" in broken.output) == (1, True)
    missing = ["cases", "export", "nothing", "--to", str(tmp_path / "x.zip"), "--why", "none"]
    assert cli.invoke(app, [*missing, *told, *url]).exit_code == 2
    assert not (tmp_path / "x.zip").exists()
    assert cli.invoke(app, ["cases", "verify", str(file), "--key", "abc"]).exit_code == 2
