"""Builds the dashboards' JSON from the panels: `python -m deploy.grafana.build`.

The JSON is committed, because Grafana reads files; a test holds it to what this builds.
"""

from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from deploy.grafana.panels import ESTATES_QUERY, PANELS, PanelSpec
from schemas.base import Words

FOLDER = Path(__file__).parent / "dashboards"
DATASOURCE = DataSourceRef(type_val="influxdb", uid="community")
BUILDERS: dict[str, Any] = {
    "stat": stat.Panel,
    "timeseries": timeseries.Panel,
    "bars": timeseries.Panel,
    "table": table.Panel,
}
TITLE = Words(zh="社区警务室", en="Community police office")


class InfluxQuery(Dataquery):  # type: ignore[misc]
    """A raw InfluxQL query; the SDK has no type of its own for it. It is its own builder."""

    def __init__(self, text: str, alias: str, result: str) -> None:
        """`result` is Grafana's word for how to read the answer: time_series or table."""
        self.text, self.alias, self.result = text, alias, result

    def to_json(self) -> dict[str, object]:
        """As Grafana's InfluxDB data source writes it."""
        return {
            "refId": "A",
            "datasource": {"type": "influxdb", "uid": "community"},
            "rawQuery": True,
            "query": self.text,
            "resultFormat": self.result,
            "alias": self.alias,
        }

    def build(self) -> "InfluxQuery":
        """Itself."""
        return self


def build(lang: str) -> str:
    """The dashboard in one language (zh or en), as JSON."""
    board = (
        dashboard.Dashboard(getattr(TITLE, lang))
        .uid(f"police-office-{lang}")
        .tags(["smart-community"])
        .refresh("30s")
        .time("now-24h", "now")
        .timezone("browser")
        .with_variable(
            dashboard.QueryVariable("estate")
            .label({"zh": "小区", "en": "Estate"}[lang])
            .datasource(DATASOURCE)
            .query(ESTATES_QUERY)
            .include_all(True)
            .all_value(".*")
            .multi(True)
        )
    )
    for spec in PANELS:
        board = board.with_panel(_panel(spec, lang))
    return (
        str(JSONEncoder(sort_keys=True, indent=1, ensure_ascii=False).encode(board.build())) + "\n"
    )


def _panel(spec: PanelSpec, lang: str) -> Any:
    result = "table" if spec.kind == "table" else "time_series"
    panel = (
        BUILDERS[spec.kind]()
        .title(getattr(spec.title, lang))
        .datasource(DATASOURCE)
        .span(spec.width)
        .height(spec.height)
        .with_target(InfluxQuery(spec.query, spec.alias, result))
    )
    return panel.draw_style("bars") if spec.kind == "bars" else panel


def write() -> None:
    """Write the dashboards."""
    FOLDER.mkdir(exist_ok=True)
    for lang in ("zh", "en"):
        (FOLDER / f"police-office-{lang}.json").write_text(build(lang), encoding="utf-8")


if __name__ == "__main__":
    write()
