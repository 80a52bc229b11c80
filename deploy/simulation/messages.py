"""Facts as the devices themselves say them on MQTT."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from deploy.simulation.clocks import Clocks
from deploy.simulation.estate import DAHUA, ESP_RFID, FRIGATE, GATE, HIKVISION, Estate, load_estate
from deploy.simulation.timeline import Arrival, Timeline
from deploy.simulation.wire import Telling, dahua, esp_rfid, frigate, gate, hikvision

_WIRES: dict[str, Callable[[Telling], tuple[str, bytes]]] = {
    HIKVISION: hikvision.told,
    DAHUA: dahua.told,
    FRIGATE: frigate.told,
    ESP_RFID: esp_rfid.told,
    GATE: gate.told,
}


class DeviceMessage(NamedTuple):
    """One MQTT message of a device; `at` is when the broker gets it (ms since the epoch)."""

    topic: str
    payload: bytes
    at: int


class MessageWriter:
    """Writes arrivals as their devices' own messages."""

    def __init__(self, estate: Estate) -> None:
        """Only reads the estate's devices."""
        self._estate = estate
        self._clocks = Clocks(estate)

    def message(self, arrival: Arrival) -> DeviceMessage | None:
        """The message of an arrival, None for what no device says (console, gateway's clock)."""
        fact = arrival.fact
        device = self._estate.devices.get(fact.device)
        if device is None:
            return None
        telling = Telling(fact, device, self._clocks.stamp(fact))
        topic, payload = _WIRES[device.adapter](telling)
        return DeviceMessage(topic, payload, arrival.received_at)


def messages(seed: int) -> Iterator[DeviceMessage]:
    """All messages of a seed's simulation in order of arrival, without end."""
    estate = load_estate()
    writer = MessageWriter(estate)
    for arrival in Timeline.of_day(estate, seed).arrivals():
        if (message := writer.message(arrival)) is not None:
            yield message
