"""InfluxDB through influxdb-client's async API, without its batching `write_api`.

That one has no limit to its buffer and drops after three minutes; here the caller keeps the batch
and decides. Line protocol: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

from collections.abc import Sequence

import aiohttp
from influxdb_client import WritePrecision
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.rest import ApiException

from processors.shell.settings import SinkSettings
from schemas.measurements import Point

TAG_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ ", "\n": r"\n", "\r": r"\r"})
NAME_ESCAPES = str.maketrans({",": r"\,", " ": r"\ ", "\n": r"\n"})
TEXT_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})
TRY_AGAIN = frozenset({401, 403, 404, 408, 429, 500, 502, 503, 504})
"""Answers that say nothing of the points: wrong token, missing bucket, overload, outage."""


class SeriesAway(Exception):
    """The time series cannot be reached now, or will not answer; the points are fine."""


class Refused(Exception):
    """The time series will never take (all of) these points."""


class InfluxSeries:
    """Points into one bucket."""

    def __init__(self, settings: SinkSettings) -> None:
        """Connects at the first write."""
        self._settings = settings
        self._client: InfluxDBClientAsync | None = None

    async def write(self, points: Sequence[Point]) -> None:
        """Return after InfluxDB's 204. Raises SeriesAway or Refused."""
        lines = "\n".join(line(point) for point in points)
        try:
            api = self._connected().write_api()
            await api.write(
                bucket=self._settings.influx_bucket, record=lines,
                write_precision=WritePrecision.NS,
            )  # fmt: skip
        except ApiException as error:
            raise _judged(error) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SeriesAway(repr(error)) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    def _connected(self) -> InfluxDBClientAsync:
        if self._client is None:
            self._client = InfluxDBClientAsync(
                url=self._settings.influx_url, token=self._settings.influx_token,
                org=self._settings.influx_org, timeout=20_000, enable_gzip=True,
            )  # fmt: skip
        return self._client


def _judged(error: ApiException) -> SeriesAway | Refused:
    said = f"{error.status} {str(error.body or error.reason)[:300]}"
    return SeriesAway(said) if error.status in TRY_AGAIN else Refused(said)


def line(point: Point) -> str:
    """A point as line protocol."""
    tags = "".join(
        f",{name}={value.translate(TAG_ESCAPES)}"
        for name, value in sorted(point.tags.items())
        if value
    )
    fields = ",".join(f"{name}={_field(value)}" for name, value in sorted(point.fields.items()))
    return f"{point.measurement.translate(NAME_ESCAPES)}{tags} {fields} {point.time_ns}"


def _field(value: int | float | str | bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value}i"
        case float():
            return repr(value)
        case _:
            return f'"{value.translate(TEXT_ESCAPES)}"'
