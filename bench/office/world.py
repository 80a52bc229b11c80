"""A district of invented estates, who works there, and what its processors tell. Times in ms."""

import json
import os
import random
from pathlib import Path
from typing import Any

from console.accounts.book import Account
from console.accounts.principal import EVERYWHERE, KINDS
from console.audit.chain import Signed
from console.guard import COOKIE
from console.lifecycle.table import Role
from console.office import Office
from console.server import House, house_of, wall_clock
from console.settings import ConsoleSettings
from schemas.alerts import Alert, Camera, Evidence, Handler, Severity
from schemas.base import Words
from schemas.views import InputView, RuleView, View

ESTATES = 50
PER_STATION = 10
PLACES = 8
SESSION_MS = 60_000
"""A session in use is written down once a minute: they begin spread over one."""
LEVELS: tuple[Severity, ...] = ("yellow",) * 16 + ("orange",) * 3 + ("red",)
HANDLERS: tuple[Handler, ...] = ("police", "property", "police", "grid_worker")
STAFF: tuple[Role, ...] = ("property", "grid_worker", "property", "grid_worker", "police")
"""The roles of five phones in a row."""
DETAIL = Words(
    zh="门被强开｜无授权也无出门请求，门已开。查看录像，派人到场。",
    en="Door forced: open with no grant and no exit request. Look at the recording, send somebody.",
)


def estate_name(number: int) -> str:
    """The id of an estate."""
    return f"court-{number:02}"


def write_site(file: Path) -> None:
    """The site file; JSON is YAML too."""
    estates = [_estate(number) for number in range(ESTATES)]
    file.write_text(json.dumps({"version": 1, "estates": estates}), encoding="utf-8")


def _estate(number: int) -> dict[str, Any]:
    name, station = estate_name(number), number // PER_STATION
    places = [
        {"id": f"{name}-d{at}", "kind": "door", "name": {"zh": f"{at}号门", "en": f"Door {at}"}}
        for at in range(PLACES)
    ]
    trees = {
        "grid": f"grid-{number}", "community": f"community-{number // 3}",
        "police_office": f"office-{number // 3}", "police_station": f"station-{station}",
        "police_bureau": "bureau",
    }  # fmt: skip
    title = {"zh": f"第{number}苑", "en": f"Court {number}"}
    return {"id": name, "name": title, "timezone": "Asia/Shanghai", "trees": trees,
            "places": places}  # fmt: skip


def make_people(
    folder: Path, site: Path, counts: tuple[int, int], database_url: str | None
) -> None:
    """Accounts with a session each; officers see all estates, so that each hears of every alert."""
    os.umask(0o077)
    officers, phones = counts
    settings = ConsoleSettings(data=folder, site=site, database_url=database_url)
    office = Office(settings, wall_clock)
    try:
        house = house_of(office, "bench")
        spread = random.Random(1)
        made: dict[str, list[str]] = {"officers": [], "phones": []}
        for n in range(officers):
            made["officers"].append(_session(house, spread, f"p{n:02}", "police", EVERYWHERE))
        for n in range(phones):
            role = STAFF[n % len(STAFF)]
            at = (n // len(STAFF)) % ESTATES
            area = f"station-{at // PER_STATION}" if role == "police" else estate_name(at)
            made["phones"].append(_session(house, spread, f"m{n:04}", role, area))
    finally:
        office.close()
    (folder / "people.json").write_text(json.dumps(made))


def _session(house: House, spread: random.Random, login: str, role: Role, area: str) -> str:
    now = house.office.clock()
    account = Account(login, login, role, (area,), KINDS[role])
    house.entrance.accounts.make(account, None, Signed("admin", "bench", now))
    began = now - spread.randrange(SESSION_MS)
    secret = house.entrance.sessions.open(login, began, ("127.0.0.1", "bench"))
    return f"{COOKIE}={secret}"


def alert(name: str, number: int, at: int) -> Alert:
    """One alert as the processors write it, on a place that goes round the district."""
    estate, door = estate_name(number % ESTATES), number // ESTATES % PLACES
    place, turn = f"{estate}-d{door}", number + number // ESTATES
    seen = [
        Evidence(
            id=f"{name}-{step}", step=step, type=kind, time=at - ago, place=place,
            device=f"{place}-reader",
        )
        for step, kind, ago in (("denied", "access.denied", 4000), ("open", "door.opened", 900))
    ]  # fmt: skip
    return Alert(
        id=name, revision=0, rule="door_forced", rule_version="1", estate=estate, key=name,
        severity=LEVELS[turn % len(LEVELS)], handler=HANDLERS[turn % len(HANDLERS)],
        delivery="list", place=place, opened_at=at, updated_at=at, reason=DETAIL,
        place_name=Words(zh=f"{door}号门", en=f"Door {door}"), evidence=tuple(seen),
        cameras=(Camera(id=f"{place}-cam", name=Words(zh="球机", en="Dome")),),
    )  # fmt: skip


def views() -> list[View]:
    """What stands from the beginning."""
    return [RuleView(rule="door_forced", title=Words(zh="门被强开", en="door forced"))]


def inputs(at: int) -> list[View]:
    """What the processors tell of each estate's input each second."""
    return [
        InputView(
            estate=estate_name(n), ticked_at=at, complete_since=at - 3_600_000,
            name=Words(zh=f"第{n}苑", en=f"Court {n}"),
        )
        for n in range(ESTATES)
    ]  # fmt: skip
