"""Pictures that a case rests on, held beyond their days for as long as the case holds its alerts.

Ingest lets a picture go with the folder of its day. What an alert of a case links is linked into a
folder of no day beside them (`ESTATE/held/`), found by the same look-up, and let go with the alert.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from console.cases.tables import CASE_ALERTS
from console.tables import ALERTS
from schemas.alerts import Alert
from schemas.pictures import is_picture_name, linked_name, picture_link

HELD = "held"
Picture = tuple[str, str]
"""Estate and name."""


def pictures_of_cases(engine: Engine) -> set[Picture]:
    """The pictures that alerts of cases link."""
    query = sa.select(ALERTS.c.body).join(CASE_ALERTS, CASE_ALERTS.c.alert == ALERTS.c.id)
    query = query.where(ALERTS.c.body.contains(picture_link("")))
    with engine.connect() as connection:
        bodies = connection.scalars(query.execution_options(yield_per=200))
        return {found for body in bodies for found in _linked(Alert.model_validate_json(body))}


def _linked(alert: Alert) -> Iterator[Picture]:
    for item in alert.evidence:
        for name in filter(None, map(linked_name, item.pictures)):
            yield item.estate or alert.estate, name


def hold_pictures(folder: Path, wanted: Iterable[Picture]) -> tuple[int, int]:
    """Hold what is wanted, and let go of the rest of what was held; how many of each."""
    wanted = set(wanted)
    held = sum(_hold(folder / estate, name) for estate, name in sorted(wanted))
    gone = 0
    for path in folder.glob(f"*/{HELD}/*"):
        if is_picture_name(path.name) and (path.parts[-3], path.name) not in wanted:
            path.unlink(missing_ok=True)
            gone += 1
    return held, gone


def _hold(estate: Path, name: str) -> bool:
    """Link one picture into the folder of what is held; False if it is there, or nowhere."""
    kept = estate / HELD / name
    source = next((path for path in estate.glob(f"*/{name}") if path.parent.name != HELD), None)
    if source is None or kept.exists():
        return False
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        os.link(source, kept)
    except OSError:  # Not every disk has links.
        draft = kept.with_suffix(".draft")
        with suppress(FileNotFoundError):
            shutil.copyfile(source, draft)
            draft.replace(kept)
    return True
