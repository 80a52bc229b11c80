"""The read models a batch changes: each estate's input, each device's state and clock.

A rule tells when a device is lost or back; that one is still heard, and how far its clock is off,
is told here now and then. What was told is remembered only to leave out what has not changed; after
a restart it is told once more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from processors.core.effects import ShowDevice
from processors.core.estate import Estate
from processors.core.machine import Output
from processors.shell.producer import Record
from schemas.base import MS_PER_S, Words
from schemas.event_data import ClockTicked
from schemas.events import Event
from schemas.topics import VIEWS
from schemas.views import DeviceView, InputView, encode_view, view_key

SKEW_STEP_MS = MS_PER_S
"""A clock's error is told again when it has changed by this much."""
HEARD_STEP_MS = 60 * MS_PER_S
"""That a device is heard is told this often."""
FindEstate = Callable[[str], Estate]


@dataclass(slots=True)
class Views:
    """Makes the views of a batch. `skews` are clock errors as last told, in ms, by device;
    `heard` is when each was last told to be heard.
    """

    skews: dict[tuple[str, str], int] = field(default_factory=dict)
    heard: dict[tuple[str, str], int] = field(default_factory=dict)

    def records(self, out: Output, partition: int, estate_of: FindEstate) -> Iterator[Record]:
        """The records of one partition's batch."""
        shown = dict(out.devices)
        for event in out.released:
            if not (event.data.replayed or event.data.retained):
                self._note_clock(event, shown)
                self._note_heard(event, shown, estate_of)
        for (estate, _), device in shown.items():
            yield _record(self._device(estate_of(estate), device), partition)
        for key, view in out.views.items():
            yield Record(VIEWS.name, key, encode_view(view), partition)
        for event in _last_ticks(out.released):
            yield _record(_input(estate_of(event.estate), event), partition)

    def _note_clock(self, event: Event, shown: dict[tuple[str, str], ShowDevice]) -> None:
        key = (event.estate, event.data.device)
        if event.data.time_from != "device":
            return
        skew = -event.data.corrected_ms
        if abs(skew - self.skews.get(key, 0)) < SKEW_STEP_MS:
            return
        self.skews[key] = skew
        shown.setdefault(key, ShowDevice(event.data.device, "online", event.at, event.at))

    def _note_heard(
        self, event: Event, shown: dict[tuple[str, str], ShowDevice], estate_of: FindEstate
    ) -> None:
        key = (event.estate, event.data.device)
        if event.at - self.heard.get(key, 0) < HEARD_STEP_MS or event.type == "device.offline":
            return
        if event.data.device in estate_of(event.estate).config.device_by_id:
            self.heard[key] = event.at
            shown.setdefault(key, ShowDevice(event.data.device, "online", event.at, event.at))

    def _device(self, estate: Estate, shown: ShowDevice) -> DeviceView:
        device = estate.config.device_by_id.get(shown.device)
        place = device.place if device else shown.device
        skew = self.skews.get((estate.id, shown.device))
        return DeviceView(
            estate=estate.id, device=shown.device, place=place,
            name=device.name if device else Words(zh=shown.device, en=shown.device),
            place_name=estate.config.place_name(place), state=shown.state,
            last_seen=shown.last_seen, skew_s=None if skew is None else skew / MS_PER_S,
            not_judged=shown.not_judged,
        )  # fmt: skip


def _last_ticks(released: list[Event]) -> list[Event]:
    ticks = [event for event in released if event.type == "clock.ticked"]
    return list({event.estate: event for event in ticks}.values())


def _input(estate: Estate, tick: Event) -> InputView:
    data = tick.data
    assert isinstance(data, ClockTicked)
    return InputView(
        estate=estate.id, name=estate.config.name, complete_since=data.since, ticked_at=tick.time
    )


def _record(view: DeviceView | InputView, partition: int) -> Record:
    return Record(VIEWS.name, view_key(view), encode_view(view), partition)
