from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.settings import IngestSettings


def test_the_defaults_hold_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    found = IngestSettings()

    assert (found.mqtt_host, found.bridge_host) == ("127.0.0.1", "127.0.0.1")
    assert found.bootstrap == "127.0.0.1:9092"


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SC_MQTT_HOST", "broker")
    monkeypatch.setenv("SC_TOPIC_PREFIXES", "estate-a/, estate-b/")
    monkeypatch.setenv("SC_ADAPTERS", "/one,/two")

    found = IngestSettings()
    assert found.mqtt_host == "broker"
    assert found.topic_prefixes == (
        "estate-a/", "estate-b/", "estate-a/relay/", "estate-b/relay/",
    )  # fmt: skip
    assert found.adapters == (Path("/one"), Path("/two"))


def test_each_setting_is_described() -> None:
    nameless = [
        name for name, field in IngestSettings.model_fields.items() if not field.description
    ]

    assert nameless == []


def test_secrets_do_not_show() -> None:
    found = IngestSettings(mqtt_password="hidden", kafka_password="hidden")

    assert "hidden" not in repr(found)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "#"])
def test_a_gateway_has_a_name_that_fits_a_topic(name: str) -> None:
    with pytest.raises(ValidationError):
        IngestSettings(gateway=name)


def test_files_lie_in_the_data_folder() -> None:
    found = IngestSettings(data=Path("/d"), gateway="gw-2")

    assert found.master_key == Path("/d/master.key")
    assert {found.state_file.parent, found.journal_file.parent, found.objects.parent} == {
        Path("/d")
    }
    assert "gw-2" in found.state_file.name
    assert "gw-2" in found.journal_file.name
