"""A marked person goes through every store; when the periods are over, no byte of them is left.

What is looked for: their card, plate, name, phone and words in clear, the pseudonyms of card, plate
and name, the sealed values, and their picture. It is looked for in the bytes of the files, so that
what a database has deleted and not overwritten is found as well.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from console.accounts.principal import Principal
from console.audit.chain import Signed
from console.cases.intake import Report
from console.cases.office import CaseOffice
from console.cases.rows import find_case, keep
from console.database import open_database, writing
from console.lifecycle.facts import Deed
from console.outbox.store import OutboxStore, know_estates
from console.privacy.asking import Request
from console.privacy.requests import Decision, Requests
from console.privacy.retention import wipe
from console.register.entries import CredentialEntry, DwellingEntry, PermitEntry
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.settings import ConsoleSettings
from console.store import Store as AlertStore
from console.tables import UNREADABLE
from deploy.embedded.keep import KEEPS
from deploy.embedded.rawlog import Place, Record, Slice
from deploy.embedded.store import Store
from deploy.retention.backup import make_backup
from deploy.retention.jobs import Jobs
from ingest.gateway.pictures import Bounds, PictureFolder
from ingest.gateway.quarantine_store import (
    SUFFIX,
    quarantine_files,
    take_changes,
    write_changes,
)
from ingest.message import Message, Rejected
from ingest.pictures import TakenPicture
from ingest.quarantine import Quarantine
from ingest.rejected import keep_object, refuse
from ingest.settings import IngestSettings
from processors.shell.points_file import PointsFile
from schemas import topics
from schemas.alerts import Alert
from schemas.events import pack
from schemas.measurements import Point
from schemas.pictures import day_of, picture_link, picture_name
from schemas.sealing import Keys, subject_context
from tests.console.desks import ESTATE, KEY, make_key
from tests.console.samples import NINE, alert, evidence
from tests.console.test_register_rules import reading

DAY = 86_400_000
CARD, PLATE, NAME, PHONE = "77MARK0042", "苏E7M4R2", "马克明", "13800770042"
WORDS = "楼上凌晨敲墙马克明"
PICTURE = b"\xff\xd8\xff\xe0 MARKED-PICTURE-0042 \xff\xd9"
KEYS = Keys(KEY)
SCOPE = KEYS.estate(ESTATE)
SIGNED = Signed("admin", "list of property", NINE)
SEALED = SCOPE.seal(PLATE, subject_context("e1"))
LINK = picture_link(picture_name(PICTURE, "jpg"))
MARKS = {
    "card": CARD, "plate": PLATE, "name": NAME, "phone": PHONE, "words": WORDS,
    "card's pseudonym": SCOPE.credential(CARD), "plate's pseudonym": SCOPE.plate(PLATE).ref,
    "name's pseudonym": SCOPE.person(NAME), "sealed plate": SEALED,
    "picture": "MARKED-PICTURE-0042",
}  # fmt: skip
INSIDE = {name: mark.encode() for name, mark in MARKS.items()}


@dataclass(frozen=True, slots=True)
class House:
    """The data folder of one stack, and where its backups go."""

    data: Path
    backups: Path

    @property
    def settings(self) -> ConsoleSettings:
        return ConsoleSettings(data=self.data)

    @property
    def ingest(self) -> IngestSettings:
        return IngestSettings(data=self.data)

    def run(self, at: int) -> dict[str, int]:
        jobs = Jobs(self.settings, self.ingest, self.backups, 14, keeper=True)
        counts: dict[str, int] = {}
        for name, count in jobs.run(at):
            counts[name] = counts.get(name, 0) + count
        return counts

    def found(self, folder: Path | None = None) -> dict[str, set[str]]:
        """Which marks stand in the bytes of which files."""
        left: dict[str, set[str]] = {}
        for path in sorted((folder or self.data).rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            if marks := {name for name, mark in INSIDE.items() if mark in content}:
                left[path.name] = marks
        return left


@pytest.fixture
def house(tmp_path: Path) -> House:
    make_key(tmp_path / "data")
    return House(tmp_path / "data", tmp_path / "backups")


@pytest.fixture
def register(house: House) -> Iterator[RegisterOffice]:
    engine = open_database(house.settings.url)
    yield RegisterOffice(house.settings, engine, lambda: NINE)
    engine.dispose()


def the_alert(name: str, **given: Any) -> Alert:
    item = replace(
        evidence("passed", "vehicle.entered", pictures=(LINK,)),
        id="e1", subject=SCOPE.plate(PLATE).ref, sealed={"subject": SEALED},
    )  # fmt: skip
    return alert(name, evidence=(item,), subject=SCOPE.plate(PLATE).ref, **given)


def fill_register(register: RegisterOffice) -> None:
    home = DwellingEntry(estate=ESTATE, name="9-9", place="b9", address="9号楼9")
    end = NINE + DAY
    card = CredentialEntry(estate=ESTATE, number=CARD, dwelling="9-9", holder=NAME, valid_to=end,
                           credential_class="tenant")  # fmt: skip
    car = PermitEntry(estate=ESTATE, plate=PLATE, holder=NAME, valid_from=NINE - DAY,
                      valid_to=end, credential_class="tenant")  # fmt: skip
    for kind, entry in (("dwellings", home), ("credentials", card), ("permits", car)):
        register.desk.set(KINDS[kind], entry, SIGNED)
    changed = car.model_copy(update={"holder": "another"})
    register.desk.set(KINDS["permits"], changed, SIGNED)
    with register.engine.begin() as tx:
        know_estates(tx, [ESTATE], NINE)
    outbox = OutboxStore(register.engine)
    outbox.sent(outbox.stamp({}, NINE), NINE)


def fill_cases(register: RegisterOffice) -> None:
    """An alert with a closed case, one that no case holds, a report with a phone number in it."""
    cases = CaseOffice(register.settings, register.engine)
    cleared: dict[str, Any] = {"cleared_at": NINE + 1000}
    store = AlertStore(register.engine, lambda tx, some: cases.take(tx, some, NINE))
    with writing(register.engine) as tx:
        store._write_alerts(tx, [
            the_alert("a1", **cleared), the_alert("a2", delivery="statistic", **cleared),
        ])  # fmt: skip
        close(cases, tx, "a1")
        who = Principal("sun", "resident", frozenset({ESTATE}), frozenset())
        told = Report(estate=ESTATE, category="noise", text=f"{WORDS} {PHONE}", against="9-9")
        filed = cases.intake.file(tx, who, told, NINE)
        close(cases, tx, filed.id)
        tx.execute(UNREADABLE.insert().values(
            topic="community.alerts", partition=0, offset=1, reason="newer", value=INSIDE["plate"]
        ))  # fmt: skip


def close(cases: CaseOffice, tx: object, name: str) -> None:
    """Put a case where it is over, with what an officer wrote."""
    case = find_case(tx, name)  # type: ignore[arg-type]
    assert case is not None
    over = cases.procedure.table.flows[case.flow].over[0]
    deed = Deed(kind="close", by="wang", at=NINE, version=case.version, why=f"{NAME} {PHONE}")
    after = replace(case, state=over, version=case.version + 1, closed_at=NINE, wake_at=None)
    keep(tx, cases.procedure, case, after, deed)  # type: ignore[arg-type]


def fill_requests(register: RegisterOffice) -> None:
    requests = Requests(register, CaseOffice(register.settings, register.engine).around)
    asked = Request(kind="copy", estate=ESTATE, name=NAME, contact=PHONE, number=CARD, text=WORDS)
    name = str(requests.file(asked, "", SIGNED)["id"])
    requests.refuse(name, Decision("we hold nothing", reason="not_held"), SIGNED)


def fill_log(house: House) -> None:
    """The log as the keeper has it: each topic's record carries the marks that such records can."""
    (events,) = pack([reading("vehicle.entered", NINE, PLATE)])
    body = the_alert("a1").model_dump_json().encode()
    act = b'{"id": "act", "why": "' + INSIDE["name"] + INSIDE["phone"] + b'"}'
    values = {topic.name: events for topic in topics.ALL_TOPICS} | {
        topics.ALERTS.name: body, topics.ACTS.name: act,
        topics.STATE.name: INSIDE["name's pseudonym"], topics.VIEWS.name: b"{}",
    }  # fmt: skip
    store = Store(house.data)
    for kept in KEEPS:
        record = Record(0, NINE, b"k", values[kept.name], ())
        store.apply([Slice(Place(kept.name, 0), (record,), 1, 1)], {Place(kept.name, 0): 1})
    done = {Place(kept.name, 0): 1 for kept in KEEPS if kept.checkpoints}
    store.release(done)
    store.close()


async def fill_folders(house: House) -> None:
    folder = PictureFolder(house.settings.picture_folder, Bounds(30, 1 << 30, 0))
    name = picture_name(PICTURE, "jpg")
    folder.keep([TakenPicture(ESTATE, day_of(NINE), name, PICTURE)])
    body = INSIDE["plate"] * 100_000
    refused = refuse(Message("t/1", body, NINE), Rejected("unknown", "$"), KEYS, "g", "d")
    assert refused.object is not None
    keep_object(house.ingest.objects, refused.object)
    points = PointsFile(house.data)
    await points.write([Point(measurement="passages", tags={"gate": "north"},
                              fields={"count": 1}, time_ns=NINE * 10**6)])  # fmt: skip
    await points.close()


async def fill(house: House, register: RegisterOffice) -> None:
    fill_register(register)
    fill_cases(register)
    fill_requests(register)
    fill_log(house)
    await fill_folders(house)
    wipe(register.engine)


def fill_quarantine(house: House) -> str:
    """A device that nobody registered said the plate; the sealed example, which is looked for."""
    quarantine = Quarantine(KEYS)
    message = Message("devices/stray/make", INSIDE["plate"], NINE)
    quarantine.refused(message, Rejected("unknown", "$"), "stray-0042")
    (example,) = quarantine.notes["stray-0042"].examples
    write_changes(house.data / f"g{SUFFIX}", *take_changes(quarantine))
    return example.sealed


def test_what_unregistered_devices_said_goes_and_then_they_go(house: House) -> None:
    sealed = fill_quarantine(house).encode()
    (path,) = quarantine_files(house.data)
    assert house.run(NINE + 7 * DAY)["unregistered devices"] == 0
    assert sealed in path.read_bytes()
    assert house.run(NINE + 7 * DAY + 1)["unregistered devices"] == 1
    assert sealed not in path.read_bytes()
    assert b"stray-0042" in path.read_bytes()
    assert house.run(NINE + 30 * DAY + 1)["unregistered devices"] == 1
    assert b"stray-0042" not in path.read_bytes()


def take_out_of_the_log(house: House) -> None:
    """What the console's tombstones and the processors' own leave of compacted topics."""
    store = Store(house.data)
    for name in (topics.ALERTS.name, topics.STATE.name):
        tomb = Record(1, NINE + DAY, b"k", None, ())
        store.apply([Slice(Place(name, 0), (tomb,), 2, 1)], {Place(name, 0): 2})
    store.close()
    with closing(sqlite3.connect(house.data / "keeper.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_before_the_periods_all_of_it_is_found(
    house: House, register: RegisterOffice
) -> None:
    await fill(house, register)
    register.engine.dispose()
    before = house.found()
    assert house.run(NINE + 1000) == dict.fromkeys(house.run(NINE + 1000), 0)
    assert before["console.db"] == set(MARKS) - {"picture", "card", "plate", "name's pseudonym"} | {
        "plate"  # the record that nobody could read
    }
    assert before["keeper.db"] >= {"plate's pseudonym", "sealed plate", "name", "phone"}
    assert picture_name(PICTURE, "jpg") in before
    assert "points.db" not in before


async def test_after_the_periods_no_byte_is_left(house: House, register: RegisterOffice) -> None:
    await fill(house, register)
    made = make_backup(house.data, house.backups, NINE, 14)
    assert house.found(made.folder)
    register.engine.dispose()
    take_out_of_the_log(house)
    house.run(NINE + DAY)
    two_years = house.run(NINE + 730 * DAY)
    assert {"records", "evidence", "credentials", "permits", "requests", "log", "backups"} <= {
        name for name, count in two_years.items() if count
    }
    # What officers wrote in acts stays for three years, and nothing else does.
    assert set().union(*house.found().values()) == {"name", "phone"}
    assert house.found(house.backups) == {}
    three_years = house.run(NINE + 1096 * DAY)
    assert {"cases", "log", "audit"} <= {name for name, count in three_years.items() if count}
    assert house.found() == {}
