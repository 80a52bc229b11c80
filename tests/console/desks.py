"""A register on a database of the test's own, and entries of invented people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from console.accounts.tables import ACCOUNTS, TEAM_MEMBERS, TEAMS
from console.audit.chain import Signed
from console.database import insert_new, open_database
from console.outbox.tables import OUTBOX
from console.register.entries import (
    AwayEntry,
    ConsentEntry,
    CredentialEntry,
    DwellingEntry,
    Entry,
    PassEntry,
    PatrolEntry,
    PermitEntry,
    WorksEntry,
)
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.register.planning import Planned
from console.settings import ConsoleSettings
from schemas.sealing import Keys
from tests.console.samples import NINE

KEY = bytes(range(32))
KEYS = Keys(KEY)
ESTATE = "lakeside"
DAY = 86_400_000
ME = Signed("officer lin", "told at the desk", NINE)

HOME = DwellingEntry(
    estate=ESTATE, name="3-2-1102", place="b3-u2", address="3号楼2单元1102", use="own"
)
CARD = CredentialEntry(
    estate=ESTATE, number="0012ab", dwelling="3-2-1102", credential_class="tenant",
    holder="林小满", valid_to=NINE + 90 * DAY,
)  # fmt: skip
PERMIT = PermitEntry(
    estate=ESTATE, plate="苏E·0F96D", credential_class="courier", holder="周一鸣",
    valid_from=NINE - DAY, valid_to=NINE + DAY, stay_max_s=900,
)  # fmt: skip
VISIT = PassEntry(
    estate=ESTATE, plate="浙B2Q8C5", dwelling="3-2-1102", visitor="何远", valid_from=NINE,
    valid_to=NINE + DAY,
)  # fmt: skip
AWAY = AwayEntry(estate=ESTATE, dwelling="3-2-1102", valid_from=NINE, valid_to=NINE + 7 * DAY)
CONSENT = ConsentEntry(
    estate=ESTATE, person="沈阿婆", dwelling="3-2-1102", given_by="guardian", guardian="沈知秋",
    number="btn-7", silent_max_s=43_200, valid_from=NINE,
)  # fmt: skip
WORKS = WorksEntry(
    estate=ESTATE,
    place="b3",
    what="外墙维修",
    contact="高师傅",
    valid_from=NINE,
    valid_to=NINE + DAY,
)
PATROL = PatrolEntry(
    estate=ESTATE,
    place="yard",
    number="guard-9",
    team="夜巡二组",
    valid_from=NINE,
    valid_to=NINE + 3_600_000,
)
ONE_OF_EACH: dict[str, Entry] = {
    "dwellings": HOME, "credentials": CARD, "permits": PERMIT, "passes": VISIT, "aways": AWAY,
    "consents": CONSENT, "works": WORKS, "patrols": PATROL,
}  # fmt: skip
CLEAR = (
    "0012AB", "林小满", "0F96D", "周一鸣", "B2Q8C5", "何远", "沈阿婆", "沈知秋", "BTN-7", "高师傅",
    "夜巡二组", "GUARD-9",
)  # fmt: skip
"""What must stand nowhere in clear."""


def make_key(folder: Path) -> Path:
    """The master key, as ingest would have made it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "master.key"
    file.write_bytes(KEY)
    file.chmod(0o600)
    return file


def staff(engine: Engine) -> None:
    """An officer of a team `station`: somebody must bear what hits of watch entries go to."""
    account = {
        "login": "station-officer", "name": "An", "role": "police", "areas": '["*"]',
        "kinds": '["police"]', "admin": False, "must_change": False, "totp_on": False,
        "totp_step": 0, "created_at": NINE, "version": 1,
    }  # fmt: skip
    team = {"id": "station", "name": "所队", "role": "police", "areas": '["*"]'}
    with engine.begin() as tx:
        insert_new(tx, ACCOUNTS, [account])
        insert_new(tx, TEAMS, [team])
        insert_new(tx, TEAM_MEMBERS, [{"team": "station", "login": "station-officer"}])


@contextmanager
def opened(settings: ConsoleSettings, at: int = NINE) -> Iterator[RegisterOffice]:
    """The register of a database, at an instant."""
    make_key(settings.data)
    engine = open_database(settings.url)
    staff(engine)
    try:
        yield RegisterOffice(settings, engine, lambda: at)
    finally:
        engine.dispose()


def enter(office: RegisterOffice, kind: str, *entries: Entry, at: int = NINE) -> list[Planned]:
    """Enter entries of a kind, by somebody."""
    rows = office.desk.rows(KINDS[kind], entries)
    return office.desk.enter(KINDS[kind], rows, Signed(ME.who, ME.why, at))


def set_one(office: RegisterOffice, kind: str, entry: Entry, at: int = NINE) -> str:
    """Enter one entry; its id."""
    (planned,) = enter(office, kind, entry, at=at)
    return str(planned.row["id"])


def outbox_of(engine: Engine) -> list[Any]:
    """All notes, in order."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(OUTBOX).order_by(OUTBOX.c.sequence)))


def whole_database(engine: Engine) -> str:
    """Every value of every table as text."""
    found = []
    with engine.connect() as connection:
        for table in sa.inspect(engine).get_table_names():
            found += [str(row) for row in connection.execute(sa.text(f'SELECT * FROM "{table}"'))]
    return "\n".join(found)
