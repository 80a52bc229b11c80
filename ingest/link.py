"""A lasting link to the MQTT broker on asyncio: one connection after another, with backoff.

Paho is driven by the event loop itself (its documented external-loop way), not by a thread: what
callbacks hand over needs no lock, reading can be paused when too much is in hand, and the order of
things is the order in which they happened.
"""

import asyncio
import contextlib
import random
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import MQTTErrorCode

from ingest.buffered_client import BufferedClient
from ingest.mqtt import MqttOptions, VersionChoice, connect, make_client

BACKOFF_MIN_S, BACKOFF_MAX_S = 0.5, 30.0
LASTING_S = 10.0
"""A connection shorter than this does not end the backoff: two gateways under one name would throw
each other out without a pause.
"""
ANSWER_WITHIN_S = 10.0
PACKETS_AT_ONCE = 200
NOBODY_SUBSCRIBED = 0x10
FIRST_FAILURE = 0x80

log = structlog.get_logger("ingest.link")


class Listener(Protocol):
    """Who hears what happens on the link. All calls come from the event loop; none may block."""

    def opened(self, connection: "Connection", *, session_present: bool) -> None:
        """A connection stands; `session_present`: the broker had kept our session."""

    def subscribed(self, connection: "Connection", refused: tuple[str, ...]) -> None:
        """The broker answered a subscription, and refused these filters."""

    def heard(self, connection: "Connection", message: paho.MQTTMessage) -> None:
        """A message came."""

    def closed(self, connection: "Connection", reason: str) -> None:
        """A connection that stood is gone."""


class Connection:
    """One connection: a paho client on the event loop, from CONNECT until it is closed."""

    def __init__(self, client: BufferedClient, listener: Listener) -> None:
        """Take over a client that has its socket open and CONNECT sent."""
        self._client = client
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[str] = self._loop.create_future()
        self._pending: dict[int, asyncio.Future[str | None]] = {}
        self._filters: dict[int, tuple[str, ...]] = {}
        self._reading = True
        self.open = False
        self.taken = False
        self.refusal: str | None = None
        self._sock = client.socket()

    async def serve(self) -> str:
        """Run until the connection is gone; why it went."""
        self._attach()
        try:
            return await asyncio.shield(self._gone)
        except asyncio.CancelledError:
            self.close("stopping")
            raise
        finally:
            self._detach()

    def ack(self, packet: int) -> bool:
        """Acknowledge a QoS 1 message that came on this connection; whether that was possible."""
        return self.ack_all([packet]) == 1

    def ack_all(self, packets: Sequence[int]) -> int:
        """Acknowledge several, in this order; how many that was possible for: all or none."""
        return len(packets) if self.open and self._client.ack_all(packets) else 0

    def publish(self, topic: str, payload: bytes) -> "asyncio.Future[str | None]":
        """Publish with QoS 1; the future gives None once the broker has it, else why it has not."""
        done: asyncio.Future[str | None] = self._loop.create_future()
        info = self._client.publish(topic, payload, qos=1) if self.open else None
        if info is None or info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            done.set_result("not connected" if info is None else paho.error_string(info.rc))
        else:
            self._pending[info.mid] = done
        return done

    def subscribe(self, filters: Iterable[str]) -> None:
        """Ask for filters with QoS 1; the listener hears the answer."""
        wanted = tuple(filters)
        if wanted and self.open:
            _, mid = self._client.subscribe([(pattern, 1) for pattern in wanted])
            if mid is not None:
                self._filters[mid] = wanted

    def unsubscribe(self, filters: Iterable[str]) -> None:
        """Take filters back."""
        unwanted = list(filters)
        if unwanted and self.open:
            self._client.unsubscribe(unwanted)

    def pause(self) -> None:
        """Read no further; the broker's and the network's buffers fill instead of ours."""
        if self._reading and self._sock is not None:
            self._reading = False
            self._loop.remove_reader(self._sock)

    def resume(self) -> None:
        """Read on. What TLS had buffered gives no signal, so look at once."""
        if not self._reading and not self._gone.done() and self._sock is not None:
            self._reading = True
            self._loop.add_reader(self._sock, self._readable)
            self._loop.call_soon(self._readable)

    def close(self, reason: str) -> None:
        """End the connection, with a goodbye if that can still be said; the session stays."""
        if not self._gone.done():
            self._lost(reason)
            with contextlib.suppress(Exception):
                self._client.disconnect()
                self._client.loop_write()

    def _attach(self) -> None:
        client = self._client
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_close = lambda *_: self._forget_socket()
        client.on_socket_register_write = self._want_write
        client.on_socket_unregister_write = self._want_no_write
        if self._sock is not None:
            self._loop.add_reader(self._sock, self._readable)
        self._timer = self._loop.call_later(1.0, self._each_second)
        self._patience = self._loop.call_later(ANSWER_WITHIN_S, self.close, "no answer to CONNECT")
        self._guard(client.loop_write)

    def _detach(self) -> None:
        self._timer.cancel()
        self._patience.cancel()
        sock = self._sock
        self._forget_socket()
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()
        for future in self._pending.values():
            if not future.done():
                future.set_result("connection lost")
        self._pending.clear()

    def _lost(self, reason: str) -> None:
        self.open = False
        if not self._gone.done():
            self._gone.set_result(reason)

    def _forget_socket(self) -> None:
        if self._sock is not None and self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
        self._sock = None

    def _guard(self, step: Callable[[], Any]) -> None:
        """Run a step of paho; a packet it cannot read ends the connection and not the program."""
        try:
            step()
        except Exception as error:
            log.warning("mqtt_unreadable", error=repr(error))
            self._lost(f"unreadable packet: {error!r}")

    def _readable(self) -> None:
        self._guard(self._read_packets)

    def _read_packets(self) -> None:
        client = self._client
        client.read_ahead()
        for _ in range(PACKETS_AT_ONCE):
            if not self._reading or self._gone.done():
                return
            if (message := client.next_message()) is not None:
                self._listener.heard(self, message)
            elif client.loop_read() != 0:
                return
            if not client.has_read_ahead:
                break
        if self._buffered():
            # The socket gives no sign of what was read already; others go first.
            self._loop.call_soon(self._readable)

    def _buffered(self) -> bool:
        pending = isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0
        return pending or self._client.has_read_ahead

    def _each_second(self) -> None:
        self._guard(self._client.loop_misc)
        if not self._gone.done():
            self._timer = self._loop.call_later(1.0, self._each_second)

    def _want_write(self, *_: Any) -> None:
        if self._sock is not None:
            self._loop.add_writer(self._sock, self._guard, self._client.loop_write)

    def _want_no_write(self, *_: Any) -> None:
        if self._sock is not None:
            self._loop.remove_writer(self._sock)

    def _on_connect(self, _client: Any, _data: Any, flags: Any, reason: Any, _props: Any) -> None:
        if reason.is_failure:
            self.refusal = str(reason)
            return
        self._patience.cancel()
        self.open = self.taken = True
        self._listener.opened(self, session_present=bool(flags.session_present))

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, *_: Any) -> None:
        self._lost(self.refusal or str(reason))

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, answers: Any, *_: Any) -> None:
        wanted = self._filters.pop(mid, ())
        refused = tuple(f for f, answer in zip(wanted, answers, strict=False) if answer.is_failure)
        self._listener.subscribed(self, refused)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        self._listener.heard(self, message)

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, *_: Any) -> None:
        future = self._pending.pop(mid, None)
        if future is None or future.done():
            return
        lost = reason.value >= FIRST_FAILURE or reason.value == NOBODY_SUBSCRIBED
        future.set_result(str(reason) if lost else None)


class Link:
    """Connections one after another, until cancelled."""

    def __init__(self, options: MqttOptions, listener: Listener) -> None:
        """Nothing is opened before `run`."""
        self._options = options
        self._listener = listener
        self._version = VersionChoice(options.settings.mqtt_version)
        self._wanted = asyncio.Event()
        self._wanted.set()
        self.connection: Connection | None = None

    def let_go(self, reason: str) -> None:
        """Disconnect and stay away until `want`; the broker keeps what comes meanwhile."""
        self._wanted.clear()
        if self.connection is not None:
            self.connection.close(reason)

    def want(self) -> None:
        """Connect again."""
        self._wanted.set()

    async def run(self) -> None:
        """Keep a connection open. Raises MqttRefused if a client cannot even be made."""
        delay = BACKOFF_MIN_S
        while True:
            await self._wanted.wait()
            began = time.monotonic()
            taken, reason = await self._once()
            if not taken and reason is not None and self._version.refused():
                continue
            if taken and time.monotonic() - began > LASTING_S:
                delay = BACKOFF_MIN_S
            await asyncio.sleep(delay * random.uniform(0.8, 1.2))
            delay = min(delay * 2, BACKOFF_MAX_S)

    async def _once(self) -> tuple[bool, str | None]:
        """One connection: whether the broker took us, and why it ended (None: no broker there)."""
        version = self._version.current
        client = make_client(self._options, version)
        try:
            await asyncio.to_thread(connect, client, self._options, version)
        except (OSError, ValueError) as error:
            log.warning("mqtt_unreachable", error=str(error))
            return False, None
        if not self._wanted.is_set():
            client.disconnect()
            return False, None
        self.connection = connection = Connection(client, self._listener)
        reason = "stopping"
        try:
            reason = await connection.serve()
        finally:
            self.connection = None
            if connection.taken:
                self._version.opened()
                self._listener.closed(connection, reason)
        log.info("mqtt_closed", reason=reason, version=version, taken=connection.taken)
        return connection.taken, reason
