"""What is posted again under its key is done once: one row for each route that takes a key."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from console.audit.tables import AUDIT
from console.cases import once
from console.cases.tables import CASES, ONCE
from console.office import Office
from console.privacy.tables import REQUESTS
from console.settings import ConsoleSettings
from schemas.base import format_instant
from tests.console.conftest import Clock
from tests.console.desks import DAY, HOME, ONE_OF_EACH, enter, make_key
from tests.console.housing import Housed, open_house
from tests.console.samples import ESTATE, HOUR, NINE, alert
from tests.console.test_batch import alert_record

PERSON = {"login": "new", "name": "新", "role": "police", "areas": [ESTATE]}
TOKEN = {"label": "nightly", "scopes": ["cases:read"]}
SHELF = {"estate": ESTATE, "rule": "door_held", "why": "闭门器更换中", "until": NINE + HOUR}
REPORT = {"estate": ESTATE, "category": "lost", "text": "一把伞"}
SHIFT = {"entry": {"kind": "shift", "person": "wang", "duty": "police", "part": "00:00-24:00"}}
WATCH = {"why": "seen at the scene", "entry": {
    "estate": ESTATE, "looks_for": "plate", "value": "苏E·0F96D", "case_number": "A-118",
    "basis": "case_vehicle", "owner": "wang", "valid_to": format_instant(NINE + DAY),
}}  # fmt: skip
PERMIT = {"why": "at the desk", "entry": ONE_OF_EACH["permits"].model_dump(mode="json")}
ASKED = {"kind": "copy", "estate": ESTATE, "dwelling": HOME.name}
ROWS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("admin", "/api/accounts", PERSON | {"password": "three magpies on"}, {"name": "另"}),
    ("wang", "/api/me/tokens", TOKEN, {"label": "weekly"}),
    ("wang", "/api/reports", REPORT, {"text": "两把伞"}),
    ("wang", "/api/shelves", SHELF, {"why": "另一个原因"}),
    ("admin", "/api/watch/entries", WATCH, {"why": "seen again"}),
    ("wang", "/api/register/permits", PERMIT, {"why": "by telephone"}),
    ("sun", "/api/rights", ASKED, {"kind": "deletion"}),
    ("wang", "/api/requests", ASKED, {"kind": "deletion"}),
    ("wang", "/api/cases/a1/acts", {"kind": "accept", "version": 1}, {"why": "x"}),
]  # fmt: skip


@pytest.fixture
def housed(tmp_path: Any, clock: Clock) -> Iterator[Housed]:
    office = Office(ConsoleSettings(data=tmp_path / "console"), clock)
    make_key(office.settings.data)
    housed = open_house(office, clock)
    housed.person("wang")
    housed.person("sun", "resident")
    enter(housed.house.register, "dwellings", HOME)
    yield housed
    office.close()


def changes(housed: Housed) -> int:
    """How many entries the audit log has; reports, acts and cases have none, and are counted."""
    with housed.office.engine.connect() as tx:
        tables = (AUDIT, REQUESTS, CASES)
        counts = [tx.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in tables]
        return sum(counts)


@pytest.mark.parametrize(("login", "path", "body", "other"), ROWS, ids=lambda one: str(one)[:30])
async def test_it_is_done_once_and_answered_again(
    housed: Housed, login: str, path: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    await housed.office.take([alert_record(0, alert(delivery="push"))])
    opening = housed.program() if login == "admin" else housed.browser(login)
    key = {"Idempotency-Key": "k1"}
    async with opening as http:
        first = await http.post(path, json=body, headers=key)
        assert first.status_code in (200, 201, 204), first.text
        assert "idempotency-replayed" not in first.headers
        done = changes(housed)
        again = await http.post(path, json=body, headers=key)
        assert (again.status_code, changes(housed)) == (first.status_code, done)
        assert again.headers["idempotency-replayed"] == "true"
        secret = {"token": None} if path == "/api/me/tokens" else {}
        assert again.json() == first.json() | secret
        refused = await http.post(path, json=body | other, headers=key)
        assert (refused.status_code, changes(housed)) == (422, done)
        assert "came with another request" in refused.text


async def test_a_token_is_handed_out_once_and_no_row_has_it(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        key = {"Idempotency-Key": "k1"}
        made = (await http.post("/api/me/tokens", json=TOKEN, headers=key)).json()
        assert (await http.post("/api/me/tokens", json=TOKEN, headers=key)).json()["token"] is None
        assert len((await http.get("/api/me/tokens")).json()["items"]) == 1
    async with housed.program(made["token"]) as program:
        assert (await program.get("/api/cases")).status_code == 200
    with housed.office.engine.connect() as tx:
        bodies = list(tx.scalars(sa.select(ONCE.c.body)))
    assert len(bodies) == 1
    assert made["token"].rpartition("_")[2] not in bodies[0]


async def test_no_quick_hash_of_a_password_or_a_number_is_kept(housed: Housed) -> None:
    body = PERSON | {"password": "three magpies on"}
    async with housed.program() as admin:
        await admin.post("/api/accounts", json=body, headers={"Idempotency-Key": "k1"})
    with housed.office.engine.connect() as tx:
        (digest,) = tx.scalars(sa.select(ONCE.c.digest))
    assert len(digest) == 128, "scrypt gives 64 bytes, a plain SHA-256 32"


async def test_what_is_refused_leaves_nothing_and_frees_its_key(housed: Housed) -> None:
    key = {"Idempotency-Key": "k1"}
    async with housed.browser("wang") as http:
        wrong = PERMIT | {"version": 7}
        assert (
            await http.post("/api/register/permits", json=wrong, headers=key)
        ).status_code == 409
        before = changes(housed)
        done = await http.post("/api/register/permits", json=PERMIT, headers=key)
        assert (done.status_code, changes(housed)) == (200, before + 1)


async def test_visits_and_the_roster_once(housed: Housed) -> None:
    async with housed.program() as admin:
        key = {"Idempotency-Key": "k1"}
        answers = [await admin.post("/api/roster", json=SHIFT, headers=key) for _ in range(2)]
        assert [one.status_code for one in answers] == [201, 201], answers[0].text
        assert answers[1].headers["idempotency-replayed"] == "true"


def test_keys_go_after_a_day_and_when_they_are_too_many(
    housed: Housed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "KEPT_MAX", 3)
    rows = [("old", "x", NINE - once.KEPT_MS - 1)]
    rows += [(f"k{n}", "x", NINE + n) for n in range(5)] + [("k", "y", NINE)]
    with housed.office.engine.begin() as tx:
        for key, account, at in rows:
            row = {"account": account, "key": key, "digest": "", "body": "", "at": at}
            tx.execute(ONCE.insert().values(row))
        once.forget(tx, NINE)
        left = [(row.account, row.key) for row in tx.execute(sa.select(ONCE).order_by(ONCE.c.key))]
    assert left == [("y", "k"), ("x", "k2"), ("x", "k3"), ("x", "k4")]
