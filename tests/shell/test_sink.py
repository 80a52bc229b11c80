"""The sink on a real InfluxDB: nothing dropped, bad points set aside, repeats harmless."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from pydantic import TypeAdapter

from processors.shell.points_file import PointsFile
from processors.shell.producer import Record
from processors.shell.series_store import InfluxSeries, Refused, SeriesAway, line
from processors.shell.settings import SinkSettings
from processors.shell.sink import Sink
from schemas.measurements import Point
from tests.services.influxdb import InfluxDB

NOW_NS = 1_772_323_200 * 10**9


def point(number: int, **fields: int | float | str | bool) -> Point:
    tags = {"estate": "e, =x", "place": "g1", "result": "granted"}
    return Point(
        measurement="access", tags=tags, fields=fields or {"count": 1}, time_ns=NOW_NS + number
    )


@dataclass
class Kept:
    """A rejected topic in a list."""

    records: list[Record]

    async def write(self, records: Sequence[Record]) -> None:
        self.records.extend(records)


@dataclass
class FromKafka:
    """As much of a consumer record as the sink reads."""

    value: bytes


def settings(influxdb: InfluxDB) -> SinkSettings:
    return SinkSettings(
        influx_url=influxdb.url, influx_token=influxdb.token, influx_org=influxdb.org,
        influx_bucket=influxdb.bucket, sink_retry_max_s=0.5,
    )  # fmt: skip


async def rows(influxdb: InfluxDB) -> int:
    async with InfluxDBClientAsync(influxdb.url, influxdb.token, influxdb.org) as client:
        query = f'from(bucket:"{influxdb.bucket}") |> range(start: 0) |> group() |> count()'
        tables = await client.query_api().query(query)
        return sum(record.get_value() for table in tables for record in table.records)


def body(points: list[Point]) -> FromKafka:
    return FromKafka(TypeAdapter(list[Point]).dump_json(points))


@pytest.mark.services
async def test_every_point_once_whatever_happens_to_influxdb(influxdb: InfluxDB) -> None:
    kept, stop = Kept([]), asyncio.Event()
    series = InfluxSeries(settings(influxdb))
    sink = Sink(series, kept, settings(influxdb))  # type: ignore[arg-type]
    before = await rows(influxdb)
    batch = [body([point(n) for n in range(0, 300)]), body([point(n) for n in range(200, 500)])]
    influxdb.kill()
    writing = asyncio.create_task(sink.take(batch, stop))
    await asyncio.sleep(1)
    assert not writing.done()
    influxdb.start()
    await asyncio.wait_for(writing, 20)
    assert await rows(influxdb) - before == 500
    assert kept.records == []
    await series.close()


@pytest.mark.services
async def test_a_bad_point_is_set_aside_with_influxdbs_own_words(influxdb: InfluxDB) -> None:
    kept, stop = Kept([]), asyncio.Event()
    series = InfluxSeries(settings(influxdb))
    sink = Sink(series, kept, settings(influxdb))  # type: ignore[arg-type]
    before = await rows(influxdb)
    await sink.take([body([point(9_000)])], stop)
    clash = point(9_001).model_copy(update={"fields": {"count": "many"}})
    with pytest.raises(Refused, match="conflict"):
        await series.write([clash])
    good = [point(n) for n in range(9_002, 9_010)]
    undeclared = point(9_010, colour="red")
    await sink.take([body([*good, undeclared]), FromKafka(b"[{}]")], stop)
    assert await rows(influxdb) - before == 9
    said = [record.value.decode() for record in kept.records if record.value]
    assert len(said) == 2
    assert "colour" in said[0]
    assert "0.measurement" in said[1]
    await series.close()


async def test_away_is_not_refused() -> None:
    series = InfluxSeries(SinkSettings(influx_url="http://127.0.0.1:9", influx_token="t"))
    with pytest.raises(SeriesAway):
        await series.write([point(1)])
    await series.close()


async def test_without_influxdb_points_stand_in_a_file_once(tmp_path: Path) -> None:
    file = PointsFile(tmp_path)
    await file.write([point(1), point(2)])
    await file.write([point(2), point(3)])
    assert file._db.execute("select count(*) from points").fetchone() == (3,)
    month = 31 * 86_400 * 10**9
    await file.write([point(month)])
    assert file._db.execute("select count(*) from points").fetchone() == (1,)
    await file.close()


def test_line_protocol_escapes_what_devices_say() -> None:
    made = Point(
        measurement="access", tags={"place": "a b,c=d"},
        fields={"count": 1, "device": 'x"y\\z', "ok": True, "share": 0.5}, time_ns=7,
    )  # fmt: skip
    assert line(made) == (
        'access,place=a\\ b\\,c\\=d count=1i,device="x\\"y\\\\z",ok=true,share=0.5 7'
    )
