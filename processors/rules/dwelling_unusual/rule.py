"""A home is used otherwise than it is registered.

Why: homes let, shared or lived in without a word to the register are where help, letters and
checks go to the wrong door. Fires at the end of a night, for a visit and never as a push: a home
registered vacant was used on `nights_min` of the last seven nights, one registered as its owner's
was so used by a tenant's card, or `cards_more` more cards than people registered were used there at
night. A night counts by a reading in its hours, or by a card that came in and had not left. Clears
when the register is changed to fit, or when no night of the last seven counts. Cannot be judged
where the home's door reads only entry, or for nights in which a reader was away. Misses whoever
comes in with another, and homes that no card is registered for. Known false alarms: an owner back
for a week, relatives at a festival, works nobody registered.
"""

from dataclasses import dataclass, replace

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    NearMiss,
    OpenAlert,
    SetDeadline,
    Told,
    evidence,
)
from processors.core.register import Home
from processors.core.rule import NO_EFFECTS, Rule, Situation
from processors.rules.causes import by_works
from processors.rules.homes import (
    by_card,
    entrances,
    flat_name,
    of_dwelling,
    reads_exits,
    stands_at,
)
from processors.rules.letting_in import ADMITTED
from processors.rules.places import nowhere
from processors.rules.usage import (
    UNUSED,
    Difference,
    Reading,
    Usage,
    UsageParams,
    difference,
    end_of_night,
    night_over,
    reading_of,
    used,
)
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event

ITEMS_MAX = 2


class DwellingUnusualParams(UsageParams):
    """As for every judgement of a home's use."""


@dataclass(frozen=True, slots=True)
class Dwelling:
    """A home's use, the last readings, whether a night's end is waited for, and what was told."""

    usage: Usage = UNUSED
    items: tuple[Evidence, ...] = ()
    waiting: bool = False
    told: Difference | None = None


FRESH = Dwelling()


def step(now: Situation, state: Dwelling, told: Told) -> tuple[Dwelling, tuple[Effect, ...]]:
    """One input of one home."""
    if isinstance(told, Deadline):
        return _night_over(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _registered(now, state, told.data)
    home = now.register.home(now.scope.id)
    if home is None:
        return state, NO_EFFECTS
    reading = reading_of(now, told)
    if reading is None:
        return state, NO_EFFECTS
    usage = used(now, state.usage, reading)
    if usage == state.usage:
        return state, NO_EFFECTS
    items = state.items
    if _may_differ(home, usage, reading):
        items = (*items[-ITEMS_MAX + 1 :], evidence("used", told))
    state = replace(state, usage=usage, items=items)
    if state.waiting:
        return state, NO_EFFECTS
    return replace(state, waiting=True), (SetDeadline("night_over", end_of_night(now)),)


def _may_differ(home: Home, usage: Usage, reading: Reading) -> bool:
    """Whether a reading could become evidence; what is as registered is not kept."""
    let = home.use == "own" and reading.tenant
    return home.use == "vacant" or let or len(usage.cards) > (home.people or 0)


def _registered(
    now: Situation, state: Dwelling, data: RegisterChanged
) -> tuple[Dwelling, tuple[Effect, ...]]:
    """The register of this home is changed; what fits it now is no difference any more."""
    if data.record != "dwelling" or state.told is None:
        return state, NO_EFFECTS
    if difference(now.register.home(now.scope.id), state.usage, now.params) == state.told:
        return state, NO_EFFECTS
    return replace(state, told=None), (ClearAlert(now.scope.id),)


def _night_over(
    now: Situation, state: Dwelling, due: Deadline
) -> tuple[Dwelling, tuple[Effect, ...]]:
    usage, sure = night_over(now, state.usage, judged=due.judged)
    unsure = () if sure else (NearMiss("used", "not judged: a reader was away, or input missing"),)
    again = SetDeadline("night_over", end_of_night(now))
    state = replace(state, usage=usage)
    if not (usage.nights or usage.inside):
        over = (ClearAlert(now.scope.id),) if state.told else NO_EFFECTS
        return FRESH, (*unsure, *over)
    found = difference(now.register.home(now.scope.id), usage, now.params)
    if found is None:
        return state, (*unsure, again)
    place = stands_at(now.config, now.register, now.scope.id)
    if not reads_exits(entrances(now.config, place)):
        only = NearMiss("used", "cannot be judged: the home's door reads only entry")
        return state, (*unsure, only, again)
    return replace(state, told=found), (*unsure, _alert(now, state, found, place), again)


def _alert(now: Situation, state: Dwelling, found: Difference, place: str) -> OpenAlert:
    return OpenAlert(
        key=now.scope.id,
        place=place,
        detail=_detail(now, state, found, place),
        evidence=state.items,
        identity=f"{now.scope.id}@{now.at}",
    )


def _detail(now: Situation, state: Dwelling, found: Difference, place: str) -> Words:
    flat = flat_name(now.scope.id, place)
    usage = state.usage
    nights, cards = len(usage.nights), len(usage.cards)
    home = now.register.home(now.scope.id)
    people = home.people if home is not None else None
    by = f"{cards}张卡" if cards else "未读到卡"
    said = {
        "vacant": Words(
            zh=f"登记空置，近7天有{nights}晚有人使用，{by}。可能：出租未登记、业主返回、装修。",
            en=f"registered vacant, used on {nights} of the last 7 nights, cards: {cards}. Perhaps "
            "let, the owner back, or works.",
        ),
        "let": Words(
            zh=f"登记自住，近7天有{len(usage.tenant_nights)}晚由租住类卡使用。可能：已出租、卡类登记"
            "有误。",
            en=f"registered as the owner's, a tenant's card used on {len(usage.tenant_nights)} of "
            "the last 7 nights. Perhaps let, perhaps the card's class is wrong.",
        ),
        "shared": Words(
            zh=f"登记{people}人，近7天夜间有{cards}张卡。可能：亲友来访、合租、旧卡未收回。",
            en=f"{people} registered, cards at night in the last 7 days: {cards}. Perhaps guests, "
            "perhaps shared, perhaps old cards.",
        ),
    }[found]
    next_en = "Visit and ask; no ground for a penalty. First: grid worker."
    return Words(
        zh=f"待核实：{flat.zh}{said.zh}请走访核实，不作处罚依据。首办：网格员。",
        en=f"To verify: {flat.en}{': ' if flat.en else ''}{said.en} {next_en}",
    )


RULE = Rule(
    id="dwelling_unusual",
    version="1",
    title=Words(zh="登记与使用不符", en="register and use differ"),
    steps={"used": Words(zh="进出该户", en="in or out there")},
    inputs=ADMITTED | {"door.opened", "register.changed"},
    scopes=of_dwelling,
    joined=by_card,
    params=DwellingUnusualParams,
    state=Dwelling,
    step=step,
    severity="blue",
    handler="grid_worker",
    also=("police",),
    delivery="list",
    after=frozenset({"device_lost", "works_under_way"}),
    told_in=nowhere,
    inhibitors=by_works,
)
