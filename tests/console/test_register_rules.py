"""From the desk to the rules: what is entered goes through the outbox and the log, meets readings
that the gateway sealed, and is judged by the shipped rules.
"""

from pathlib import Path
from typing import Any

import pytest

from console.audit.chain import Signed
from console.outbox.announcing import AGAIN_AFTER_MS, Speaker
from console.register.importing import Wish, import_file
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.watch.entries import WatchProposal
from ingest.pseudonyms import protect
from processors.core.replay import replay
from processors.rules.catalogue import only, shipped_rules
from schemas.alerts import Alert
from schemas.base import Words
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig, Place
from tests.console.conftest import Broker
from tests.console.desks import CARD as TENANT
from tests.console.desks import CONSENT as CARE
from tests.console.desks import DAY, ESTATE, KEYS, ME, enter, set_one
from tests.console.logs import Standing, events_of, make_log, sending, turns
from tests.console.samples import NINE

HOUR = 3_600_000
PLATE = "苏E·0F96D"
WORDS = Words(zh="入口", en="Entry")
CONFIG = EstateConfig(
    estate=ESTATE, name=WORDS,
    places=(
        Place(id="lane-in", kind="lane", name=WORDS), Place(id="door", kind="door", name=WORDS),
    ),
)  # fmt: skip


def own(word: str, at: int, **data: Any) -> Event:
    common = {"device": "gateway", "place": ESTATE, "received_at": at, "gateway": "gateway"}
    identity = event_id(ESTATE, word, at)
    return make_event(word, id=identity, source=f"/{ESTATE}/gateway", time=at, data=common | data)


def reading(word: str, at: int, subject: str, **data: Any) -> Event:
    """What a device said, as the gateway seals it."""
    place = "lane-in" if word.startswith("vehicle") else "door"
    common = {"device": "device-1", "place": place, "received_at": at, "time_from": "device"}
    clear = make_event(
        word, id=event_id(ESTATE, word, at, subject), source=f"/{ESTATE}/device-1", time=at,
        subject=subject, data=common | data,
    )  # fmt: skip
    return protect(clear, KEYS, at, {"gateway": "gateway"})


async def judged(broker: Broker, rule: str, readings: list[Event], until: int) -> list[Alert]:
    """The alerts of a rule over what stands in the log and what devices said."""
    config = CONFIG.model_dump(mode="json")
    begin = own("config.activated", NINE - DAY, hash=CONFIG.digest, config=config)
    ticks = [own("clock.ticked", at, since=NINE - DAY) for at in range(NINE - DAY, until, HOUR)]
    log = [begin, *ticks, *readings, *await events_of(broker.bootstrap)]
    rules = only(shipped_rules(), [rule])
    return list(replay(log, rules, until=until).alerts.values())


async def send(office: RegisterOffice, broker: Broker, clock: Standing | None = None) -> None:
    speaker = Speaker(office._standing, office._welcome)
    async with sending(office, broker.bootstrap, speaker, clock) as outbox:
        await turns(outbox)


def permit_list(until: str) -> bytes:
    return f"车牌,类别,有效期起,有效期至\n{PLATE},施工,2026-02-28,{until}\n".encode("gb18030")


@pytest.mark.parametrize(
    ("plate", "until", "rings"),
    [("苏E0F96D", "2026-03-20", 0), ("苏E 0F96D", "2026-03-01", 1), ("苏E11111", "2026-03-20", 1)],
)
async def test_a_permit_that_was_imported_keeps_an_overstay_silent(
    desk: RegisterOffice, broker: Broker, plate: str, until: str, rings: int
) -> None:
    await make_log(broker)
    wish = Wish(permit_list(until), "permits.csv", ESTATE, write=True)
    import_file(desk, KINDS["permits"], wish, ME)
    await send(desk, broker)
    entered = reading("vehicle.entered", NINE + HOUR, plate)
    alerts = await judged(broker, "overstay", [entered], NINE + 3 * DAY)
    assert len(alerts) == rings


async def test_a_permit_that_was_ended_counts_no_longer(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    wish = Wish(permit_list("2026-03-20"), "permits.csv", ESTATE, write=True)
    (planned,) = import_file(desk, KINDS["permits"], wish, ME).planned
    clock = Standing()
    await send(desk, broker, clock)
    desk.desk.end(KINDS["permits"], planned.row["id"], Signed("lin", "works over", NINE + DAY))
    clock.at = NINE + DAY
    await send(desk, broker, clock)
    entered = reading("vehicle.entered", NINE + HOUR, PLATE)
    (alert,) = await judged(broker, "overstay", [entered], NINE + 3 * DAY)
    assert alert.opened_at > NINE + DAY


@pytest.mark.parametrize(("approved", "read", "rings"), [
    (True, PLATE, 1), (False, PLATE, 0), (True, "苏E99999", 0),
])  # fmt: skip
async def test_a_watch_entry_that_was_approved_rings(
    desk: RegisterOffice, broker: Broker, approved: bool, read: str, rings: int
) -> None:
    await make_log(broker)
    told = WatchProposal(
        estate=ESTATE, looks_for="plate", value="苏E0F96D", case_number="A-118",
        basis="case_vehicle", severity="red", owner="lin", roles=("station",),
        valid_to=NINE + 7 * DAY,
    )  # fmt: skip
    name = desk.watch.propose(told, ME)["id"]
    if approved:
        desk.watch.approve(name, "wu", Signed("wu", "file read", NINE))
    await send(desk, broker)
    passing = reading("vehicle.entered", NINE + 60_000, read, confidence=0.97)
    alerts = await judged(broker, "watchlist_hit", [passing], NINE + HOUR)
    found = [(alert.severity, alert.roles, alert.key.split("|")[0]) for alert in alerts]
    assert found == [("red", ("station",), name)] * rings


async def test_an_entry_for_the_whole_city_rings_in_an_estate_that_came_later(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    told = WatchProposal(
        looks_for="credential", value="0012ab", case_number="A-119", basis="missing",
        owner="lin", valid_to=NINE + 7 * DAY,
    )  # fmt: skip
    name = desk.watch.propose(told, ME)["id"]
    desk.watch.approve(name, "wu", Signed("wu", "file read", NINE))
    await send(desk, broker)
    assert await events_of(broker.bootstrap) == []
    with desk.engine.begin() as tx:
        tx.exec_driver_sql(
            f"INSERT INTO views (key, written_at, body) VALUES ('input/{ESTATE}', 0, '')"
        )
    await send(desk, broker)
    shown = reading("access.granted", NINE + 60_000, "0012AB")
    (alert,) = await judged(broker, "watchlist_hit", [shown], NINE + HOUR)
    assert alert.roles == ("police",)


async def test_what_is_told_again_each_day_changes_no_judgement(
    desk: RegisterOffice, broker: Broker
) -> None:
    """The log forgets the first word of an entry after a week; the last ones must do."""
    await make_log(broker)
    wish = Wish(permit_list("2026-03-20"), "permits.csv", ESTATE, write=True)
    import_file(desk, KINDS["permits"], wish, ME)
    lost = set_one(desk, "credentials", TENANT.model_copy(update={"dwelling": None}))
    desk.desk.end(KINDS["credentials"], lost, Signed("lin", "moved out", NINE + HOUR))
    enter(desk, "consents", CARE)
    clock = Standing()
    clock.at += HOUR
    await send(desk, broker, clock)
    clock.at += AGAIN_AFTER_MS
    await send(desk, broker, clock)
    at = clock.at + HOUR
    readings = [
        reading("vehicle.entered", at, PLATE),
        reading("access.granted", at, "0012AB"),
        reading("help.requested", at, "btn-7"),
    ]
    everything = await events_of(broker.bootstrap)
    first = [event for event in everything if event.time < clock.at]
    again = [event for event in everything if event.time >= clock.at]
    assert (len(first), len(again)) == (4, 3)
    for rule in ("overstay", "lapsed_credential_used", "help_button"):
        found = [told(part + readings, rule, at + 2 * DAY) for part in (first, again, everything)]
        assert found[0] == found[1] == found[2]
        assert len(found[0]) == {"overstay": 0}.get(rule, 1)


def told(events: list[Event], rule: str, until: int) -> list[tuple[str, int, str, Words]]:
    """What a rule says, but for the evidence's and its own ids."""
    config = CONFIG.model_dump(mode="json")
    begin = own("config.activated", NINE - DAY, hash=CONFIG.digest, config=config)
    log = [begin, own("clock.ticked", until, since=NINE - DAY), *events]
    alerts = replay(log, only(shipped_rules(), [rule]), until=until).alerts.values()
    return [(one.key, one.opened_at, one.severity, one.reason) for one in alerts]


def test_the_key_is_the_one_that_the_gateway_uses(tmp_path: Path) -> None:
    from console.register.vault import Vault
    from ingest.key_file import load_keys

    made = load_keys(tmp_path / "master.key")
    read = Vault(tmp_path / "master.key").keys()
    assert read.estate(ESTATE).credential("1") == made.estate(ESTATE).credential("1")
