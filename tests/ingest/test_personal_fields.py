"""What a codec must keep to itself: names, numbers, codes and pictures that a message carries."""

import json

import pytest

from ingest.message import Rejected
from tests.ingest.cases import Case, adapters, cases

ADAPTERS = {"onvif", "axis_events", "axis_lpv", "gat1400", "gb28181"}
SECRETS = (
    "张伟", "李梅", "Li Mei", "Wang Fang", "330106199001010000", "13900000000", "4711", "313233",
    "secret", "10.1.0.9", "face.jpg", "driver.jpg", "/9j/4AAQ",
)  # fmt: skip


def written(case: Case) -> str:
    """The message as it stands in its file, with every character as it is."""
    return json.dumps(case.spec, ensure_ascii=False)


READ = [
    case
    for case in cases([a for a in adapters() if a.spec.name in ADAPTERS])
    if case.wanted("expected.json") and any(secret in written(case) for secret in SECRETS)
]


def test_there_are_secrets_to_keep() -> None:
    told = "".join(map(written, READ))

    assert [secret for secret in SECRETS if secret not in told] == []


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_secret_stays_in_the_codec(case: Case) -> None:
    found = case.read()

    assert not isinstance(found, Rejected)
    told = b"".join(event.to_json() for event in found).decode()
    assert [secret for secret in SECRETS if secret in told] == []
