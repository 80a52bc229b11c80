"""A made-up reader whose faults can be chosen, and trials of it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from deploy.prove.checks import judge
from deploy.prove.findings import Checked, Finding
from deploy.prove.setting import Setting
from deploy.prove.trial import Heard, Mark, Trial
from ingest.catalogue import Adapter, AdapterSpec, Catalogue
from ingest.generic import generic_codec
from ingest.message import Message
from schemas.base import format_instant
from schemas.site import Site, parse_site

AT = 1_772_323_200_000
TOPIC = "made/up/reader-1/events"
SPEC = AdapterSpec.model_validate(
    {
        "name": "made_up", "title": "Made-up readers", "make": "Nobody", "evidence": "C",
        "topics": ["made/up/+/events"], "topic_decides": True,
        "map": {
            "format": "json", "device": "topic[2]", "sequence": "$.no", "subject": "$.card",
            "time": {"from": "$.at", "as": "iso"},
            "direction": {"from": "$.way", "enum": {"in": "in", "out": "out"}},
            "replayed": {"from": "$.old", "equals": True},
            "events": [
                {"when": {"$.ev": "pass"}, "type": "access.granted"},
                {"when": {"$.ev": "deny"}, "type": "access.denied"},
                {"when": {"$.ev": "alive"}, "type": "device.heartbeat"},
            ],
        },
    }
)  # fmt: skip
assert SPEC.map is not None
CATALOGUE = Catalogue({"made_up": Adapter(SPEC, generic_codec(SPEC.map), SPEC.__class__)})  # type: ignore[arg-type]
SITE = """
estates:
  - id: east
    name: {zh: 东苑, en: East}
    timezone: Asia/Shanghai
    lateness_s: 3
    places: [{id: d1, kind: door, name: {zh: 门, en: Door}}]
    devices: [{id: reader-1, adapter: made_up, topics: ['made/up/reader-1/#'], place: d1%s}]
"""


def site(more: str = "") -> Site:
    """The site with the reader in it; `more` are further fields of the device."""
    return parse_site(SITE % (f", {more}" if more else ""))


def says(after_s: float = 0, clock_s: float = 0, **content: Any) -> Heard:
    """A message heard `after_s` seconds from the begin, of a device whose clock is off so much."""
    at = round(AT + after_s * 1000)
    told = {"ev": "pass", "card": "100200", "way": "in", "no": round(after_s * 10)}
    told["at"] = format_instant(round(at + clock_s * 1000))
    told |= content
    payload = json.dumps({name: value for name, value in told.items() if value is not None})
    return Heard(Message(TOPIC, payload.encode(), at))


def trial(heard: Iterable[Heard], marks: Sequence[Mark] = (), *, more: str = "") -> Trial:
    """A trial of the reader with its site."""
    setting = Setting("reader-1", CATALOGUE, site(more))
    assert setting.entry is not None
    return Trial(
        device="reader-1", heard=tuple(heard), mappers=setting.mappers(), marks=tuple(marks),
        live=bool(marks), lateness_ms=setting.lateness_ms,
        heartbeat_s=setting.entry[1].heartbeat_s, placed=True,
    )  # fmt: skip


def checked(tried: Trial, name: str) -> Checked:
    """One check of a trial."""
    (found,) = [check for check in judge(tried) if check.name == name]
    return found


def keys(tried: Trial, name: str) -> list[str]:
    """What a check found, by key."""
    return [finding.key for finding in checked(tried, name).findings]


def finding(tried: Trial, name: str, key: str) -> Finding:
    """One finding of a check."""
    (found,) = [f for f in checked(tried, name).findings if f.key == key]
    return found


def swipes(count: int = 5, **content: Any) -> list[Heard]:
    """Swipes half a minute apart."""
    return [says(30 * number, **content) for number in range(count)]
