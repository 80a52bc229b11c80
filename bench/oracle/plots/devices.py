"""Devices: away, their clocks wrong, their news old."""

from collections.abc import Iterator

from bench.oracle.plots import plot
from bench.oracle.truth import Expected
from bench.oracle.world import MINUTE, SECOND, World, judged
from deploy.simulation.facts import Truth
from deploy.simulation.incidents import Outage
from deploy.simulation.stage import Step

SILENT_BEATS = 3


@plot("device_lost", 6)
def device_lost(world: World) -> Iterator[Step]:
    """A reader falls silent for an hour."""
    door = world.rng.choice(world.estate.unit_doors)
    device = world.estate.doors[door].device
    length = round(world.rng.uniform(42, 70) * MINUTE)
    at = world.take(door, length)

    def judge(truth: Truth) -> Expected:
        beat = world.estate.devices[device].heartbeat_s or 0
        return Expected(
            "device_lost", world.around(door), truth.began_at,
            truth.at + (beat // 2 + 60) * SECOND, severity="blue", delivery="list",
            handler="maintenance",
        )  # fmt: skip

    yield Step(at, judged(Outage(device, length), judge))


@plot("device_lost", 3)
def recorder_lost(world: World) -> Iterator[Step]:
    """The recorder falls silent, and with it the cameras that hang on it: one alert."""
    length = 100 * MINUTE
    at = world.take("*", length)

    def judge(truth: Truth) -> Expected:
        return Expected(
            "device_lost", (world.estate.site.id,), truth.began_at, truth.at + 10 * MINUTE,
            handler="maintenance", delivery="list",
        )  # fmt: skip

    yield Step(at, judged(Outage("nvr", length), judge))


@plot("device_lost", 5)
def short_silence(world: World) -> Iterator[Step]:
    """A camera misses one or two heartbeats: nothing."""
    door = world.rng.choice(world.estate.unit_doors)
    at = world.take(door, 8 * MINUTE)
    yield Step(at, Outage(world.estate.doors[door].device, 8 * MINUTE, known=False))
