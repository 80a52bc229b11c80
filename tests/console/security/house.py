"""A house in which all that devices and people gave bears a mark, with people near it and far."""

from typing import Any

from console.accounts.principal import ROLES
from console.cases.surroundings import Surroundings
from console.lifecycle.table import Role
from console.office import Office
from schemas.place import EstateConfig
from schemas.views import View
from tests.console.around.estates import CONFIG, care, furnish, gate, home, vehicles
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.desks import HOME, ONE_OF_EACH, enter, make_key
from tests.console.housing import Housed
from tests.console.samples import (
    ESTATE,
    alert,
    camera,
    device,
    evidence,
    gateway_input,
    rule,
    words,
)
from tests.console.test_batch import alert_record

FAR = "far-away"
CASES = ("a1", "p1", "g1")
HANDLERS = dict(zip(CASES, ("police", "property", "grid_worker"), strict=True))


def near(role: Role) -> str:
    """Who looks after the estate."""
    return f"near-{role.replace('_', '-')}"


def far(role: Role) -> str:
    """Who looks after another one."""
    return f"far-{role.replace('_', '-')}"


def config(mark: str) -> EstateConfig:
    """The estate, with the mark in the names of its places."""
    named = words(mark, mark)
    places = tuple(place.model_copy(update={"name": named}) for place in CONFIG.places)
    return CONFIG.model_copy(update={"places": places, "name": named})


def views(mark: str) -> tuple[View, ...]:
    """What the processors tell of it."""
    named = words(mark, mark)
    return (
        gateway_input(name=named), rule(),
        device("north-panel", name=named, place="north-door", place_name=named, state="lost",
               not_judged=("door_forced",)),
        home("3-1-201", place="b3-u1", status="seems_vacant", place_name=named),
        gate("north", gate_name=named), vehicles(place_name=named),
        care("3-1-202", "silent", place="b3-u1", place_name=named),
    )  # fmt: skip


async def marked(office: Office, clock: Clock, mark: str) -> Housed:
    """The house. Its cases are `CASES`, one for each of three handlers."""
    make_key(office.settings.data)
    housed = await furnish(office, clock, views(mark))
    Work(office.cases, Surroundings({ESTATE: config(mark)}))
    named = words(mark, mark)
    proof = evidence("open", "door.opened", subject=mark, place_name=named)
    seen: dict[str, Any] = {
        "place_name": named, "reason": named, "evidence": (proof,), "also": ("property",),
        "cameras": (camera().model_copy(update={"name": named}),),
    }  # fmt: skip
    given = [alert(name, handler=HANDLERS[name], **seen) for name in CASES]
    await office.take([alert_record(n, one) for n, one in enumerate(given)])
    enter(housed.house.register, "dwellings", HOME.model_copy(update={"address": mark}))
    for kind in ("works", "patrols", "permits"):
        enter(housed.house.register, kind, ONE_OF_EACH[kind])
    for role in ROLES:
        housed.person(near(role), role)
        housed.person(far(role), role, areas=(FAR,))
    return housed
