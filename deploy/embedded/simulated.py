"""The simulated estate as part of the stack: its register and its past, then its devices onto MQTT.

The first start enters the register in the console's database and writes the days before into the
log; a later one goes on where the last one stopped.
"""

import asyncio
import time
from pathlib import Path

from aiokafka import AIOKafkaProducer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from console.database import open_database
from console.outbox.notes import Note
from console.register.desk import Desk
from console.register.vault import Vault
from console.settings import ConsoleSettings
from deploy import simulation
from deploy.simulation.before import Before
from deploy.simulation.cottages import Daily
from deploy.simulation.estate import load_estate
from deploy.simulation.office import Past, enter_register
from deploy.simulation.publish import Broker
from deploy.simulation.register import Registry
from deploy.simulation.runner import SimulationSettings, run_simulation, usual_beginning
from deploy.simulation.timeline import Timeline
from ingest.key_file import load_keys
from schemas.events import Event, encode
from schemas.topics import EVENTS

RESUME = "simulation.time"
MASTER_KEY = "master.key"
MS = 1000
HERE = Path(simulation.__file__).parent
SITE = HERE / "site.yaml"
ADAPTERS = HERE / "adapters"


class SimulatedSettings(BaseSettings):
    """What is simulated, and where to."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="keeps the simulated time over restarts")
    bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka")
    mqtt_port: int = Field(default=1884, description="the broker's loopback port, MQTT 3.1.1")
    seed: int = Field(default=1, description="the same seed gives the same day")
    speed: float = Field(default=60.0, gt=0, description="simulated seconds a second")


async def run_simulated(settings: SimulatedSettings, stop: asyncio.Event) -> None:
    """Play the estate until `stop`; where it stopped is where the next run goes on."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap, acks="all")
    await producer.start()

    async def announce(event: Event) -> None:
        value = encode([event])
        await producer.send_and_wait(EVENTS.name, value, key=event.estate.encode())

    before = _before(settings)
    keys = load_keys(settings.data / MASTER_KEY)
    try:
        if not (settings.data / RESUME).exists():
            await _prepare(Past(before, keys), settings.data, producer)
        await run_simulation(
            SimulationSettings(
                begins=before.daily.begins, seed=settings.seed, speed=settings.speed,
                broker=Broker(port=settings.mqtt_port), resume_file=settings.data / RESUME,
                announce=announce, keys=keys, also=before.daily,
            ),
            stop,
        )  # fmt: skip
    finally:
        await producer.stop()


def _before(settings: SimulatedSettings) -> Before:
    estate = load_estate()
    begins = usual_beginning(estate, round(time.time() * MS))
    homes = Timeline(estate, settings.seed, begins).homes()
    return Before(homes, Daily(estate, settings.seed, begins))


async def _prepare(past: Past, data: Path, producer: AIOKafkaProducer) -> None:
    """The register into the console's database, and the time before into the log."""
    notes = await asyncio.to_thread(_entered, past.before, data)
    key = past.before.estate.site.id.encode()
    sent = [await producer.send(EVENTS.name, one, key=key) for one in past.envelopes(notes)]
    await asyncio.gather(*sent)


def _entered(before: Before, data: Path) -> list[Note]:
    told = ConsoleSettings(data=data)
    engine = open_database(told.url)
    try:
        registry = Registry(before.estate, before.homes, before.daily.begins)
        return enter_register(
            Desk(engine, Vault(told.master_key)), registry, round(time.time() * MS)
        )
    finally:
        engine.dispose()
