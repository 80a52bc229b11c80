"""The devices' side of MQTT: publishes with QoS 1 and knows what the broker has acknowledged."""

import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.e2e.wire import Sent
from tests.services.process import LOOPBACK

WAIT_S = 30.0
IN_FLIGHT = 500


class Publisher:
    """A connection that comes back by itself and sends again what was not acknowledged."""

    def __init__(self, port: int, client_id: str = "devices-under-test") -> None:
        """A publisher to the broker at a port of this machine; entering connects it."""
        self._port = port
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )  # fmt: skip
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._acknowledged
        self._lock = threading.Lock()
        self._waiting: dict[int, object] = {}
        self._early: set[int] = set()
        self.acknowledged: dict[object, float] = {}
        """What the broker has acknowledged, by the mark it was sent with: the monotonic time."""

    def __enter__(self) -> Self:
        """Connect, and wait until the broker agrees."""
        self._client.connect_async(LOOPBACK, self._port)
        self._client.loop_start()
        wait_until(self._client.is_connected, WAIT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        at: TracebackType | None,
    ) -> None:  # fmt: skip
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, message: Sent, mark: object = None) -> None:
        """Publish; `mark` is under what its acknowledgement is noted."""
        info = self._client.publish(message.topic, message.payload, qos=1)
        with self._lock:
            if info.mid in self._early:
                self._early.discard(info.mid)
                self.acknowledged[mark] = time.monotonic()
            else:
                self._waiting[info.mid] = mark

    def send_all(self, messages: Iterable[tuple[object, Sent]], per_second: float) -> None:
        """Publish marked messages at a steady pace."""
        begin = time.monotonic()
        for number, (mark, message) in enumerate(messages):
            ahead = begin + number / per_second - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            self.send(message, mark)

    def settle(self, wait_s: float = WAIT_S) -> None:
        """Wait until the broker has acknowledged everything."""
        wait_until(lambda: not self._waiting, wait_s)

    def _acknowledged(self, _client: Client, _data: Any, mid: int, *_: Any) -> None:
        with self._lock:
            if mid in self._waiting:
                self.acknowledged[self._waiting.pop(mid)] = time.monotonic()
            else:
                self._early.add(mid)  # The answer was quicker than our own bookkeeping.


def wait_until(is_so: Callable[[], object], wait_s: float, what: str = "it") -> None:
    """Wait until it is so; fails when it is not in time."""
    deadline = time.monotonic() + wait_s
    while not is_so():
        assert time.monotonic() < deadline, f"{what} was not so within {wait_s:g} s"
        time.sleep(0.02)
