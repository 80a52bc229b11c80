"""The settings of ingest: environment variables that begin with SC_, with loopback defaults."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ingest.topics import RELAY

MqttVersion = Literal["auto", "5", "311"]
KafkaSecurity = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


def _split(value: object) -> object:
    """A list from a text with commas, as environment variables hold it."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(","))


def _with_relays(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """The prefixes, and under each of them what the bridge sent on once more."""
    return (*prefixes, *(prefix + RELAY for prefix in prefixes))


Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Prefixes = Annotated[Texts, AfterValidator(_with_relays)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]


class IngestSettings(BaseSettings):
    """Everything ingest can be told from outside; `SC_MQTT_HOST` sets `mqtt_host`.

    Lists are written with commas between. Durations end in `_s` (seconds), sizes in `_bytes`.
    """

    model_config = SettingsConfigDict(env_prefix="SC_", extra="ignore", frozen=True)

    data: Path = Field(default=Path("data"), description="folder for keys, state and large bodies")
    gateway: str = Field(
        default="gateway", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="this gateway's id, in its MQTT session and ticks: never two alike",
    )  # fmt: skip
    site: Path | None = Field(default=None, description="the site file; may come later")
    rules: Path | None = Field(
        default=None, description="folder of your own rules, else the one the site names"
    )
    site_poll_s: float = Field(default=2.0, gt=0, description="the site file is looked at so often")
    adapters: Paths = Field(default=(), description="folders with adapters of your own")
    key_file: Path | None = Field(default=None, description="master key, else DATA/master.key")

    mqtt_host: str = Field(default="127.0.0.1", description="the MQTT broker")
    mqtt_port: int = Field(default=1883, gt=0, lt=65536, description="its port")
    mqtt_version: MqttVersion = Field(
        default="auto", description="MQTT 5, or 3.1.1; auto tries 5 first"
    )
    mqtt_user: str | None = Field(default=None, description="our name at the MQTT broker")
    mqtt_password: SecretStr | None = Field(default=None, description="our password there")
    mqtt_tls: bool = Field(default=False, description="TLS with the system's authorities")
    mqtt_ca: Path | None = Field(default=None, description="an authority's certificate; means TLS")
    mqtt_cert: Path | None = Field(default=None, description="our certificate, where asked for")
    mqtt_key: Path | None = Field(default=None, description="the key of our certificate")
    mqtt_keepalive_s: int = Field(
        default=30, ge=5, description="a broker silent so long is called; twice so long, it is gone"
    )
    mqtt_session_s: int = Field(
        default=7 * 86_400, ge=0, description="how long the broker keeps our session (MQTT 5)"
    )
    mqtt_packet_bytes: int = Field(
        default=16 * 1024 * 1024, gt=0, description="largest packet we take (MQTT 5)"
    )
    topic_prefixes: Prefixes = Field(
        default=("",), validate_default=True,
        description="what stands before the adapters' topics on this broker",
    )  # fmt: skip
    topic_filters: Texts = Field(
        default=(),
        description="these alone, not what adapters and site ask; for rumqttd give #, "
        "because it queues each filter by itself and ticks would pass readings by",
    )

    bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka, host:port")
    durable_url: str | None = Field(
        default=None, description="asked before an acknowledgement, where Kafka itself forgets"
    )
    kafka_security: KafkaSecurity = Field(default="PLAINTEXT", description="as Kafka names it")
    kafka_mechanism: str = Field(default="SCRAM-SHA-512", description="of SASL, where it is used")
    kafka_user: str | None = Field(default=None, description="our name at Kafka")
    kafka_password: SecretStr | None = Field(default=None, description="our password there")
    kafka_ca: Path | None = Field(default=None, description="an authority's certificate for Kafka")
    kafka_timeout_s: float = Field(default=15.0, gt=0, description="of one request")

    in_flight: int = Field(
        default=500, gt=0, le=65_535, description="messages held without acknowledgement"
    )
    in_flight_bytes: int = Field(
        default=64 * 1024 * 1024, gt=0, description="bytes of payload held at most, more or less"
    )
    linger_s: float = Field(default=0.005, ge=0, description="least time between two batches")
    stall_s: float = Field(
        default=60.0, gt=0, description="Kafka away so long: MQTT is let go until it is back"
    )
    silence_s: float = Field(
        default=30.0, gt=0, description="own ticks silent so long: the connection is replaced"
    )
    sightings: bool = Field(
        default=True, description="write plates under city keys, kept a day, for cloned plates"
    )
    demo: bool = Field(default=False, description="take the time from the simulator")
    objects_bytes: int = Field(default=2 * 1024**3, gt=0, description="for large rejected bodies")
    pictures: Path | None = Field(
        default=None, description="folder of pictures, else DATA/pictures"
    )
    pictures_days: int = Field(
        default=30, ge=0, le=3650, description="each picture is kept so many days; 0 keeps none"
    )
    pictures_bytes: int = Field(
        default=20 * 1024**3, gt=0, description="for all pictures; beyond it the oldest go first"
    )
    pictures_spare_bytes: int = Field(
        default=1024**3, ge=0, description="room on their disk that pictures leave free"
    )
    ingest_port: int | None = Field(default=None, description="/healthz and /metrics on loopback")

    bridge_host: str = Field(default="127.0.0.1", description="where devices push to")
    bridge_port: int = Field(
        default=8081, ge=0, lt=65536, description="its port; 0 takes a free one"
    )
    bridge_auth: bool = Field(default=True, description="off only if nobody else reaches it")
    bridge_cert: Path | None = Field(default=None, description="certificate for HTTPS")
    bridge_key: Path | None = Field(default=None, description="the key of that certificate")
    bridge_body_bytes: int = Field(default=8 * 1024 * 1024, gt=0, description="largest body")
    bridge_wait_s: float = Field(
        default=10.0, gt=0, description="for the MQTT broker's confirmation"
    )
    bridge_prefix: str = Field(default="", description="before devices/DEVICE/MAKE on the broker")
    bridge_seal: bool | None = Field(
        default=None, description="seal what bodies say of people; else where the master key lies"
    )
    bridge_health_port: int | None = Field(
        default=None, description="/healthz and /metrics of the bridge on loopback"
    )
    bridge_file: Path | None = Field(
        default=None, description="serial numbers and pulls, else DATA/bridge.yaml"
    )

    @property
    def master_key(self) -> Path:
        """Where the master key lies."""
        return self.key_file or self.data / "master.key"

    @property
    def objects(self) -> Path:
        """Where large rejected bodies lie."""
        return self.data / "rejected"

    @property
    def picture_folder(self) -> Path:
        """Where pictures lie, by estate and day."""
        return self.pictures or self.data / "pictures"

    @property
    def state_file(self) -> Path:
        """What the gateway remembers over a restart."""
        return self.data / f"{self.gateway}.state.json"

    @property
    def quarantine_file(self) -> Path:
        """What devices said that no site names."""
        return self.data / f"{self.gateway}.quarantine.db"

    @property
    def journal_file(self) -> Path:
        """The receipts of messages not yet acknowledged."""
        return self.data / f"{self.gateway}.receipts"

    @property
    def pull_file(self) -> Path:
        """What the bridge is told of serial numbers and pulls."""
        return self.bridge_file or self.data / "bridge.yaml"

    @property
    def password_file(self) -> Path:
        """The devices' passwords, hashed."""
        return self.data / "devices.json"
