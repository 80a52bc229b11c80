"""The stage across estates without Kafka: what is written of records, and what is remembered."""

import time
from dataclasses import dataclass
from typing import Any

import orjson
from aiokafka import TopicPartition

from processors.core.city import City
from processors.rules.catalogue import city_rules
from processors.shell.city import STILL_S, CityStage, Held
from processors.shell.producer import Record
from processors.shell.settings import ProcessorSettings
from schemas.alerts import Alert
from schemas.sightings import Sighting, encode_sightings
from schemas.topics import ALERTS, POINTS, REJECTED, SIGHTING_LIFE_MS, SIGHTINGS
from tests.core.sightings import sighting

NOW = 1_772_500_000_000
SPOT = TopicPartition(SIGHTINGS.name, 3)


@dataclass(frozen=True)
class Heard:
    """A record as a consumer hands it over."""

    offset: int
    value: bytes | None
    timestamp: int = NOW
    partition: int = SPOT.partition


class Notebook:
    """Takes down what is to be written, in order."""

    def __init__(self) -> None:
        self.lines: list[Record | str] = []

    async def write(self, records: list[Record]) -> None:
        """See Writer."""
        self.lines.extend(records)


class Log:
    """As much of a consumer as one batch needs: what was committed, and the commits."""

    def __init__(self, notebook: Notebook, committed: int | None = None) -> None:
        self.notebook, self.before = notebook, committed

    async def committed(self, spot: TopicPartition) -> int | None:
        """The group's offset."""
        return self.before

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Note it down between the records."""
        self.notebook.lines.append(f"commit {offsets[SPOT]}")


def heard(*values: Sighting | bytes, start: int = 0, **more: Any) -> list[Heard]:
    return [
        Heard(start + at, v if isinstance(v, bytes) else encode_sightings([v]), **more)
        for at, v in enumerate(values)
    ]


async def taken(records: list[Heard], committed: int | None = None) -> list[Record | str]:
    notebook = Notebook()
    stage = CityStage(
        ProcessorSettings(), city_rules({}), notebook,  # type: ignore[arg-type]
        now_ms=lambda: NOW,
    )  # fmt: skip
    held = stage.held[SPOT.partition] = Held(City(stage.rules))
    await stage._take(Log(notebook, committed), SPOT, records, held)
    return notebook.lines


def alerts(lines: list[Record | str]) -> list[Alert]:
    return [
        Alert.model_validate_json(line.value or b"")
        for line in lines
        if isinstance(line, Record) and line.topic == ALERTS.name
    ]


PAIR = (sighting("lake", 0), sighting("river", 60))


async def test_an_alert_is_written_before_its_sightings_are_committed() -> None:
    lines = await taken(heard(*PAIR))
    (alert,) = alerts(lines)
    kinds = [line if isinstance(line, str) else line.topic for line in lines]
    assert kinds == [ALERTS.name, POINTS.name, "commit 2"]
    record = lines[0]
    assert isinstance(record, Record)
    assert (record.key, record.partition) == (alert.id, SPOT.partition)


async def test_what_was_committed_is_remembered_and_not_told_again() -> None:
    assert await taken(heard(*PAIR), committed=2) == []
    lines = await taken(heard(*PAIR, sighting("lake", 90)), committed=2)
    assert lines == ["commit 3"], "the day is told of already"
    (alert,) = alerts(await taken(heard(*PAIR), committed=1))
    assert alert.evidence[0].id == PAIR[0].id


async def test_an_envelope_may_be_empty_or_nothing() -> None:
    assert await taken(heard(b"[]", *PAIR)[:1]) == ["commit 1"]
    assert await taken([Heard(0, None)]) == ["commit 1"]


async def test_what_is_no_sighting_is_set_aside_once() -> None:
    bad = orjson.dumps([{"id": "x"}])
    lines = await taken(heard(bad, *PAIR))
    refused = lines[0]
    assert isinstance(refused, Record)
    assert refused.topic == REJECTED.name
    assert len(alerts(lines)) == 1
    assert await taken(heard(bad), committed=1) == []


async def test_a_zone_that_is_none_is_set_aside_too() -> None:
    wrong = encode_sightings([PAIR[0]]).replace(b'"device"', b'"timezone":"Mars/Olympus","device"')
    lines = await taken(heard(wrong))
    assert [line.topic for line in lines if isinstance(line, Record)] == [REJECTED.name]


async def test_what_was_written_more_than_a_day_ago_is_not_read() -> None:
    old = heard(PAIR[0], timestamp=NOW - SIGHTING_LIFE_MS - 1)
    assert alerts(await taken([*old, *heard(PAIR[1], start=1)])) == []
    young = heard(PAIR[0], timestamp=NOW - SIGHTING_LIFE_MS)
    assert alerts(await taken([*young, *heard(PAIR[1], start=1)]))


def test_memory_is_let_go_within_a_day() -> None:
    clock = [NOW]
    stage = CityStage(
        ProcessorSettings(), city_rules({}), Notebook(),  # type: ignore[arg-type]
        now_ms=lambda: clock[0],
    )  # fmt: skip
    city = City(stage.rules)
    stage.held[0] = Held(city)
    city.take(PAIR[0], NOW)
    clock[0] = NOW + SIGHTING_LIFE_MS // 2
    stage._forget()
    assert city.held == 1
    clock[0] = NOW + SIGHTING_LIFE_MS
    stage._forgot_at = 0.0
    stage._forget()
    assert city.plates == {}


def test_standing_still_is_said() -> None:
    stage = CityStage(ProcessorSettings(), city_rules({}), Notebook())  # type: ignore[arg-type]
    assert stage.trouble() is None
    stage.alive_at = time.monotonic() - STILL_S - 1
    assert "across estates" in (stage.trouble() or "")


def test_the_topic_keeps_a_key_for_less_than_a_day() -> None:
    """Kafka deletes whole segments, looks every five minutes, and waits one to delete."""
    kept, segment = (int(SIGHTINGS.settings[name]) for name in ("retention.ms", "segment.ms"))
    assert kept + segment + 6 * 60_000 < SIGHTING_LIFE_MS
