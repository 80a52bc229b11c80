"""The demo site file holds, and is the only place where the estate is written down."""

from deploy.simulation.adapters import FOLDER
from deploy.simulation.estate import Estate, load_site
from ingest.catalogue import load_catalogue
from processors.rules.lanes import exits_are_read


def test_it_parses_and_is_one_estate() -> None:
    site = load_site()
    assert [estate.id for estate in site.estates] == ["riverside-court"]


def test_its_size(estate: Estate) -> None:
    kinds = [place.kind for place in estate.config.places]
    assert kinds.count("building") == 9
    assert kinds.count("unit") == len(estate.unit_doors) == 16
    assert len(estate.gate_doors) == 2
    assert [len(estate.lanes[way]) for way in ("in", "out")] == [2, 2]
    assert kinds.count("bay") == 12
    assert len(estate.yards) == 5
    assert [yard.place for yard in estate.judged_yards] == ["bike-shed"]


def test_each_device_has_an_adapter() -> None:
    catalogue = load_catalogue([FOLDER])
    for device in load_site().estates[0].devices:
        assert catalogue.named(device.adapter), device.id


def test_five_families_and_more_than_one_kind_of_door(estate: Estate) -> None:
    families = {device.adapter for device in estate.site.devices}
    assert families == {"hikvision_isapi", "dahua", "frigate", "esp_rfid", "riverside_gate"}
    doors = {door.family for door in estate.doors.values()}
    assert doors == {"hikvision_isapi", "dahua", "esp_rfid"}


def test_one_loop_is_wired_to_a_camera_and_one_told_by_its_controller(estate: Estate) -> None:
    for lanes in estate.lanes.values():
        assert {lane.loop[0] == lane.plate_camera for lane in lanes} == {True, False}


def test_its_vehicle_gates_read_who_leaves() -> None:
    (config,) = load_site().configs().values()
    assert exits_are_read(config, config.estate)


def test_each_door_and_yard_is_seen_by_a_camera_with_addresses(estate: Estate) -> None:
    places = [*estate.doors, *(yard.place for yard in estate.yards)]
    for place in places:
        cameras = estate.config.cameras_at(place)
        assert cameras, place
        assert all(c.live_url and c.recording_url for c in cameras)


def test_addresses_reach_nobody(estate: Estate) -> None:
    for place in estate.config.places:
        for url in filter(None, (place.live_url, place.recording_url)):
            assert ".riverside-court.invalid" in url


def test_key_places_and_the_recorders_children(estate: Estate) -> None:
    assert {p.id for p in estate.config.places if p.key} == {"pump-room-door", "nursery"}
    assert [yard.place for yard in estate.yards if yard.key] == ["nursery-front"]
    assert len(estate.children["nvr"]) == 14
    assert all(estate.devices[camera].heartbeat_s for camera in estate.children["nvr"])
