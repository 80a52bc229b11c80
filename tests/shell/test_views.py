"""Views: what is told of devices' clocks and of the input."""

from processors.core.effects import ShowDevice
from processors.core.estate import new_estate
from processors.core.machine import Output
from processors.shell.producer import Record
from processors.shell.views import Views
from schemas.events import Event
from schemas.views import DeviceView, InputView, decode_view
from tests.core.make import T0, config, event

ESTATE = new_estate("e")


def told(views: Views, *released: Event, shown: ShowDevice | None = None) -> list[Record]:
    out = Output(released=list(released))
    if shown is not None:
        out.devices[("e", shown.device)] = shown
    return list(views.records(out, 0, lambda _: ESTATE))


def heard(at_s: float, corrected_ms: int) -> Event:
    return event("door.opened", at_s, device="r1", time_from="device", corrected_ms=corrected_ms)


def test_a_wrong_clock_is_told_once_until_it_changes() -> None:
    views = Views()
    first = told(views, heard(1, -240_000))
    assert told(views, heard(2, -240_400)) == []
    again = told(views, heard(3, -300_000))

    found = [decode_view(record.value or b"") for record in (*first, *again)]
    assert [v.skew_s for v in found if isinstance(v, DeviceView)] == [240.0, 300.0]


def test_a_right_clock_tells_nothing() -> None:
    assert told(Views(), heard(1, 0)) == []


def test_a_lost_device_keeps_its_clock_error_in_its_view() -> None:
    views = Views()
    told(views, heard(1, 5_000))
    (record,) = told(views, shown=ShowDevice("r1", "lost", T0 + 60_000, T0))
    view = decode_view(record.value or b"")
    assert isinstance(view, DeviceView)
    assert (view.state, view.skew_s, view.last_seen) == ("lost", -5.0, T0)


def test_of_many_ticks_the_last_is_told() -> None:
    ticks = [event("clock.ticked", at, place="e", since=T0) for at in (1, 2, 3)]
    (record,) = told(Views(), *ticks)
    view = decode_view(record.value or b"")
    assert isinstance(view, InputView)
    assert (view.ticked_at, view.complete_since) == (T0 + 3_000, T0)


def test_a_device_of_the_site_is_told_to_be_heard_once_a_minute() -> None:
    name = {"zh": "门禁", "en": "reader"}
    known = new_estate("e", config(devices=[{"id": "r1", "name": name, "place": "d1"}]))
    views, times = Views(), []
    for at_s in (0, 20, 59, 60, 70, 130):
        out = Output(released=[event("door.opened", at_s, device="r1")])
        for record in views.records(out, 0, lambda _: known):
            view = decode_view(record.value or b"")
            assert isinstance(view, DeviceView)
            times.append(((view.last_seen or 0) - T0) // 1000)
    assert times == [0, 60, 130]
