"""The bridge put together and run: HTTP in, asked devices in, MQTT out, answers back."""

import asyncio
import ipaddress
import secrets
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from paho.mqtt.client import MQTTMessage

from ingest.bridge.auth import Guard
from ingest.bridge.doorman import Doorman
from ingest.bridge.entrance import Entrance
from ingest.bridge.file_watch import FileWatch
from ingest.bridge.metrics import BridgeMetrics
from ingest.bridge.passwords import Logins
from ingest.bridge.pulls.manager import PullManager
from ingest.bridge.receiver import Receiver
from ingest.bridge.responder import Responder
from ingest.bridge.sealing import BodySealer
from ingest.catalogue import load_catalogue
from ingest.gateway.site_watch import SiteWatch
from ingest.health import health_server
from ingest.key_file import load_keys
from ingest.link import Connection, Link
from ingest.mapping import Mapper
from ingest.mqtt import MqttOptions
from ingest.settings import IngestSettings
from ingest.tasks import run_until
from ingest.topics import push_topic
from schemas.base import MS_PER_S

IDLE_S = 75.0
TLS_HANDSHAKE_S = 10.0
REPLIES_AT_ONCE = 200
SEALED_HERE_BYTES = 128 * 1024
"""A larger body is sealed beside the event loop, which others wait for."""

log = structlog.get_logger("ingest.bridge")


class BridgeRefused(Exception):
    """The bridge cannot begin so; one line on what to change."""


class Bridge:
    """The parts of a bridge, and the listener on its link."""

    def __init__(self, settings: IngestSettings) -> None:
        """Raises BridgeRefused, FileFaults, KeyFileError, or PasswordFileError."""
        if not settings.bridge_auth and not _is_loopback(settings.bridge_host):
            raise BridgeRefused(
                f"bridge_auth is off but {settings.bridge_host} can be reached by others: "
                "turn it on, or listen on 127.0.0.1"
            )
        self.settings = settings
        self.metrics = BridgeMetrics()
        self.doorman = Doorman()
        options = MqttOptions(settings, f"smart-community-bridge-{settings.gateway}", False)
        self.link = Link(options, self)
        self.file = FileWatch(settings.pull_file)
        self._site = SiteWatch(settings.site)
        self._sealer = self._make_sealer()
        logins = Logins(settings.password_file)
        guard = Guard(logins, secrets.token_bytes(32)) if settings.bridge_auth else None
        entrance = Entrance(guard, lambda: self.file.content)
        self.receiver = Receiver(settings, entrance, self._publish_below, self.metrics, self._zone)
        self.responder = Responder(self._publish, self.metrics, settings.bridge_prefix)
        self.pulls = PullManager(
            self.file, logins, self._publish_below, self.metrics, settings.bridge_body_bytes
        )
        self.pulls.address = self._address
        self._replying: set[asyncio.Task[None]] = set()
        self.port = settings.bridge_port
        self.listens = False

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`. Raises OSError if the port is taken."""
        settings = self.settings
        async with AsyncExitStack() as stack:
            port = settings.bridge_health_port
            await stack.enter_async_context(health_server(port, self.health, self.metrics.registry))
            await stack.enter_async_context(self._listening())
            log.info("bridge_started", host=settings.bridge_host, port=self.port)
            await run_until(stop, [self.link.run(), self.pulls.run(), self._watch_files()])

    def health(self) -> dict[str, object]:
        """What is so, for /healthz."""
        connection = self.link.connection
        up = connection is not None and connection.open
        return {"ok": up, "mqtt": up, "pulls": self.pulls.standing()}

    async def _publish(self, topic: str, body: bytes) -> str | None:
        connection = self.link.connection
        if connection is None:
            return "not connected"
        return await connection.publish(topic, body)

    async def _publish_below(self, topic: str, body: bytes) -> str | None:
        """Publish what a device said, what is about people in it sealed."""
        if len(body) > SEALED_HERE_BYTES:
            body = await asyncio.to_thread(self._sealed, topic, body)
        else:
            body = self._sealed(topic, body)
        return await self._publish(self.settings.bridge_prefix + topic, body)

    def _sealed(self, topic: str, body: bytes) -> bytes:
        return body if self._sealer is None else self._sealer.seal(topic, body)

    def _make_sealer(self) -> BodySealer | None:
        """Bodies are sealed where the key lies that the gateway opens them with; where that is
        asked for, the first of both makes it.
        """
        wanted = self.settings.bridge_seal
        if wanted is False or (wanted is None and not self.settings.master_key.exists()):
            log.warning("bodies_not_sealed", mend=f"bring {self.settings.master_key} here")
            return None
        catalogue = load_catalogue(self.settings.adapters)
        keys = load_keys(self.settings.master_key)
        return BodySealer(
            keys, catalogue, lambda: Mapper(catalogue, self._site.registry),
            lambda: round(time.time() * MS_PER_S),
        )  # fmt: skip

    def _address(self, device: str) -> str | None:
        """Where the site has a device, if one estate only has one of this name."""
        known = (d for estate in self._site.site.estates for d in estate.devices if d.id == device)
        found = [one.address for one in known]
        return found[0] if len(found) == 1 else None

    def _zone(self, device: str, make: str) -> ZoneInfo | None:
        return self._site.registry.place(push_topic(device, make), None, None).zone

    async def _watch_files(self) -> None:
        """Look at the site and at `bridge.yaml` again and again; what does not hold is left."""
        while True:
            await asyncio.sleep(self.settings.site_poll_s)
            moved = await asyncio.to_thread(self._site.look)
            if self.file.look() or moved:
                self.pulls.adopt()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """The HTTP server. Bodies are unpacked by us and bounded, not by aiohttp."""
        settings = self.settings
        tls = _tls(settings)
        app = web.Application(middlewares=[self.doorman.middleware()])
        app.add_routes(self.receiver.routes())
        runner = web.AppRunner(
            app, access_log=None, auto_decompress=False, keepalive_timeout=IDLE_S
        )
        await runner.setup()
        try:
            behind = runner.server
            assert behind is not None
            server = await asyncio.get_running_loop().create_server(
                lambda: self.doorman.protocol(behind()),
                settings.bridge_host, settings.bridge_port, ssl=tls,
                ssl_handshake_timeout=None if tls is None else TLS_HANDSHAKE_S,
            )  # fmt: skip
            self.port = server.sockets[0].getsockname()[1]
            yield
            server.close()
        finally:
            await runner.cleanup()

    def opened(self, connection: Connection, *, session_present: bool) -> None:
        """See Listener. What devices told while we were away they tell again."""
        self.metrics.connected.set(1)
        connection.subscribe(self.responder.filters())

    def subscribed(self, connection: Connection, refused: tuple[str, ...]) -> None:
        """See Listener."""
        self.listens = True
        if refused:
            log.error("filters_refused", filters=refused, mend="check the broker's access list")

    def heard(self, connection: Connection, message: MQTTMessage) -> None:
        """See Listener. What is retained is old; what there is no room for comes again."""
        packet = message.mid if message.qos else 0
        if message.retain or len(self._replying) >= REPLIES_AT_ONCE:
            if packet:
                connection.ack(packet)
            return
        task = asyncio.get_running_loop().create_task(self._respond(connection, message, packet))
        self._replying.add(task)
        task.add_done_callback(self._replying.discard)

    async def _respond(self, connection: Connection, message: MQTTMessage, packet: int) -> None:
        try:
            await self.responder.respond(message.topic, bytes(message.payload))
        except UnicodeDecodeError:
            log.warning("topic_unreadable")
        finally:
            if packet:
                connection.ack(packet)

    def closed(self, connection: Connection, reason: str) -> None:
        """See Listener."""
        self.listens = False
        self.metrics.connected.set(0)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(settings: IngestSettings) -> ssl.SSLContext | None:
    if settings.bridge_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.bridge_cert, settings.bridge_key)
    except (OSError, ssl.SSLError) as error:
        raise BridgeRefused(f"TLS: {error}; check bridge_cert and bridge_key") from error
    return context


async def run_bridge(settings: IngestSettings, stop: asyncio.Event) -> None:
    """Run the bridge until `stop`.

    Raises BridgeRefused, FileFaults, KeyFileError, PasswordFileError, MqttRefused or OSError where
    it cannot begin.
    """
    await Bridge(settings).run(stop)
