"""Hooking devices in: what is printed to type in, what does not agree, and what a walk shows."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import build_app
from deploy.devices.checks import faults
from deploy.devices.entry import PAGES, Address, Entry, page_of, read_pages, site_lines, typed
from deploy.devices.walk import Site as WalkSite
from deploy.devices.walk import is_shown, read_corrections, walk_line
from deploy.embedded.parts import INNER, Ports
from deploy.embedded.place import tell_ports
from ingest.bridge.passwords import digest, read_passwords
from ingest.catalogue import load_catalogue
from schemas.events import Event, make_event
from schemas.site import parse_site

SITE = """
estates:
  - id: north
    name: {zh: 北苑, en: North Court}
    places:
      - {id: gate-1, kind: gate, name: {zh: 东门, en: East Gate}, seen_by: [cam-1]}
      - {id: cam-1, kind: camera, name: {zh: 东门相机, en: East Camera}}
    devices:
      - {id: reader-1, adapter: hikvision_isapi, place: gate-1}
      - {id: reader-2, adapter: no_such_adapter, place: gate-1}
"""
CATALOGUE = load_catalogue()
ADDRESS = Address("192.0.2.7", 1883, 8081)
T0 = 1_767_225_600_000


def entry(make: str) -> Entry:
    return Entry("gate-1-reader", CATALOGUE.named(make)[0].spec, "gate-1")


def words(make: str, password: str | None = "secret") -> str:
    page = page_of(entry(make), read_pages(PAGES.read_text()))
    return "\n".join(typed(entry(make), page, ADDRESS, password))


@pytest.mark.parametrize("make", ["hikvision", "dahua"])
def test_a_make_that_pushes_gets_the_receivers_path(make: str) -> None:
    said = words(make)
    for value in ("192.0.2.7", "8081", f"/push/gate-1-reader/{make}", "gate-1-reader", "secret"):
        assert value in said
    assert "topics" not in site_lines(entry(make))[0]


@pytest.mark.parametrize(("make", "topic"), [("esp_rfid", "esprfid"), ("frigate", "frigate")])
def test_a_make_that_speaks_mqtt_gets_broker_and_topic(make: str, topic: str) -> None:
    said = words(make)
    assert "1883" in said
    assert topic in said
    assert f"topics: [{topic}, {topic}/#]" in site_lines(entry(make))[0]


def test_a_make_without_words_of_its_own_gets_the_plain_ones() -> None:
    said = words("generic_gate_json")
    assert "acme/gate/gate-1-reader/events" in said
    assert "Password" in said


def test_where_no_password_is_asked_none_is_printed() -> None:
    assert "secret" not in words("hikvision", None)


def test_every_page_is_of_a_make_that_is_known() -> None:
    for make in read_pages(PAGES.read_text()):
        assert CATALOGUE.named(make)


def test_the_site_line_can_be_pasted() -> None:
    text = f"{SITE}    {site_lines(entry('esp_rfid'))[0]}\n"
    assert "gate-1-reader" in {d.id for d in parse_site(text).estates[0].devices}


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(build_app(), ["devices", *words])
    return result.exit_code, result.output


def test_add_makes_a_password_that_works_and_prints_it(tmp_path: Path) -> None:
    ports = Ports(
        mqtt=18830, http=1, bridge=18081, **{name: 10 + i for i, name in enumerate(INNER)}
    )
    tell_ports(tmp_path, ports, "192.0.2.9")
    status, said = run("add", "r1", "--make", "hikvision", "--data", str(tmp_path))
    assert status == 0
    assert "192.0.2.9" in said
    assert "18081" in said
    password = said.split("Password")[1].split()[0]
    known = read_passwords(tmp_path / "devices.json").devices["r1"]
    assert known.sha256 == digest("SHA-256", f"r1:smart-community:{password}")
    assert oct((tmp_path / "devices.json").stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "a/b", "--make", "hikvision"), "is no device name"),
        (("add", "a", "--make", "nobody"), "no adapter is of this make"),
        (("list", "--site", "/nowhere.yaml"), "check its name and rights"),
        (("walk", "--data", "/nowhere"), "start one with `up`"),
    ],
)
def test_a_fault_is_one_line_and_status_2(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    more = () if "--data" in words else ("--data", str(tmp_path))
    status, output = run(*words, *more)
    assert status == 2
    assert said in output
    assert output.count("\n") == 1


def test_check_tells_every_disagreement() -> None:
    found = list(faults(parse_site(SITE), CATALOGUE.adapters, {"reader-1", "ghost"}, asked=True))
    assert [line.split(":")[0] for line in found] == [
        "device reader-2 of estate north", "device reader-2 of estate north", "device ghost",
    ]  # fmt: skip
    assert "no adapter 'no_such_adapter'" in found[0]
    assert "devices add reader-2" in found[1]


def test_list_and_check_say_what_stands(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(SITE)
    run("add", "reader-1", "--make", "hikvision", "--data", str(tmp_path))
    status, said = run("list", "--site", str(file), "--data", str(tmp_path))
    assert status == 0
    head, *rows = said.splitlines()
    assert head.split() == ["estate", "device", "adapter", "place", "last", "heard", "clock",
                            "password"]  # fmt: skip
    assert [row.split() for row in rows] == [
        ["north", "reader-1", "hikvision_isapi", "gate-1", "-", "-", "yes"],
        ["north", "reader-2", "no_such_adapter", "gate-1", "-", "-", "no"],
    ]
    status, said = run("check", "--site", str(file), "--data", str(tmp_path))
    assert status == 1
    assert len(said.splitlines()) == 2


def test_check_tells_what_is_wrong_with_a_plan_and_where(tmp_path: Path) -> None:
    site, plan = tmp_path / "site.yaml", tmp_path / "plan.geojson"
    estate = "{id: north, name: {zh: 北苑, en: North}, plan: plan.geojson}"
    site.write_text(f"version: 1\nestates:\n  - {estate}\n")
    given = ("check", "--site", str(site), "--data", str(tmp_path))
    status, said = run(*given)
    assert (status, "cannot be read" in said) == (1, True)
    point = '{"type": "Point", "coordinates": [120, 31]}'
    feature = f'{{"type": "Feature", "properties": {{"place": "no-such"}}, "geometry": {point}}}'
    plan.write_text(f'{{"type": "FeatureCollection",\n"features": [\n{feature}]}}')
    status, said = run(*given)
    assert status == 1
    assert said.startswith(f"{plan}:3: ")
    assert "no-such" in said
    plan.write_text(plan.read_text().replace('"place": "no-such"', '"ground": "road"'))
    assert run(*given)[1].strip() != said.strip()


def swipe(**data: object) -> Event:
    told = {
        "device": "reader-1", "place": "gate-1", "received_at": T0 + 250, "direction": "in",
        "time_from": "device", "device_time": "2026-01-01T08:00:00+08:00", **data,
    }  # fmt: skip
    return make_event("access.granted", id="1", source="/north/reader-1", time=T0, data=told)


def line(event: Event, corrections: dict[str, float] | None = None) -> str:
    site = WalkSite(parse_site(SITE).configs(), corrections or {})
    return walk_line(event, site, T0 + 400)


def test_a_walk_says_way_place_device_camera_and_delay() -> None:
    said = line(swipe())
    for word in ("08:00:00.000", "→ in", "access.granted", "东门 (reader-1)", "camera cam-1"):
        assert word in said
    assert "heard 0.25 s after, shown 0.15 s later" in said
    assert said.endswith("its clock is right")


@pytest.mark.parametrize(
    ("event", "corrections", "said"),
    [
        (swipe(device_time="2026-01-01T08:04:00+08:00"), {}, "its clock is +239.8 s from ours"),
        (swipe(), {"reader-1": -240.0}, "its clock is 240.0 s ahead (corrected)"),
        (swipe(), {"reader-1": 3.0}, "its clock is 3.0 s behind (corrected)"),
        (swipe(time_from="received", device_time=None), {}, "says no time"),
        (swipe(replayed=True), {}, "replayed: sent from its memory"),
        (swipe(time_doubt="year"), {}, "wrong by a year or more: set its clock"),
        (swipe(device_time="01-01-2026 08:00:00"), {}, "its clock is right"),
    ],
)
def test_a_walk_says_how_far_the_clock_is_off(
    event: Event, corrections: dict[str, float], said: str
) -> None:
    assert line(event, corrections).endswith(said)


def test_a_walk_shows_passages_and_no_ticks_or_old_states() -> None:
    told = {"device": "gw", "place": "north", "received_at": T0, "since": T0}
    tick = make_event("clock.ticked", id="2", source="/north/gw", time=T0, data=told)
    assert is_shown(swipe())
    assert not is_shown(tick)
    assert not is_shown(swipe(retained=True))


def test_clock_corrections_are_read_from_the_gateways_metrics() -> None:
    from prometheus_client import generate_latest

    from ingest.gateway.metrics import GatewayMetrics

    metrics = GatewayMetrics()
    metrics.skew.labels("reader-1").set(-240.5)
    assert read_corrections(generate_latest(metrics.registry).decode()) == {"reader-1": -240.5}
