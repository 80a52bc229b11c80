"""What is known of devices and inputs: which are silent, whose clock is off, what is not judged.

Pure: built from views as they come, asked by the page and the API.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from console.batch import SeenView
from console.glance import ReadModels
from schemas.base import MS_PER_S, Words
from schemas.views import DeviceView, InputView, RuleView


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """The devices of an office in numbers, and those that need somebody.

    `not_judged` says, for each rule, for how many devices it cannot be judged now.
    """

    online: int = 0
    lost: int = 0
    unknown: int = 0
    skewed: int = 0
    troubled: tuple[DeviceView, ...] = ()
    not_judged: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_well(self) -> bool:
        """Whether every device is heard and tells the right time."""
        return not self.troubled


@dataclass(frozen=True, slots=True)
class Input:
    """One estate's input, and the wall clock (ms) when it last said so."""

    view: InputView
    written_at: int


class Views:
    """The latest view of each device, input and rule, and the read models."""

    def __init__(self) -> None:
        """Nothing known yet."""
        self.devices: dict[str, DeviceView] = {}
        self.inputs: dict[str, Input] = {}
        self.titles: dict[str, Words] = {}
        self.places: dict[tuple[str, str], Words] = {}
        self.models = ReadModels()
        self.version = 0

    def take(self, views: Mapping[str, SeenView]) -> None:
        """Takes in views by their keys; None takes the key's view back."""
        self.models.take(views)
        for key, seen in views.items():
            view = seen.view
            # A tick says nothing new of anything but its own input.
            self.version += not isinstance(view, InputView)
            if view is None:
                self.devices.pop(key, None)
                self.inputs.pop(key, None)
            elif isinstance(view, DeviceView):
                self.devices[key] = view
                self.places[view.estate, view.place] = view.place_name
            elif isinstance(view, InputView):
                self.inputs[key] = Input(view, seen.written_at)
            elif isinstance(view, RuleView):
                self.titles[view.rule] = view.title

    def device_name(self, estate: str, device: str) -> Words:
        """A device's name for people; its id where it is unknown."""
        view = self.devices.get(f"device/{estate}/{device}")
        return view.name if view else Words(zh=device, en=device)

    def place_name(self, estate: str, place: str) -> Words:
        """A place's name for people; its id where no device stands there."""
        return self.places.get((estate, place), Words(zh=place, en=place))

    def data_time(self, now: int) -> int | None:
        """Where the data's clock stands at the wall clock `now` (ms); None before the first tick.

        Between two ticks it goes on for as long as they usually come apart, never further: a clock
        that runs on while the input is down would lie.
        """
        newest = max(self.inputs.values(), key=lambda seen: seen.view.ticked_at, default=None)
        if newest is None:
            return None
        return newest.view.ticked_at + min(max(0, now - newest.written_at), MS_PER_S)

    def silent_ms(self, now: int) -> int | None:
        """For how long (ms) the quietest input has been silent; None before the first tick."""
        oldest = min((seen.written_at for seen in self.inputs.values()), default=None)
        return None if oldest is None else max(0, now - oldest)

    def silent_inputs(self, now: int, longer_than_ms: float) -> list[InputView]:
        """The inputs silent for longer than that."""
        late = (seen for seen in self.inputs.values() if now - seen.written_at > longer_than_ms)
        return sorted((seen.view for seen in late), key=lambda view: view.estate)

    def health(self, skew_warn_s: float) -> DeviceHealth:
        """The devices' health. A clock is off from `skew_warn_s` seconds."""
        ordered = sorted(self.devices.values(), key=lambda d: (d.estate, d.device))
        return health_of(ordered, skew_warn_s)


def health_of(devices: Sequence[DeviceView], skew_warn_s: float) -> DeviceHealth:
    """The health of some devices. A clock is off from `skew_warn_s` seconds."""
    skewed = [d for d in devices if is_skewed(d, skew_warn_s)]
    counted: dict[str, int] = defaultdict(int)
    for device in devices:
        counted[device.state] += 1
    troubled = [d for d in devices if d.state == "lost" or d in skewed]
    return DeviceHealth(
        online=counted["online"], lost=counted["lost"], unknown=counted["unknown"],
        skewed=len(skewed), not_judged=_not_judged(devices),
        troubled=tuple(sorted(troubled, key=lambda d: d.state != "lost")),
    )  # fmt: skip


def is_skewed(device: DeviceView, warn_s: float) -> bool:
    """Whether a device's clock is off by `warn_s` seconds or more."""
    return device.skew_s is not None and abs(device.skew_s) >= warn_s


def _not_judged(devices: Sequence[DeviceView]) -> dict[str, int]:
    counted: dict[str, int] = defaultdict(int)
    for device in devices:
        for rule in device.not_judged:
            counted[rule] += 1
    return dict(sorted(counted.items()))
