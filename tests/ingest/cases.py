"""The cases beside each adapter: a message, and the events or the rejection that it must become.

`cases/<what>/message.json` holds `topic`, `received_at` (RFC 3339) and one of `payload` (text, or
an object that is serialised), `payload_base64`, `payload_file` (a file beside it); it may hold
`retained`, `timezone`, `site` (an inline site file) and `same_as` (another case of the adapter
whose ids must be the same). Beside it lies `expected.json` (events without id and specversion)
or `rejected.json` (reason and path).
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ingest.catalogue import SHIPPED, Adapter, Catalogue, load_catalogue
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import Event
from schemas.site import Site

KNOWN = frozenset(
    {"topic", "received_at", "payload", "payload_base64", "payload_file", "retained", "timezone",
     "site", "same_as"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One case: where it lies and what its message.json says."""

    adapter: str
    folder: Path
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        """How a test names it."""
        return f"{self.adapter}/{self.folder.name}"

    @property
    def payload(self) -> bytes:
        """The payload as bytes."""
        if "payload_file" in self.spec:
            return (self.folder / str(self.spec["payload_file"])).read_bytes()
        if "payload_base64" in self.spec:
            return base64.b64decode(self.spec["payload_base64"])
        payload = self.spec["payload"]
        text = payload if isinstance(payload, str) else json.dumps(payload)
        return text.encode()

    @property
    def message(self) -> Message:
        """The message as the gateway would hand it over."""
        return Message(
            topic=self.spec["topic"],
            payload=self.payload,
            received_at=parse_instant(self.spec["received_at"]),
            retained=self.spec.get("retained", False),
        )

    @property
    def registry(self) -> Registry:
        """The site the case names, or none."""
        site = Site.model_validate(self.spec["site"]) if "site" in self.spec else None
        zone = ZoneInfo(self.spec["timezone"]) if "timezone" in self.spec else None
        return Registry(site, zone)

    def read(self, adapter: str | None = None) -> list[Event] | Rejected:
        """What the mapping makes of it; without a name the catalogue chooses the adapter."""
        return Mapper(shipped(), self.registry).read(self.message, adapter)

    def wanted(self, name: str) -> Any:
        """The content of expected.json or rejected.json, None where there is none."""
        file = self.folder / name
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


@cache
def shipped() -> Catalogue:
    """The shipped adapters."""
    return load_catalogue()


def adapters() -> list[Adapter]:
    """The shipped adapters, by name."""
    return [shipped().adapters[name] for name in sorted(shipped().adapters)]


def cases(of: Iterable[Adapter] | None = None) -> list[Case]:
    """All cases of the adapters."""
    return [
        Case(adapter.spec.name, file.parent, json.loads(file.read_text(encoding="utf-8")))
        for adapter in (adapters() if of is None else of)
        for file in sorted((adapter.folder / "cases").glob("*/message.json"))
    ]


def plain(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as expected.json writes them: without id and specversion."""
    lines = [json.loads(event.to_json()) for event in events]
    return [{k: v for k, v in line.items() if k not in ("id", "specversion")} for line in lines]


def folders_on_disk() -> set[str]:
    """Every adapter folder in the package; those that begin with `_` hold what several share."""
    return {
        folder.name
        for folder in SHIPPED.iterdir()
        if folder.is_dir() and not folder.name.startswith(("_", "."))
    }
