"""Paho clients as we use them: made in one place, with the traps of paho 2.2 closed.

One client lives for one connection. So an acknowledgement can never reach another connection than
the one its message came on, and which MQTT version to speak is decided anew for each.
"""

import ssl
from dataclasses import dataclass
from typing import Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.buffered_client import BufferedClient
from ingest.settings import IngestSettings

Version = Literal["5", "311"]
PUBLISHED_MAX = 200
"""Our own publishes in flight, and as many again waiting; paho's default is no limit at all."""


@dataclass(frozen=True, slots=True)
class MqttOptions:
    """How to reach the broker and as whom."""

    settings: IngestSettings
    client_id: str
    keep_session: bool


class MqttRefused(Exception):
    """The client cannot even be made: a certificate or name that does not hold; one line on why."""


class VersionChoice:
    """Which MQTT version to speak next: the settings' one, or for `auto` the one that works.

    A broker without MQTT 5 either says so or just hangs up before it answers. Once a version has
    worked it stays, so that a broker in trouble does not make us change.
    """

    def __init__(self, setting: Literal["auto", "5", "311"]) -> None:
        """`setting` as in IngestSettings.mqtt_version."""
        self._settled = setting != "auto"
        self.current: Version = "311" if setting == "311" else "5"

    def opened(self) -> None:
        """The broker took us."""
        self._settled = True

    def refused(self) -> bool:
        """The broker hung up without taking us; whether another version is worth a try."""
        if self._settled:
            return False
        self.current = "311" if self.current == "5" else "5"
        return self.current == "311"


def make_client(options: MqttOptions, version: Version) -> BufferedClient:
    """A client that is not connected yet. Raises MqttRefused."""
    settings = options.settings
    five = version == "5"
    client = BufferedClient(
        CallbackAPIVersion.VERSION2,
        client_id=options.client_id,
        clean_session=None if five else not options.keep_session,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.max_inflight_messages_set(PUBLISHED_MAX)
    client.max_queued_messages_set(PUBLISHED_MAX)
    if settings.mqtt_user is not None:
        secret = settings.mqtt_password
        client.username_pw_set(settings.mqtt_user, secret.get_secret_value() if secret else None)
    if context := _tls(settings):
        client.tls_set_context(context)
    return client


def connect(client: paho.Client, options: MqttOptions, version: Version) -> None:
    """Open the socket and send CONNECT; blocks up to paho's 5 s. Raises OSError."""
    settings = options.settings
    where = (settings.mqtt_host, settings.mqtt_port, settings.mqtt_keepalive_s)
    if version == "5":
        client.connect(*where, clean_start=not options.keep_session, properties=_wishes(options))
    else:
        client.connect(*where)


def _wishes(options: MqttOptions) -> Properties:
    """What we ask of an MQTT 5 broker; ReceiveMaximum bounds what it sends ahead of our acks."""
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.ReceiveMaximum = options.settings.in_flight
    wishes.MaximumPacketSize = options.settings.mqtt_packet_bytes
    if options.keep_session:
        wishes.SessionExpiryInterval = options.settings.mqtt_session_s
    return wishes


def _tls(settings: IngestSettings) -> ssl.SSLContext | None:
    if not (settings.mqtt_tls or settings.mqtt_ca or settings.mqtt_cert):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.mqtt_ca)
        if settings.mqtt_cert is not None:
            context.load_cert_chain(settings.mqtt_cert, settings.mqtt_key)
    except (OSError, ssl.SSLError) as error:
        raise MqttRefused(f"TLS for MQTT: {error}; check the mqtt_ca, _cert, _key files") from error
    return context
