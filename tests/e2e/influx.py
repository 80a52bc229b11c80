"""Questions to InfluxDB in InfluxQL, as Grafana asks them."""

import json
import urllib.parse
import urllib.request
from typing import Any

from tests.e2e.api import OPENER
from tests.services.influxdb import InfluxDB


def query(influxdb: InfluxDB, bucket: str, text: str) -> list[dict[str, Any]]:
    """The series that a query finds. Every bucket answers under its own name as a database."""
    asked = urllib.parse.urlencode({"db": bucket, "q": text})
    headers = {"Authorization": f"Token {influxdb.token}"}
    request = urllib.request.Request(f"{influxdb.url}/query?{asked}", headers=headers)
    with OPENER.open(request, timeout=20) as answer:
        (result,) = json.load(answer)["results"]
    assert "error" not in result, result
    found: list[dict[str, Any]] = result.get("series", [])
    return found


def total(influxdb: InfluxDB, bucket: str, text: str) -> float:
    """The one number that a query finds; 0 for none."""
    found = query(influxdb, bucket, text)
    return float(found[0]["values"][0][1]) if found else 0.0
