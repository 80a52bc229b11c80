"""The simulated estate as part of the stack: its devices onto MQTT, its register into the log."""

import asyncio
import time
from pathlib import Path

from aiokafka import AIOKafkaProducer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy import simulation
from deploy.simulation.estate import load_estate
from deploy.simulation.publish import Broker
from deploy.simulation.runner import SimulationSettings, run_simulation, usual_beginning
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

    begins = usual_beginning(load_estate(), round(time.time() * MS))
    try:
        await run_simulation(
            SimulationSettings(
                begins=begins, seed=settings.seed, speed=settings.speed,
                broker=Broker(port=settings.mqtt_port), resume_file=settings.data / RESUME,
                announce=announce, keys=load_keys(settings.data / MASTER_KEY),
            ),
            stop,
        )  # fmt: skip
    finally:
        await producer.stop()
