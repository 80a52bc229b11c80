"""Onto MQTT: one connection for all simulated devices, QoS 1, a bounded number on their way."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

WAITING_MAX = 500
"""Messages sent and not yet acknowledged, before the simulation waits."""
_FINAL_REFUSALS = frozenset({0x85, 0x86, 0x87})
"""CONNACK reasons that trying again does not mend: client id, password, not authorized."""


class BrokerRefuses(Exception):
    """The broker does not let us in; one line on where, who and why."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who we are there."""

    host: str = "127.0.0.1"
    port: int = 1883
    user: str | None = None
    password: str | None = None
    client_id: str = "simulated-estate"


class Publisher:
    """A connection that comes back by itself and sends again what was not acknowledged.

    It speaks MQTT 3.1.1, which every broker does.
    """

    def __init__(self, broker: Broker) -> None:
        """Prepares the connection; `open` makes it."""
        self._broker = broker
        self._client = Client(
            CallbackAPIVersion.VERSION2, broker.client_id, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.username_pw_set(broker.user, broker.password)
        self._client.reconnect_delay_set(1, 5)
        self._client.on_connect = self._answered
        self._client.on_publish = self._acknowledged
        self._sent = self._confirmed = 0
        self._refused = ""

    def __enter__(self) -> "Publisher":
        """Starts connecting in a thread of its own; a broker not there yet is waited for."""
        self._client.connect_async(self._broker.host, self._broker.port)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Says goodbye and ends the thread."""
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us. Raises BrokerRefuses if it never will."""
        if self._refused:
            where = f"{self._broker.host}:{self._broker.port}"
            who = self._broker.user or "nobody"
            raise BrokerRefuses(f"{where} refuses {who}: {self._refused}; mend user and password")
        return self._client.is_connected()

    @property
    def waiting(self) -> int:
        """How many messages the broker has not acknowledged yet."""
        return self._sent - self._confirmed

    def send(self, topic: str, payload: bytes) -> MQTTMessageInfo:
        """One message, QoS 1, not retained; order is kept."""
        self._sent += 1
        return self._client.publish(topic, payload, qos=1)

    def _answered(
        self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, *_: Any
    ) -> None:
        if reason.value in _FINAL_REFUSALS:
            self._refused = str(reason).lower()

    def _acknowledged(self, *_: Any) -> None:
        self._confirmed += 1
