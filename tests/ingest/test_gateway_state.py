from pathlib import Path

import pytest

from ingest.clock import SimulatedClock
from ingest.gateway.announce import changed, config_event, is_own
from ingest.gateway.memory import Memory
from ingest.gateway.site_watch import SiteWatch
from ingest.gateway.state import DeviceClocks, GatewayState, load, save
from ingest.key_file import KeyFileError, load_keys
from ingest.message import Message
from schemas.base import Words
from schemas.place import EstateConfig
from schemas.yaml_file import FileFaults

SITE = """
version: 1
estates:
  - id: lakeside
    name: {zh: 湖畔, en: Lakeside}
    lateness_s: %s
"""


def test_state_survives(tmp_path: Path) -> None:
    state = GatewayState(since=5, filters={"a/#"}, estates={"x"})
    save(tmp_path / "deep" / "s.json", state)

    assert load(tmp_path / "deep" / "s.json", GatewayState) == state


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"since": "x"}', b"\xff"])
def test_without_a_readable_state_all_begins_empty(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "s.json").write_bytes(content)

    assert load(tmp_path / "s.json", GatewayState) == GatewayState()


def test_a_lost_session_is_on_disk_before_anything_is_made_of_it(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "s.json", SimulatedClock(1_000))
    memory.opened(session_present=False)
    memory.subscribed(1_000, ("a/#",))
    assert load(tmp_path / "s.json", GatewayState).since == 1_000

    memory.opened(session_present=False)
    assert load(tmp_path / "s.json", GatewayState).since is None


async def test_devices_clocks_are_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "s.json", SimulatedClock(1_000))
    memory.skew.observe("/lakeside/gate-1", 900, 1_000)
    await memory.save_clocks()

    assert Memory(tmp_path / "s.json", SimulatedClock()).skew.dump() == memory.skew.dump() != {}
    assert load(tmp_path / "s.clocks.json", DeviceClocks).samples == memory.skew.dump()


async def test_it_is_kept_when_devices_were_heard(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "s.json", SimulatedClock(1_000))
    memory.heard_at["/lakeside/gate-1"] = 900
    await memory.save_clocks()

    assert Memory(tmp_path / "s.json", SimulatedClock()).heard_at == {"/lakeside/gate-1": 900}


def test_a_restart_takes_up_what_was_known(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "s.json", SimulatedClock(1_000))
    memory.opened(session_present=False)
    memory.subscribed(1_000, ("a/#",))
    memory.met({"lakeside"})

    again = Memory(tmp_path / "s.json", SimulatedClock(9_000))
    assert (again.keeper.since, again.filters, again.estates) == (1_000, {"a/#"}, {"lakeside"})


def test_the_site_is_read_again_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE % 2.0)
    watch = SiteWatch(path)
    assert not watch.look()

    path.write_text(SITE % 30.25)
    assert watch.look()
    assert watch.site.estates[0].lateness_s == 30.25
    assert not watch.look()


def test_a_broken_site_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(SITE % 2.0)
    watch = SiteWatch(path)
    path.write_text(SITE % "much")

    assert not watch.look(again=True)
    assert watch.site.estates[0].lateness_s == 2.0


def test_a_broken_include_is_told_and_the_standing_site_stays(tmp_path: Path) -> None:
    main, part = tmp_path / "site.yaml", tmp_path / "part.yaml"
    main.write_text("include: [part.yaml]\n")
    part.write_text(SITE % 2.0)
    watch = SiteWatch(main)
    assert watch.words() == "1 estates"
    registry = watch.registry

    part.write_text(SITE % "much")
    assert not watch.look()
    assert watch.registry is registry
    assert watch.words().startswith("the last good one stands; 1 to mend, first: ")
    assert f"{part}:6: estates.0.lateness_s: " in watch.words()

    part.write_text(SITE % 30.25)
    assert watch.look()
    assert watch.faults == ()
    assert watch.site.estates[0].lateness_s == 30.25


def test_a_family_that_recognises_faces_needs_papers(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    place = "    places: [{id: d, kind: door, name: {zh: d, en: d}}]\n"
    device = place + "    devices: [{id: r, adapter: a, place: d%s}]\n"
    path.write_text(SITE % 2.0 + device % "")
    assert SiteWatch(path).site

    with pytest.raises(FileFaults, match=r"site.yaml:8: estates.0.devices.0.face.notice: is miss"):
        SiteWatch(path, frozenset({"a"}))
    path.write_text(SITE % 2.0 + device % ", recognises_faces: false")
    assert SiteWatch(path, frozenset({"a"})).site


def test_no_gateway_begins_on_a_broken_site(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE % "much")

    with pytest.raises(FileFaults, match="lateness_s"):
        SiteWatch(tmp_path / "site.yaml")


def config(estate: str, lateness_s: float) -> EstateConfig:
    return EstateConfig(estate=estate, name=Words(zh="甲", en="A"), lateness_s=lateness_s)


def test_only_changed_estates_are_announced_anew() -> None:
    old = {"a": config("a", 2), "b": config("b", 2)}
    new = {"a": config("a", 2), "b": config("b", 3), "c": config("c", 2)}

    assert [found.estate for found in changed(old, new)] == ["b", "c"]


def test_an_announcement_carries_the_whole_configuration() -> None:
    event = config_event(config("a", 2), "gw", 1_000)

    assert (event.type, event.source, event.time) == ("config.activated", "/a/gw", 1_000)
    carried = EstateConfig.model_validate(getattr(event.data, "config", None))
    assert carried == config("a", 2)
    assert getattr(event.data, "hash", None) == carried.digest


def test_the_products_own_topics_are_no_devices() -> None:
    assert is_own(Message("smart-community/other/clock", b"", 0))
    assert not is_own(Message("frigate/events", b"", 0))


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    first = load_keys(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    assert load_keys(path).key_id == first.key_id
    assert [p.name for p in path.parent.iterdir()] == ["master.key"]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    load_keys(path)
    path.chmod(0o644)

    with pytest.raises(KeyFileError, match="chmod 600"):
        load_keys(path)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.touch(mode=0o600)

    with pytest.raises(KeyFileError, match="backup"):
        load_keys(path)


async def test_a_correction_that_is_in_use_is_wanted_on_disk_at_once(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "s.json", SimulatedClock(1_000))
    assert not memory.corrected_anew
    for number in range(25):
        memory.skew.observe("/e/d", 1_000_000 + number + 240_000, 1_000_000 + number)
    assert memory.corrected_anew
    await memory.save_clocks()
    assert not memory.corrected_anew
    assert not Memory(tmp_path / "s.json", SimulatedClock(1_000)).corrected_anew
