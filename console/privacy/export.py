"""A case taken out of the house: what is kept of it, gathered under the entry that says who did."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.audit.chain import Link, Said, Signed
from console.audit.log import append
from console.audit.tables import AUDIT
from console.cases.rows import act_of
from console.cases.tables import ACTS, REPORTS
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.pictures import find_picture
from console.privacy import bundle
from console.privacy.opened import ClearValue, alerts_of
from console.privacy.signing import private_key
from schemas.alerts import Alert
from schemas.base import format_instant
from schemas.pictures import linked_name
from schemas.sealing import Keys

EXPORTED = "cases.exported"
_PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


@dataclass(frozen=True, slots=True)
class Exporter:
    """Exports cases. `office` names whose they are, `pictures` is the folder of their evidence."""

    procedure: Procedure
    keys: Keys
    pictures: Path
    office: str

    def export(
        self, tx: Connection, case: Case, signed: Signed, clear: Iterable[ClearValue] | None = None
    ) -> bytes:
        """The ZIP of a case, in a transaction of `writing`; the export is written down first.

        `clear` are values that were opened for it, None where none were.
        """
        said = "sealed" if clear is None else "with clear values"
        target = f"cases/{case.id}"
        append(tx, signed, [Said(EXPORTED, target, f"version {case.version}, {said}")])
        alerts, links = alerts_of(tx, case.id), _links(tx, target)
        content = {
            "case.json": orjson.dumps(self._case(case), option=_PRETTY),
            "alerts.ndjson": bundle.ndjson(one.model_dump_json().encode() for one in alerts),
            "events.ndjson": bundle.ndjson(_events(alerts)),
            "acts.ndjson": bundle.ndjson(_acts(tx, case.id)),
            "pictures.json": orjson.dumps(self._pictures(alerts), option=_PRETTY),
            bundle.AUDIT: bundle.ndjson(orjson.dumps(asdict(link)) for link in links),
            bundle.README: _readme(),
        }
        if report := _report(tx, case.id):
            content["report.json"] = orjson.dumps(report, option=_PRETTY)
        if clear is not None:
            values = [asdict(value) for value in clear]
            content["clear.json"] = orjson.dumps(values, option=_PRETTY)
        names = sorted([*content, bundle.MANIFEST, bundle.PUBLIC])
        manifest = self._manifest(case, signed, links[-1], names)
        content[bundle.MANIFEST] = orjson.dumps(manifest, option=_PRETTY)
        return bundle.pack(content, private_key(self.keys))

    def _case(self, case: Case) -> dict[str, Any]:
        told = asdict(case) | {"place_name": case.place_name.model_dump()}
        return told | {"is_over": self.procedure.is_over(case)}

    def _manifest(self, case: Case, signed: Signed, head: Link, names: list[str]) -> dict[str, Any]:
        return {
            "format": bundle.FORMAT, "office": self.office, "case": case.id,
            "version": case.version, "exported_at": format_instant(signed.at),
            "exported_by": signed.who, "why": signed.why, "audit_sequence": head.sequence,
            "audit_hash": head.hash, "files": names,
        }  # fmt: skip

    def _pictures(self, alerts: Iterable[Alert]) -> list[dict[str, Any]]:
        """The pictures that the evidence links; a picture's name is the SHA-256 of its bytes."""
        found = []
        for alert in alerts:
            for item in alert.evidence:
                for name in filter(None, map(linked_name, item.pictures)):
                    content = find_picture(self.pictures, item.estate or alert.estate, name)
                    size = None if content is None else len(content)
                    found.append({
                        "name": name, "sha256": name.partition(".")[0], "alert": alert.id,
                        "event": item.id, "bytes": size,
                    })  # fmt: skip
        return found


def _events(alerts: Iterable[Alert]) -> Iterable[bytes]:
    for alert in alerts:
        for item in alert.model_dump(mode="json", include={"evidence"})["evidence"]:
            yield orjson.dumps({"alert": alert.id} | item)


def _acts(tx: Connection, case: str) -> list[bytes]:
    query = sa.select(ACTS).where(ACTS.c.case == case).order_by(ACTS.c.version)
    return [act_of(row).model_dump_json().encode() for row in tx.execute(query)]


def _report(tx: Connection, case: str) -> dict[str, Any] | None:
    row = tx.execute(sa.select(REPORTS).where(REPORTS.c.case == case)).one_or_none()
    return None if row is None else {str(name): value for name, value in row._mapping.items()}


def _links(tx: Connection, target: str) -> list[Link]:
    columns = [AUDIT.c[name] for name in Link.__dataclass_fields__]
    query = sa.select(*columns).where(AUDIT.c.target == target).order_by(AUDIT.c.sequence)
    return [Link(*row) for row in tx.execute(query)]


def _readme() -> bytes:
    return files("console.privacy").joinpath("export-readme.md").read_bytes()
