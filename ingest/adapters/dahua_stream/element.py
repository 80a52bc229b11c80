"""One event as a Dahua device tells it, in whatever shape it came. Pure."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from ingest.adapters._dahua.clock import device_time
from ingest.adapters._dahua.names import device_name, table
from ingest.converters import whole
from ingest.message import DeviceTime, Picture

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

HEARTBEAT = "Heartbeat"
LOCK_TIMER = "MagneticLock"


@dataclass(frozen=True, slots=True)
class Element:
    """One event as the device tells it: `Code`, `Action`, `Index` and `Data`.

    `rows` are the dicts of `Data` where that is a list; `names` the members around the event, in
    which bridges name the device; `told` is a time that stood there, `fired` when a bridge heard
    of it, `prefix` the topic's name for the device; `pictures` came beside it.
    """

    code: str
    action: str = "Pulse"
    index: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Mapping[str, Any], ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)
    told: str | None = None
    fired: DeviceTime | None = None
    prefix: str | None = None
    pictures: tuple[Picture, ...] = ()

    @property
    def device(self) -> str | None:
        """The device's own name, as far as the message holds one."""
        around, car = self.names, table(self.data.get("TrafficCar"))
        return device_name(
            around.get("DeviceName"), around.get("name"), around.get("PhysicalAddress"),
            around.get("DeviceID"), around.get("deviceId"), self.data.get("PhysicalAddress"),
            self.data.get("SN"), car.get("MachineName"), around.get("serialNumber"), self.prefix,
        )  # fmt: skip

    @property
    def time(self) -> DeviceTime | None:
        """The device's time, else the time at which its bridge heard it."""
        return device_time(self.data, self.told) or self.fired

    @property
    def channel(self) -> str | None:
        """The door or channel, counted from 0; -1 is the device itself."""
        door = whole(self.data.get("Door"))
        number = self.index if door is None else door
        return None if number is None or number < 0 else str(number)

    @property
    def replayed(self) -> bool:
        """Whether the device says that it kept this back while it was offline."""
        return "Offline" in (self.names.get("DataSource"), self.data.get("DataSource"))
