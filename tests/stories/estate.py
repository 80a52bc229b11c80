"""What stands in the estate of the stories, and who works there. All people are invented."""

from typing import Any

from console.accounts.book import Account, Team
from console.accounts.principal import EVERYWHERE, KINDS, ROLES
from console.audit.chain import Signed
from console.lifecycle.table import Role
from console.server import House
from schemas.alerts import Alert, Evidence
from schemas.sealing import subject_context
from schemas.views import (
    CareView,
    DayCount,
    HomeView,
    PassagesView,
    RuleView,
    VehiclesView,
    View,
    VisitorsView,
)
from tests.console.desks import CARD, HOME, KEYS, enter
from tests.console.housing import PASSWORD, QUICK
from tests.console.samples import ESTATE, HOUR, alert, device, gateway_input, words
from tests.stories.served import MORNING

GRID = "湖滨第三网格"
PEOPLE: dict[str, tuple[str, Role, tuple[str, ...]]] = {
    "wang": ("王强", "police", (EVERYWHERE,)),
    "liu": ("刘洋", "police", ("湖滨警务室",)),
    "wu": ("吴敏", "police", (EVERYWHERE,)),
    "du": ("杜衡", "supervisor", (EVERYWHERE,)),
    "zhao": ("赵刚", "property", (ESTATE,)),
    "chen": ("陈静", "grid_worker", (GRID,)),
    "sun": ("孙燕", "resident", (ESTATE, HOME.name)),
}
"""Login: name, role, areas. `wu` makes accounts; `liu` is of the patrol."""
WORDS: tuple[tuple[str, str, str], ...] = (
    ("door_forced", "门被强开", "door forced"), ("duress", "胁迫开门", "duress"),
    ("barrier_tailing", "道闸跟车", "barrier tailing"), ("intrusion", "闯入", "intrusion"),
    ("piled_objects", "楼道堆物", "things piled up"),
)  # fmt: skip
YESTERDAY, TODAY = "2026-03-01", "2026-03-02"
KEY = KEYS.estate(ESTATE)


def people(house: House) -> None:
    """Everybody, the patrol, and one home with its card."""
    book, signed = house.entrance.accounts, Signed("admin", "stories", MORNING)
    book.passwords = QUICK
    for login, (name, role, areas) in PEOPLE.items():
        kinds = KINDS["police"] if role == "supervisor" else KINDS[role]
        account = Account(login, name, role, areas, kinds, admin=login == "wu")
        book.make(account, None, signed)
        book.set_password(login, PASSWORD, signed, must_change=False)
    book.set_team(Team("patrol", "巡逻一组", "police", (EVERYWHERE,), ("liu",)), signed)
    enter(house.register, "dwellings", HOME, at=MORNING)
    enter(house.register, "credentials", CARD, at=MORNING)
    assert {role for _, role, _ in PEOPLE.values()} == set(ROLES)


def home(name: str, place: str, zh: str, **given: Any) -> HomeView:
    plain: dict[str, Any] = {"status": "in_use", "place_name": words(zh, f"Flat {name}")}
    return HomeView(estate=ESTATE, dwelling=name, place=place, at=MORNING, **plain | given)


def gate(day: str, people_in: tuple[int, ...], **given: Any) -> PassagesView:
    out = tuple(max(0, count - 1) for count in people_in)
    return PassagesView(
        estate=ESTATE, gate="gate-2", gate_name=words("2号门", "Gate 2"), day=day, at=MORNING,
        people_in=people_in, people_out=out, **given,
    )  # fmt: skip


def views() -> list[View]:
    """All that stands at nine o'clock."""
    # As it will be in the evening, for the hour that the glance asks for.
    morning = (0,) * 6 + (12, 41, 33) + (0,) * 13 + (3, 0)
    late = (0,) * 6 + (10, 38, 30, 9, 8, 7, 11, 9, 6, 7, 12, 31, 36, 22, 17, 9, 7, 2)
    rules: list[View] = [RuleView(rule=name, title=words(zh, en)) for name, zh, en in WORDS]
    return [
        *rules,
        gateway_input(ticked_at=MORNING, complete_since=MORNING - HOUR),
        device("north-panel", place="north-door", state="lost", not_judged=("door_forced",),
               last_seen=MORNING - HOUR),
        device("gate-2-arm", place="gate-2-barrier", name=words("2号门道闸", "Gate 2 arm"),
               place_name=words("2号门", "Gate 2"), last_seen=MORNING),
        home("3-1-1101", "b3-u1", "3号楼1单元1101"),
        home("3-1-1102", "b3-u1", "3号楼1单元1102", status="seems_vacant", use="own", nights=0),
        home(HOME.name, "b3-u2", "3号楼2单元1102", status="differs", differs="let", use="own",
             people=2),
        home("10-1-101", "b10-u1", "10号楼1单元101", status="cannot_be_judged",
             doubt="reader_down"),
        gate(YESTERDAY, late),
        gate(TODAY, morning, weeks=2, weekday_mean=DayCount(
            people_in=80, people_out=70, vehicles_in=0, vehicles_out=0)),
        VehiclesView(estate=ESTATE, place=ESTATE, place_name=words("湖畔苑", "Lakeside"),
                     inside=212, registered=198, unregistered=11, overtime=2, free=88,
                     capacity=300, at=MORNING),
        VisitorsView(estate=ESTATE, inside=4, overdue_count=0, exits_read=True, at=MORNING),
        CareView(estate=ESTATE, dwelling="10-1-101", place="b10-u1", state="silent",
                 place_name=words("10号楼1单元101", "Flat 10-1-101"), at=MORNING),
    ]  # fmt: skip


def reading(name: str, event_type: str, at: int, **given: Any) -> Evidence:
    plain = {"place": "north-door", "device": "north-panel", "step": name}
    return Evidence(id=name, type=event_type, time=at, **plain | given)


def told(name: str, at: int, **given: Any) -> Alert:
    """An alert of the estate; what is not given is that of a forced door."""
    given.setdefault("rule", "door_forced")
    zh, en = next((zh, en) for rule, zh, en in WORDS if rule == given["rule"])
    plain: dict[str, Any] = {
        "severity": "orange", "delivery": "push", "opened_at": at,
        "reason": words(
            f"橙·{zh}｜北门人行门 09:00｜无授权也无出门请求，门已开。",
            f"Orange, {en}: North Gate door, 09:00. Open with no grant and no exit request.",
        ),
    }  # fmt: skip
    return alert(name, **plain | given)


def entry_refused(name: str, at: int) -> Alert:
    """An alert whose readings hide a card."""
    event = f"{name}-read"
    hidden = reading(
        event, "access.denied", at,
        subject=KEY.credential(CARD.number),
        sealed={"subject": KEY.seal(CARD.number.upper(), subject_context(event))},
    )  # fmt: skip
    return told(name, at, evidence=(hidden, reading("open", "door.opened", at + 2000)))
