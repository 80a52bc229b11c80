"""The hourly round: anchors beside the log, pictures held for cases, tombstones in the log."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, TopicPartition

from console.audit import anchors
from console.audit.chain import Said, Signed
from console.audit.log import append, head_of, newest, verify
from console.audit.tables import AUDIT, AUDIT_HEAD
from console.database import writing
from console.office import Office
from console.privacy.held import hold_pictures, pictures_of_cases
from console.privacy.keeping import Keeping
from console.privacy.tables import FORGOTTEN
from console.settings import ConsoleSettings
from console.tables import ALERTS
from schemas import topics
from schemas.pictures import picture_link, picture_name
from tests.console.conftest import Broker, Clock
from tests.console.samples import ESTATE, NINE, alert, evidence
from tests.console.test_batch import alert_record

DAY = 86_400_000
CONTENT = b"\xff\xd8\xff\xe0 a picture"
NAME = picture_name(CONTENT, "jpg")
SEEN = evidence("seen", "door.opened", pictures=(picture_link(NAME),))


def written(office: Office, *acts: str) -> None:
    with writing(office.engine) as tx:
        append(tx, Signed("lin", "because", NINE), [Said(act, "cases/a1") for act in acts])


def tampered(office: Office, *statements: str) -> None:
    with office.engine.begin() as tx:
        for trigger in ("audit_unchanged", "audit_kept"):
            tx.execute(sa.text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            tx.execute(sa.text(statement))


def checked(office: Office) -> str | None:
    file = office.settings.data / anchors.NAME
    return verify(office.engine, anchors.still_to_meet(file, head_of(office.engine)))[1]


def test_a_log_that_was_cut_off_and_whose_end_was_set_back_is_found(office: Office) -> None:
    written(office, "reveal", "reveal.own")
    Keeping(office).round()
    assert checked(office) is None
    first = newest(office.engine, 2)[1]
    tampered(
        office, "DELETE FROM audit WHERE sequence > 1",
        f"UPDATE audit_head SET sequence = 1, hash = '{first.hash}'",
    )  # fmt: skip
    assert verify(office.engine)[1] is None
    assert "that was noted" in (checked(office) or "")


def test_rows_that_changed_places_are_found(office: Office) -> None:
    written(office, "reveal", "reveal.own", "cases.exported")
    tampered(
        office, "UPDATE audit SET sequence = 99 WHERE sequence = 2",
        "UPDATE audit SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit SET sequence = 3 WHERE sequence = 99",
    )  # fmt: skip
    assert checked(office) == "entry 2 does not follow the one before it"


def test_an_anchor_is_noted_once_and_only_by_its_owner_read(office: Office) -> None:
    file = office.settings.data / anchors.NAME
    written(office, "reveal")
    head = head_of(office.engine)
    assert anchors.note(file, head, NINE)
    assert not anchors.note(file, head, NINE + 1)
    assert anchors.read(file) == [(head.sequence, head.hash)]
    assert file.stat().st_mode & 0o777 == 0o600


def test_anchors_of_what_went_in_time_are_asked_for_no_more(office: Office) -> None:
    written(office, "reveal")
    Keeping(office).round()
    with office.engine.begin() as tx:
        head = head_of(office.engine)
        tx.execute(sa.text("UPDATE audit_head SET base_sequence = :s, base_hash = :h"),
                   {"s": head.sequence, "h": head.hash})  # fmt: skip
        tx.execute(AUDIT.delete())
    assert checked(office) is None
    with office.engine.connect() as connection:
        assert connection.scalar(sa.select(AUDIT_HEAD.c.base_sequence)) == head.sequence


@pytest.fixture
def day(settings: ConsoleSettings) -> Path:
    folder = settings.picture_folder / ESTATE / "2026-03-01"
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(CONTENT)
    return folder


async def test_a_picture_is_held_as_long_as_the_alert_of_its_case(
    office: Office, day: Path, clock: Clock
) -> None:
    await office.take([alert_record(0, alert(evidence=(SEEN,)))])
    Keeping(office).round()
    held = day.parent / "held" / NAME
    assert held.read_bytes() == CONTENT
    (day / NAME).unlink()
    Keeping(office).round()
    assert held.exists()
    with office.engine.begin() as tx:
        tx.execute(ALERTS.delete())
    Keeping(office).round()
    assert not held.exists()


async def test_what_no_case_needs_and_what_is_no_picture_is_left_alone(
    office: Office, day: Path
) -> None:
    assert pictures_of_cases(office.engine) == set()
    assert hold_pictures(office.settings.picture_folder, []) == (0, 0)
    (day.parent / "held").mkdir()
    (day.parent / "held" / "notes.txt").write_text("not ours")
    assert hold_pictures(office.settings.picture_folder, [(ESTATE, "0" * 64 + ".jpg")]) == (0, 0)
    assert sorted(os.listdir(day.parent / "held")) == ["notes.txt"]


async def test_an_alert_that_was_let_go_is_taken_out_of_the_log(
    settings: ConsoleSettings, broker: Broker, clock: Clock
) -> None:
    office = Office(settings.model_copy(update={"bootstrap": broker.bootstrap}), clock)
    gone = alert("a9", delivery="statistic", cleared_at=NINE)
    await broker.create_topics()
    await broker.send(gone)
    await office.take([alert_record(0, gone)])
    clock.at = NINE + 31 * DAY
    keeping = Keeping(office)
    keeping.round()
    assert office.lookup.alert("a9") is None
    assert await keeping.take_out() == 1
    assert await keeping.take_out() == 0
    assert len([one for one in await values_of(broker, "a9") if one is None]) == 3
    with office.engine.connect() as connection:
        assert connection.execute(sa.select(FORGOTTEN)).all() == []
    office.close()


async def values_of(broker: Broker, key: str) -> list[bytes | None]:
    """What stands under a key in all partitions of the topic of alerts."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap)
    await consumer.start()
    try:
        spots = [TopicPartition(topics.ALERTS.name, number) for number in range(3)]
        consumer.assign(spots)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(spots)
        found = []
        while any([await consumer.position(spot) < ends[spot] for spot in spots]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [record.value for record in records if record.key == key.encode()]
        return found
    finally:
        await consumer.stop()
