"""Records become alerts, views and positions; what cannot be read is kept with its reason."""

from console.batch import Position, Record, SeenView, read_batch
from schemas.alerts import Alert
from schemas.views import View, encode_view, view_key
from tests.console.samples import NINE, alert, device, gateway_input


def alert_record(offset: int, one: Alert, partition: int = 0) -> Record:
    value = one.model_dump_json().encode()
    return Record("community.alerts", partition, offset, NINE + offset, one.id.encode(), value)


def view_record(offset: int, view: View) -> Record:
    key = view_key(view).encode()
    return Record("community.views", 0, offset, NINE + offset, key, encode_view(view))


def test_the_last_word_of_each_key_holds() -> None:
    batch = read_batch([
        alert_record(0, alert(revision=1)),
        alert_record(1, alert(revision=0)),
        view_record(0, device(state="online")),
        view_record(1, device(state="lost")),
        view_record(2, gateway_input()),
    ])  # fmt: skip
    assert [one.revision for one in batch.alerts] == [1]
    assert batch.views == {
        "device/lakeside/north-panel": SeenView(device(state="lost"), NINE + 1),
        "input/lakeside": SeenView(gateway_input(), NINE + 2),
    }


def test_positions_are_behind_the_last_record_of_each_partition() -> None:
    records = [alert_record(4, alert("a")), alert_record(9, alert("b"), partition=2)]
    assert read_batch(records).positions == {
        ("community.alerts", 0): Position(5, NINE + 4),
        ("community.alerts", 2): Position(10, NINE + 9),
    }


def test_a_view_taken_back_is_none_and_an_alert_taken_back_stays() -> None:
    gone = Record("community.views", 0, 0, NINE, b"device/lakeside/a", None)
    forgotten = Record("community.alerts", 0, 0, NINE, b"a1", None)
    batch = read_batch([gone, forgotten])
    assert batch.views == {"device/lakeside/a": SeenView(None, NINE)}
    assert not batch.alerts
    assert not batch.unreadable


def test_a_key_of_any_bytes_becomes_a_text_that_every_database_takes() -> None:
    record = Record("community.views", 0, 0, NINE, b"device/a\0\xff", None)
    assert list(read_batch([record]).views) == ["device/a\ufffd\ufffd"]


def test_what_cannot_be_read_is_kept_and_stops_nothing() -> None:
    newer = alert().model_dump_json().replace('"id"', '"mood":"calm","id"', 1).encode()
    batch = read_batch([
        Record("community.alerts", 0, 0, NINE, b"a1", newer),
        Record("community.views", 0, 7, NINE, b"\xff", b"\xff not json"),
        alert_record(1, alert("a2")),
    ])  # fmt: skip
    assert [one.id for one in batch.alerts] == ["a2"]
    assert [(fault.record.offset, fault.reason.split(":")[0]) for fault in batch.unreadable] == [
        (0, "mood"),
        (7, "message"),
    ]
    assert batch.positions["community.alerts", 0].offset == 2
