"""The push receiver put together and run: HTTP in, MQTT out."""

import asyncio
import ipaddress
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from aiohttp import web
from paho.mqtt.client import MQTTMessage

from ingest.health import health_server
from ingest.link import Connection, Link
from ingest.mqtt import MqttOptions
from ingest.push.auth import Guard
from ingest.push.metrics import PushMetrics
from ingest.push.passwords import Logins
from ingest.push.receiver import Receiver
from ingest.settings import IngestSettings
from ingest.tasks import run_until

log = structlog.get_logger("ingest.push")


class PushRefused(Exception):
    """The receiver cannot begin so; one line on what to change."""


class PushReceiver:
    """The parts of a push receiver. It listens on its link too, but asks for no messages."""

    def __init__(self, settings: IngestSettings) -> None:
        """Raises PushRefused, or PasswordFileError for a broken password file."""
        if not settings.push_auth and not _is_loopback(settings.push_host):
            raise PushRefused(
                f"push_auth is off but {settings.push_host} can be reached by others: "
                "turn it on, or listen on 127.0.0.1"
            )
        self.settings = settings
        self.metrics = PushMetrics()
        options = MqttOptions(settings, f"smart-community-push-{settings.gateway}", False)
        self.link = Link(options, self)
        guard = None
        if settings.push_auth:
            guard = Guard(Logins(settings.password_file), secrets.token_bytes(32))
        self.receiver = Receiver(settings, guard, self._publish, self.metrics)
        self.port = settings.push_port

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`. Raises OSError if the port is taken."""
        settings = self.settings
        async with AsyncExitStack() as stack:
            health = health_server(settings.push_health_port, self.health, self.metrics.registry)
            await stack.enter_async_context(health)
            await stack.enter_async_context(self._site())
            log.info("push_started", host=settings.push_host, port=self.port)
            await run_until(stop, [self.link.run()])

    def health(self) -> dict[str, object]:
        """What is so, for /healthz."""
        connection = self.link.connection
        up = connection is not None and connection.open
        return {"ok": up, "mqtt": up}

    async def _publish(self, topic: str, body: bytes) -> str | None:
        connection = self.link.connection
        if connection is None:
            return "not connected"
        return await connection.publish(topic, body)

    @asynccontextmanager
    async def _site(self) -> AsyncIterator[None]:
        """The HTTP server. Bodies are unpacked by us and bounded, not by aiohttp."""
        settings = self.settings
        app = web.Application()
        app.add_routes(self.receiver.routes())
        runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await runner.setup()
        try:
            site = web.TCPSite(
                runner, settings.push_host, settings.push_port, ssl_context=_tls(settings)
            )
            await site.start()
            self.port = runner.addresses[0][1]
            yield
        finally:
            await runner.cleanup()

    def opened(self, connection: Connection, *, session_present: bool) -> None:
        """See Listener."""
        self.metrics.connected.set(1)

    def subscribed(self, connection: Connection, refused: tuple[str, ...]) -> None:
        """See Listener; nothing is subscribed."""

    def heard(self, connection: Connection, message: MQTTMessage) -> None:
        """See Listener; nothing is subscribed."""

    def closed(self, connection: Connection, reason: str) -> None:
        """See Listener."""
        self.metrics.connected.set(0)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(settings: IngestSettings) -> ssl.SSLContext | None:
    if settings.push_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.push_cert, settings.push_key)
    except (OSError, ssl.SSLError) as error:
        raise PushRefused(f"TLS: {error}; check push_cert and push_key") from error
    return context


async def run_push(settings: IngestSettings, stop: asyncio.Event) -> None:
    """Run the push receiver until `stop`.

    Raises PushRefused, PasswordFileError, MqttRefused or OSError where it cannot begin.
    """
    await PushReceiver(settings).run(stop)
