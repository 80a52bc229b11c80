"""The door that devices come in by: it checks who they are, then passes bytes on to the broker.

The embedded broker knows one fixed list of clear passwords, tells nobody why it closes a
connection, speaks MQTT 3.1.1 and 5 on different ports, and lets every client read all. So it hears
loopback only, and this stands before it: one port for both versions, passwords hashed in
`DATA/devices.json` and valid from the moment `devices add` wrote them, an answer a device can show.

With passwords on, a client may publish anything but our own topics, and may subscribe only below a
first level that it names: nobody listens to all devices at once.
"""

import asyncio
import contextlib
import hmac
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.embedded import packets
from deploy.embedded.packets import PUBLISH, SUBSCRIBE, Connect, PacketError, Refusal
from ingest.bridge.passwords import Logins, PasswordFileError, digest

log = structlog.get_logger()

OWN = "smart-community"
CONNECT_S = 10.0
REFUSED_PAUSE_S = 1.0
CHUNK = 64 * 1024
PASSWORDS = "devices.json"


class GateSettings(BaseSettings):
    """Where devices connect to, and the loopback ports behind."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="folder of devices.json")
    gate_host: str = Field(default="127.0.0.1", description="address that devices connect to")
    gate_port: int = Field(default=1883, description="port that devices connect to")
    gate_auth: bool = Field(default=False, description="ask every client for its password")
    mqtt_port: int = Field(default=1884, description="the broker's loopback port, MQTT 3.1.1")
    mqtt5_port: int = Field(default=1885, description="the broker's loopback port, MQTT 5")


@dataclass
class Watch:
    """Follows the packets of one admitted client, and finds what it may not do."""

    level: int
    rest: bytes = b""
    skip: int = 0

    def forbidden(self, chunk: bytes) -> str | None:
        """What in these bytes the client may not do; None when all is well."""
        data = self.rest + chunk
        while data:
            if self.skip:
                passed = min(self.skip, len(data))
                data, self.skip = data[passed:], self.skip - passed
                continue
            header = packets.read_header(data)
            if header is None:
                break
            if header.kind == SUBSCRIBE and len(data) < header.size <= packets.CONNECT_BYTES_MAX:
                break
            if header.kind == PUBLISH and packets.publish_topic(data, header) is None:
                break
            if why := self._judge(data, header):
                return why
            self.skip = header.size
        self.rest = data
        return None

    def _judge(self, data: bytes, header: packets.Header) -> str | None:
        if header.kind == PUBLISH:
            topic = packets.publish_topic(data, header) or ""
            return f"publishes on {topic}" if topic.split("/")[0] == OWN else None
        if header.kind == SUBSCRIBE:
            for wanted in packets.subscribe_filters(data, header, self.level):
                if wanted.split("/")[0] in ("#", "+", OWN, "$share", ""):
                    return f"subscribes to {wanted}"
        return None


async def run_gate(settings: GateSettings, stop: asyncio.Event) -> None:
    """Admit clients until `stop`. Raises OSError when the port is taken."""
    gate = Gate(settings)
    server = await asyncio.start_server(gate.meet, settings.gate_host, settings.gate_port)
    log.info("gate.open", address=settings.gate_host, port=settings.gate_port)
    async with server:
        await stop.wait()
        server.close()
        gate.close()


class Gate:
    """Meets clients, one task each."""

    def __init__(self, settings: GateSettings) -> None:
        """No client yet."""
        self._settings = settings
        self._logins = Logins(settings.data / PASSWORDS)
        self._clients: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Let every client go."""
        for task in self._clients:
            task.cancel()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        peer = (writer.get_extra_info("peername") or ("?",))[0]
        try:
            await self._serve(reader, writer, peer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        except PacketError as error:
            log.warning("gate.no_mqtt", peer=peer, reason=str(error))
        finally:
            self._clients.discard(task)
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        raw = await asyncio.wait_for(_first_packet(reader), CONNECT_S)
        connect = packets.read_connect(raw)
        why = self._refusal(connect)
        if why is None:
            behind = await self._behind(connect)
            why = Refusal.SERVER_AWAY if behind is None else None
        if why is not None:
            log.warning("gate.refused", peer=peer, user=connect.user, reason=why.name.lower())
            await asyncio.sleep(REFUSED_PAUSE_S)
            writer.write(packets.connack(connect.level, why))
            await writer.drain()
            return
        assert behind is not None
        behind[1].write(packets.with_keep_alive(raw, connect))
        watch = Watch(connect.level) if self._settings.gate_auth else None
        await _splice((reader, writer), behind, watch, f"{peer} {connect.user}")

    def _refusal(self, connect: Connect) -> Refusal | None:
        if connect.level not in (packets.V311, packets.V5):
            return Refusal.UNSUPPORTED_VERSION
        if connect.client_id.startswith(OWN):
            return Refusal.CLIENT_ID_REFUSED
        if self._settings.gate_auth and not self._knows(connect):
            return Refusal.BAD_PASSWORD
        return None

    def _knows(self, connect: Connect) -> bool:
        """Whether user and password are a device's. The time it takes tells nothing."""
        try:
            login = self._logins.of(connect.user or "")
        except PasswordFileError as error:
            log.error("gate.passwords", error=str(error))
            return False
        password = (connect.password or b"").decode(errors="replace")
        given = digest("SHA-256", f"{connect.user}:{self._logins.realm}:{password}")
        known = login.sha256 if login else "0" * len(given)
        return hmac.compare_digest(given, known) and login is not None

    async def _behind(
        self, connect: Connect
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        settings = self._settings
        port = settings.mqtt5_port if connect.level == packets.V5 else settings.mqtt_port
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return None


async def _first_packet(reader: asyncio.StreamReader) -> bytes:
    raw = b""
    while (header := packets.read_header(raw)) is None:
        raw += await reader.readexactly(1)
    if header.kind != packets.CONNECT or header.size > packets.CONNECT_BYTES_MAX:
        raise PacketError("the first packet is no CONNECT, or too long")
    return raw + await reader.readexactly(header.size - len(raw))


Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _splice(client: Side, broker: Side, watch: Watch | None, who: str) -> None:
    """Pass bytes both ways until one side ends."""
    tasks = [
        asyncio.create_task(_pass_on(client[0], broker[1], watch, who)),
        asyncio.create_task(_pass_on(broker[0], client[1], None, who)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in (client[1], broker[1]):
            writer.close()


async def _pass_on(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, watch: Watch | None, who: str
) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(CHUNK):
            if watch is not None and (why := watch.forbidden(chunk)):
                log.warning("gate.forbidden", client=who, reason=why)
                return
            sink.write(chunk)
            await sink.drain()
