"""The console's settings, from the environment (`SC_…`) or from the command line."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.base import Words


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone; write one like Asia/Shanghai") from error
    return name


class ConsoleSettings(BaseSettings):
    """Where the console finds its parts, whom it lets in, and how it judges what it sees."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True, extra="ignore")

    bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka's address, HOST:PORT,…")
    data: Path = Field(default=Path("data"), description="folder of the database and the token")
    pictures: Path | None = Field(
        default=None, description="folder where ingest keeps pictures, else DATA/pictures"
    )
    photos: Path | None = Field(
        default=None, description="folder of photos from phones, else DATA/photos"
    )
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; a SQLite file in the data folder if not set"
    )
    key_file: Path | None = Field(default=None, description="ingest's master key, DATA/master.key")
    site: Path | None = Field(default=None, description="the site file, to check places by")
    durable_url: str | None = Field(
        default=None, description="asked after each write, where Kafka itself forgets"
    )
    demo: bool = Field(default=False, description="time in the log is the simulator's")
    register_days: int = Field(
        default=30, ge=1, description="an ended entry of the register is erased after so long"
    )
    audit_days: int = Field(default=3 * 365, ge=365, description="the audit log goes back so far")
    reveals_per_hour: int = Field(
        default=20, ge=0, description="clear values that one person may see in an hour"
    )
    record_days: int = Field(
        default=30, ge=1, description="alerts that no case holds go so long after they cleared"
    )
    evidence_days: int = Field(
        default=183, ge=1, description="a case's alerts and pictures go so long after it is closed"
    )
    request_days: int = Field(
        default=15, ge=1, le=60, description="working days to answer what people ask of their data"
    )
    clocks: Path | None = Field(
        default=None, description="how long cases may stand here, beside what is shipped"
    )
    intake: Path | None = Field(
        default=None, description="who looks after what is reported, beside what is shipped"
    )
    channels: Path | None = Field(
        default=None, description="by what people are told: channels.yaml"
    )
    review_alone: bool = Field(
        default=False, description="who closed a case may review it: offices of one officer"
    )
    report_days: int = Field(
        default=365, ge=1, description="the words of a report go so long after its case is closed"
    )
    count_days: int = Field(
        default=400, ge=1, description="counts by gate and hour are kept so long"
    )
    idle_hours: int = Field(default=12, ge=1, description="an unused session ends after so long")
    requests_per_s: float = Field(default=50, gt=0, description="by one person, on average")
    requests_at_once: int = Field(default=200, ge=1, description="by one person")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=1, le=65535)
    no_auth: bool = Field(default=False, description="let this machine's own users in unasked")
    session_hours: int = Field(default=24, ge=1, description="how long a browser stays let in")
    office_zh: str = "社区警务室"
    office_en: str = "Community police office"
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    feed_hours: int = Field(default=24, ge=1, description="how long a cleared alert stays in sight")
    feed_max: int = Field(default=2000, ge=10, description="most alerts that a page holds")
    stale_after_s: float = Field(default=15, gt=0, description="silence of the input that is late")
    skew_warn_s: float = Field(
        default=30, gt=0, description="clock error of a device worth telling"
    )

    @property
    def office(self) -> Words:
        """The office's name."""
        return Words(zh=self.office_zh, en=self.office_en)

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data / 'console.db'}"

    @property
    def master_key(self) -> Path:
        """The file of the master key."""
        return self.key_file or self.data / "master.key"

    @property
    def picture_folder(self) -> Path:
        """Where ingest keeps pictures."""
        return self.pictures or self.data / "pictures"

    @property
    def photo_folder(self) -> Path:
        """Where photos from phones are kept."""
        return self.photos or self.data / "photos"

    @property
    def token_file(self) -> Path:
        """The file of the access token, readable for its owner alone."""
        return self.data / "console.token"

    @property
    def zone(self) -> ZoneInfo:
        """The office's wall clock."""
        return ZoneInfo(self.timezone)
