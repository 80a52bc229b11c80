"""The cases beside each adapter: a message, and the events or the rejection that it must become.

`cases/<what>/message.json` holds `topic`, `received_at` (RFC 3339) and one of `payload` (text, or
an object that is serialised), `payload_base64`, `payload_file` (a file beside it); it may hold
`retained`, `timezone`, `site` (an inline site file) and `same_as` (another case of the adapter
whose ids must be the same). Beside it lies `expected.json` (events without id and specversion)
or `rejected.json` (reason and path).
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from ingest.catalogue import Adapter, Catalogue
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import Event, explain
from schemas.site import Site

MESSAGE, EXPECTED, REJECTED = "message.json", "expected.json", "rejected.json"
BODIES = frozenset({"payload", "payload_base64", "payload_file"})
NEEDED = frozenset({"topic", "received_at"})
KNOWN = NEEDED | BODIES | {"retained", "timezone", "site", "same_as"}


class CaseFault(ValueError):
    """A case that cannot be read: one line on which file, what, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: whose it is, where it lies, and what its message.json says."""

    adapter: str
    folder: Path
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        """How reports name it."""
        return f"{self.adapter}/{self.folder.name}"

    @property
    def payload(self) -> bytes:
        """The payload as bytes. Raises CaseFault."""
        try:
            if "payload_file" in self.spec:
                return (self.folder / str(self.spec["payload_file"])).read_bytes()
            if "payload_base64" in self.spec:
                return base64.b64decode(self.spec["payload_base64"])
        except (OSError, binascii.Error, TypeError) as error:
            raise CaseFault(
                f"{self.name}/{MESSAGE}: its payload cannot be read: {error}"
            ) from error
        payload = self.spec["payload"]
        text = payload if isinstance(payload, str) else json.dumps(payload)
        return text.encode()

    @property
    def message(self) -> Message:
        """The message as the gateway would hand it over. Raises CaseFault."""
        try:
            received_at = parse_instant(self.spec["received_at"])
        except ValueError as error:
            raise CaseFault(f"{self.name}/{MESSAGE}: received_at: {error}") from error
        retained = self.spec.get("retained", False)
        return Message(str(self.spec["topic"]), self.payload, received_at, retained)

    @property
    def registry(self) -> Registry:
        """The site the case names, or none. Raises CaseFault."""
        try:
            site = Site.model_validate(self.spec["site"]) if "site" in self.spec else None
            zone = ZoneInfo(self.spec["timezone"]) if "timezone" in self.spec else None
        except ValidationError as error:
            raise CaseFault(f"{self.name}/{MESSAGE}: site: {explain(error)}") from error
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CaseFault(f"{self.name}/{MESSAGE}: timezone: {error}") from error
        return Registry(site, zone)

    def read_by(self, catalogue: Catalogue, adapter: str | None = None) -> list[Event] | Rejected:
        """What the mapping makes of it; without a name the catalogue chooses the adapter."""
        return Mapper(catalogue, self.registry).read(self.message, adapter)

    def wanted(self, name: str) -> Any:
        """The content of expected.json or rejected.json, None where there is none."""
        file = self.folder / name
        return _content(file) if file.is_file() else None


def cases_of(adapter: Adapter) -> list[Case]:
    """The cases of one adapter, by name. Raises CaseFault for a file that is not JSON."""
    return [
        Case(adapter.spec.name, file.parent, _spec(file))
        for file in sorted((adapter.folder / "cases").glob(f"*/{MESSAGE}"))
    ]


def plain(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as expected.json writes them: without id and specversion."""
    lines = [json.loads(event.to_json()) for event in events]
    return [{k: v for k, v in line.items() if k not in ("id", "specversion")} for line in lines]


def written_faults(case: Case) -> Iterator[str]:
    """What is wrong with a message.json before anything is read by it."""
    unknown = sorted(case.spec.keys() - KNOWN)
    missing = sorted(NEEDED - case.spec.keys())
    bodies = sorted(case.spec.keys() & BODIES)
    if unknown:
        yield f"{MESSAGE} has {', '.join(unknown)}; it may have {', '.join(sorted(KNOWN))}"
    if missing:
        yield f"{MESSAGE} lacks {', '.join(missing)}; add it"
    if len(bodies) != 1:
        yield f"{MESSAGE} needs one of {', '.join(sorted(BODIES))}; it has {len(bodies)}"


def _spec(file: Path) -> dict[str, Any]:
    content = _content(file)
    if not isinstance(content, dict):
        raise CaseFault(f"{file}: is no JSON object; it needs topic, received_at and a payload")
    return content


def _content(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseFault(f"{file}: cannot be read: {error}") from error
