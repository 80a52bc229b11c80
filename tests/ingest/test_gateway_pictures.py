"""Pictures on disk: written before their events, kept for their days, and never in the way."""

import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest.gateway.batch import Batch
from ingest.gateway.intake import Heard, Intake
from ingest.gateway.pictures import Bounds, PictureFolder
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.pictures import TakenPicture
from ingest.registry import Registry
from ingest.skew import SkewTable
from schemas.base import parse_instant
from schemas.pictures import DAY_MS, day_of, picture_name
from schemas.sealing import Keys
from tests.ingest.images import base64_of, jpeg, link_to
from tests.ingest.parts import probe_catalogue

KEYS = Keys(bytes(range(32)))
NOON = parse_instant("2026-03-01T12:00:00Z")
DAYS = 30
MANY = 1024**3


def folder_at(path: Path, **changes: Any) -> PictureFolder:
    usual = {"days": DAYS, "bytes_max": MANY, "spare_bytes": 0}
    return PictureFolder(path, Bounds(**usual | changes))


def picture(mark: bytes = b"", estate: str = "lakeside", at: int = NOON) -> TakenPicture:
    content = jpeg(mark)
    return TakenPicture(estate, day_of(at), picture_name(content, "jpg"), content)


def files(folder: Path) -> set[str]:
    """Everything below a folder, drafts as well."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def place_of(taken: TakenPicture) -> str:
    return f"{taken.estate}/{taken.day}/{taken.name}"


def test_a_picture_lies_by_estate_and_day_for_its_owner_alone(tmp_path: Path) -> None:
    one, two = picture(b"1"), picture(b"2", "hillside", NOON + DAY_MS)
    assert folder_at(tmp_path / "pictures").keep([one, two, one]) == set()

    assert files(tmp_path / "pictures") == {place_of(one), place_of(two)}
    kept = tmp_path / "pictures" / place_of(one)
    assert kept.read_bytes() == one.content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o700 for p in kept.parents[:3])


def test_one_that_cannot_be_written_is_named_and_told_until_it_goes_again(tmp_path: Path) -> None:
    blocked = tmp_path / "pictures" / "lakeside"
    blocked.parent.mkdir()
    blocked.write_text("not a folder")
    folder = folder_at(tmp_path / "pictures")
    here, there = picture(b"1"), picture(b"2", "hillside")

    assert folder.keep([there, here]) == {here.link}
    assert folder.fault is not None
    blocked.unlink()
    assert folder.keep([here]) == set()
    assert folder.fault is None


@contextmanager
def full_disk(free: int) -> Iterator[None]:
    """No file of this process can grow beyond `free` bytes, as on a disk that fills up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_picture_that_the_disk_has_no_room_for_leaves_nothing(tmp_path: Path) -> None:
    folder, small, large = folder_at(tmp_path), picture(), picture(bytes(1000))
    with full_disk(500):
        lost = folder.keep([small, large])

    assert lost == {large.link}
    assert files(tmp_path) == {place_of(small)}
    assert folder.fault == os.strerror(errno.EFBIG)


def test_pictures_leave_room_on_their_disk(tmp_path: Path) -> None:
    folder = folder_at(tmp_path, spare_bytes=10**18)

    assert folder.keep([picture()]) == {picture().link}
    assert "free" in (folder.fault or "")
    assert files(tmp_path) == set()


def test_who_keeps_none_keeps_none(tmp_path: Path) -> None:
    folder_at(tmp_path).keep([picture()])
    none = folder_at(tmp_path, days=0)

    assert none.keep([picture(b"2")]) == {picture(b"2").link}
    assert none.prune(NOON) == 1
    assert files(tmp_path) == set()


def test_after_its_period_nothing_of_a_picture_is_found(tmp_path: Path) -> None:
    folder = folder_at(tmp_path)
    old, draft = picture(b"old"), tmp_path / "lakeside" / day_of(NOON) / ".draft"
    folder.keep([old, picture(b"old too", "hillside"), picture(b"new", at=NOON + 20 * DAY_MS)])
    draft.write_bytes(b"left by a kill")

    assert folder.prune(NOON + DAYS * DAY_MS) == 0
    assert place_of(old) in files(tmp_path)
    assert folder.prune(NOON + (DAYS + 1) * DAY_MS) == 3
    assert files(tmp_path) == {place_of(picture(b"new", at=NOON + 20 * DAY_MS))}
    assert folder.prune(NOON + 60 * DAY_MS) == 1
    assert files(tmp_path) == set()
    assert not list(tmp_path.glob("*/*"))


def test_beyond_the_size_the_oldest_day_goes_first_whatever_its_estate(tmp_path: Path) -> None:
    size = len(jpeg(b"0"))
    taken = [
        picture(str(n).encode(), ("lakeside", "hillside")[n % 2], NOON + n * DAY_MS)
        for n in range(6)
    ]
    folder = folder_at(tmp_path, bytes_max=2 * size + 1)
    folder.keep(taken)

    assert folder.prune(NOON + 6 * DAY_MS) == 4
    assert files(tmp_path) == {place_of(one) for one in taken[4:]}
    assert folder.used_bytes == 2 * size


def test_of_one_day_the_oldest_goes_first(tmp_path: Path) -> None:
    taken = [picture(str(n).encode()) for n in range(4)]
    folder = folder_at(tmp_path, bytes_max=2 * len(taken[0].content))
    folder.keep(taken)
    for written_s, one in enumerate((taken[3], taken[0], taken[2], taken[1])):
        os.utime(tmp_path / place_of(one), (written_s, written_s))

    assert folder.prune(NOON) == 2
    assert files(tmp_path) == {place_of(taken[2]), place_of(taken[1])}


def test_where_no_picture_ever_was_there_is_nothing_to_prune(tmp_path: Path) -> None:
    assert folder_at(tmp_path / "none").prune(NOON) == 0


def test_what_is_no_day_of_ours_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "lakeside" / "notes").mkdir(parents=True)
    (tmp_path / "lakeside" / "notes" / "a").write_text("x")
    (tmp_path / "readme").write_text("x")

    assert folder_at(tmp_path, bytes_max=1).prune(NOON) == 0
    assert files(tmp_path) == {"lakeside/notes/a", "readme"}


# In the gateway's way of a message


def intake() -> Intake:
    return Intake(Mapper(probe_catalogue(), Registry()), KEYS, "gw", SkewTable())


def reading(*pictures: dict[str, str], **more: Any) -> bytes:
    told = {"type": "plate.read", "device": "d", "subject": "TEST123", "pictures": pictures}
    return orjson.dumps(told | more)


SCENE = {"name": "n.jpg", "kind": "scene", "content": base64_of(jpeg(b"scene"))}
FACE = {"name": "f.jpg", "kind": "face", "content": base64_of(jpeg(b"face"))}
CUT = {"name": "c.jpg", "kind": "plate", "content": base64_of(jpeg(b"plate"))[:20]}


def batch_of(payload: bytes) -> Batch:
    batch = Batch()
    batch.add(intake().read(Message("probe/d", payload, NOON), Heard(live=True)))
    return batch


def test_what_leaves_links_the_scene_and_holds_no_picture() -> None:
    batch = batch_of(reading(SCENE, FACE, CUT))

    (event,) = batch.events
    assert event.data.pictures == (link_to(jpeg(b"scene")),)
    assert [p.content for p in batch.pictures] == [jpeg(b"scene")]
    ((record,),) = batch.rounds()
    for text in (SCENE["content"], FACE["content"], CUT["content"], "f.jpg", "c.jpg"):
        assert text[:40].encode() not in record.value


def test_each_picture_that_is_not_taken_has_its_reason() -> None:
    outcome = intake().read(Message("probe/d", reading(SCENE, FACE, CUT), NOON), Heard(live=True))

    assert outcome.missed == ["close_up", "truncated"]


def test_a_link_to_a_picture_that_is_not_there_is_taken_out_and_the_event_stays() -> None:
    other = {**SCENE, "content": base64_of(jpeg(b"other"))}
    batch = batch_of(reading(SCENE, other))
    before = batch.events[0]
    batch.unlink({link_to(jpeg(b"scene"))})

    (event,) = batch.events
    assert event.data.pictures == (link_to(jpeg(b"other")),)
    assert (event.id, event.subject, event.time) == (before.id, before.subject, before.time)


def test_a_rejected_message_keeps_its_picture_sealed() -> None:
    payload = reading(SCENE, type="no.such_type")
    batch = batch_of(payload)

    assert (batch.events, batch.pictures) == ([], [])
    ((record,),) = batch.rounds()
    assert base64_of(jpeg(b"scene"))[:40].encode() not in record.value


@pytest.mark.parametrize("payload", [jpeg(), jpeg()[:-2]])
def test_a_picture_alone_is_no_rejection(payload: bytes) -> None:
    outcome = intake().read(Message("devices/cam/unheard_of", payload, NOON), Heard(live=True))

    assert outcome.refusal is None
    assert (outcome.events, outcome.missed) == ([], ["without_event"])
