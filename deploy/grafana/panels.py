"""The police office's panels: what each asks, in InfluxQL, of which declared measurement.

InfluxQL because InfluxDB 2 and 3 both answer it. `$estate` is the dashboard's variable, a regular
expression; `$timeFilter` and `$__interval` are Grafana's. A test runs every query on a real
InfluxDB after the end-to-end run and finds rows.
"""

from dataclasses import dataclass
from typing import Literal

from schemas.base import Words

Kind = Literal["stat", "timeseries", "bars", "table"]


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """One panel: its title, kind, size (columns of 24, rows), and its query."""

    title: Words
    kind: Kind
    width: int
    height: int
    query: str
    alias: str = ""

    def runnable(self, estate: str = ".*", span: str = "7d") -> str:
        """The query with Grafana's variables filled in."""
        return (
            self.query.replace("$timeFilter", f"time > now() - {span} and time < now() + 1d")
            .replace("$__interval", "15m")
            .replace("$estate", estate)
        )


def _count(measurement: str, field: str, where: str = "") -> str:
    return (
        f'SELECT sum("{field}") FROM "{measurement}" '
        f'WHERE "estate" =~ /^$estate$/ {where} AND $timeFilter'
    )


PANELS = (
    PanelSpec(
        Words(zh="开启预警", en="Alerts opened"), "stat", 4, 4,
        _count("alerts", "opened", "AND \"delivery\" <> 'suppressed'"),
    ),
    PanelSpec(
        Words(zh="推送", en="Pushes"), "stat", 4, 4,
        _count("alerts", "opened", "AND \"delivery\" = 'push'"),
    ),
    PanelSpec(
        Words(zh="合并抑制", en="Suppressed"), "stat", 4, 4,
        _count("alerts", "opened", "AND \"delivery\" = 'suppressed'"),
    ),
    PanelSpec(
        Words(zh="进出人次", en="Passages"), "stat", 4, 4,
        _count("access", "count", "AND \"result\" =~ /granted|passed/"),
    ),
    PanelSpec(
        Words(zh="拒绝", en="Refusals"), "stat", 4, 4,
        _count("access", "count", "AND \"result\" = 'denied'"),
    ),
    PanelSpec(
        Words(zh="车辆读数", en="Vehicle readings"), "stat", 4, 4, _count("vehicles", "count"),
    ),
    PanelSpec(
        Words(zh="预警（按情形）", en="Alerts by situation"), "bars", 12, 8,
        _count("alerts", "opened") + ' GROUP BY time($__interval), "rule" fill(null)', "$tag_rule",
    ),
    PanelSpec(
        Words(zh="预警（按等级）", en="Alerts by level"), "bars", 12, 8,
        _count("alerts", "opened") + ' GROUP BY time($__interval), "severity" fill(null)',
        "$tag_severity",
    ),
    PanelSpec(
        Words(zh="进出（按门）", en="Passages by gate"), "timeseries", 12, 8,
        _count("access", "count") + ' GROUP BY time($__interval), "place" fill(0)', "$tag_place",
    ),
    PanelSpec(
        Words(zh="车辆（按门与方向）", en="Vehicles by gate and direction"), "timeseries", 12, 8,
        _count("vehicles", "count") + ' GROUP BY time($__interval), "place", "direction" fill(0)',
        "$tag_place $tag_direction",
    ),
    PanelSpec(
        Words(zh="首办", en="First handlers"), "table", 8, 8,
        _count("alerts", "opened") + ' GROUP BY "handler"',
    ),
    PanelSpec(
        Words(zh="平均持续（秒）", en="Mean time to clear (s)"), "table", 8, 8,
        'SELECT mean("open_s") FROM "alerts" WHERE "estate" =~ /^$estate$/ AND $timeFilter '
        'GROUP BY "rule"',
    ),
    PanelSpec(
        Words(zh="设备离线与恢复", en="Devices lost and back"), "table", 8, 8,
        _count("devices", "count") + ' GROUP BY "state", "place"',
    ),
)  # fmt: skip
ESTATES_QUERY = 'SHOW TAG VALUES FROM "alerts" WITH KEY = "estate"'
