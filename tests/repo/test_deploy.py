"""Every name in the deployment files exists in the code."""

import json
import re
from pathlib import Path

import pytest
import typer
import yaml

from console.settings import ConsoleSettings
from deploy.cli import build_app
from deploy.grafana.build import FOLDER
from deploy.grafana.build import build as build_dashboard
from deploy.grafana.panels import PANELS, PanelSpec
from ingest.settings import IngestSettings
from processors.afterwards.settings import AfterwardsSettings
from processors.shell.points_file import KEPT_NS
from processors.shell.settings import ProcessorSettings, SinkSettings
from schemas.measurements import MEASUREMENTS
from tests.repo.tree import ROOT

COMPOSE = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text(encoding="utf-8"))
SETTINGS = {
    f"SC_{field.upper()}"
    for model in (
        AfterwardsSettings,
        ConsoleSettings,
        IngestSettings,
        ProcessorSettings,
        SinkSettings,
    )
    for field in model.model_fields
}
OURS = {name: part for name, part in COMPOSE["services"].items() if "build" in part}


def commands() -> set[str]:
    group = typer.main.get_command(build_app())
    return set(group.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_part_runs_a_command_that_exists_with_settings_that_exist(name: str) -> None:
    part = OURS[name]
    assert part["command"][0] in commands()
    assert set(part["environment"]) <= SETTINGS


def test_all_parts_and_all_services_are_there() -> None:
    assert {"ingest", "bridge", "process", "sink", "afterwards", "console"} <= set(OURS)
    assert {"mosquitto", "kafka", "influxdb", "grafana"} <= set(COMPOSE["services"])


def test_files_that_are_mounted_exist() -> None:
    for part in COMPOSE["services"].values():
        for volume in part.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("..") or source in ("./mosquitto.conf", "./acl"):
                assert (ROOT / "deploy/compose" / source).exists(), volume


def test_every_variable_is_in_the_example() -> None:
    text = (ROOT / "deploy/compose/compose.yaml").read_text(encoding="utf-8")
    wanted = set(re.findall(r"\$\{(\w+)", text))
    example = (ROOT / "deploy/compose/.env.example").read_text(encoding="utf-8")
    given = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert wanted == given


def test_the_bucket_is_the_one_that_the_sink_writes_and_grafana_reads() -> None:
    bucket = SinkSettings.model_fields["influx_bucket"].default
    source = (ROOT / "deploy/grafana/provisioning/datasources/community.yaml").read_text("utf-8")
    assert yaml.safe_load(source)["datasources"][0]["jsonData"]["dbName"] == bucket
    assert COMPOSE["services"]["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_BUCKET"] == bucket
    told = COMPOSE["services"]["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_RETENTION"]
    assert told == f"{KEPT_NS // (86_400 * 10**9)}d"
    assert f'bucket: "{bucket}"' in (ROOT / "deploy/influx/hourly.flux").read_text("utf-8")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title.en)
def test_a_panel_asks_for_what_is_declared(panel: PanelSpec) -> None:
    (measurement,) = re.findall(r'FROM "(\w+)"', panel.query)
    declared = MEASUREMENTS[measurement]
    quoted = set(re.findall(r'"(\w+)"', panel.query)) - {measurement}
    assert quoted <= set(declared.tags) | set(declared.fields)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_dashboards_files_are_what_is_built(lang: str) -> None:
    file: Path = FOLDER / f"police-office-{lang}.json"
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(build_dashboard(lang))
