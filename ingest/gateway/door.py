"""Where messages come in: each is given its time of receipt and put in line. Nothing else happens
here, because these are the MQTT client's callbacks.
"""

import asyncio
from collections.abc import Callable

import structlog
from paho.mqtt.client import MQTTMessage

from ingest.clock import DEMO_CLOCK_TOPIC, Clock, SimulatedClock
from ingest.gateway.inbox import Closed, Delivery, Inbox, Opened, Subscribed
from ingest.gateway.metrics import GatewayMetrics
from ingest.link import Connection
from ingest.message import Message

log = structlog.get_logger("ingest.door")


class Door:
    """The gateway's listener on its link."""

    def __init__(self, clock: Clock, inbox: Inbox, metrics: GatewayMetrics) -> None:
        """`filters` are wanted; `held_filters` are what the broker's session still has."""
        self._clock = clock
        self._inbox = inbox
        self._metrics = metrics
        self.filters: tuple[str, ...] = ()
        self.held_filters: set[str] = set()
        self.moved: Callable[[], None] = lambda: None
        self.last_sign = 0.0
        inbox.full, inbox.room = self._pause, self._resume
        self._connection: Connection | None = None

    def opened(self, connection: Connection, *, session_present: bool) -> None:
        """Subscribe, each time: a broker may have forgotten us."""
        self._sign()
        self._connection = connection
        self._metrics.connected.set(1)
        self._inbox.put(Opened(connection, session_present))
        stale = sorted(self.held_filters - set(self.filters)) if session_present else []
        connection.unsubscribe(stale)
        connection.subscribe(self.filters)
        if self._inbox.is_full:
            connection.pause()
        log.info("mqtt_opened", session_present=session_present, filters=len(self.filters))

    def change_filters(self, filters: tuple[str, ...]) -> None:
        """Subscribe to what is new and leave what is no longer wanted."""
        gone, new = set(self.filters) - set(filters), set(filters) - set(self.filters)
        self.filters = filters
        if self._connection is not None:
            self._connection.unsubscribe(sorted(gone))
            self._connection.subscribe(sorted(new))

    def subscribed(self, connection: Connection, refused: tuple[str, ...]) -> None:
        """A filter that the broker refuses will stay silent: say so, loudly."""
        self._sign()
        if refused:
            log.error("filters_refused", filters=refused, mend="check the broker's access list")
        self.held_filters = set(self.filters)
        self._inbox.put(Subscribed(connection, self._clock.now(), self.filters))

    def heard(self, connection: Connection, message: MQTTMessage) -> None:
        """Put a message in line."""
        self._sign()
        self._metrics.received.inc()
        topic, payload = _topic(message), bytes(message.payload)
        if topic == DEMO_CLOCK_TOPIC:
            self._move_clock(payload)
        heard = Message(topic, payload, self._clock.now(), bool(message.retain))
        packet = message.mid if message.qos else 0
        self._inbox.put(Delivery(connection, packet, heard, bool(message.dup)))

    def _move_clock(self, payload: bytes) -> None:
        if isinstance(self._clock, SimulatedClock) and self._clock.move(payload):
            self.moved()

    def closed(self, connection: Connection, reason: str) -> None:
        """The connection is gone."""
        self._connection = None
        self._metrics.connected.set(0)
        self._inbox.put(Closed(connection))

    def _sign(self) -> None:
        """The broker showed that it lives, in the event loop's seconds."""
        self.last_sign = asyncio.get_running_loop().time()

    def _pause(self) -> None:
        if self._connection is not None:
            self._connection.pause()

    def _resume(self) -> None:
        if self._connection is not None:
            self._connection.resume()


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "\ufffd"
