"""Homes in use, seemingly vacant, used otherwise than registered, or not to be judged.

A home is looked at when something is read at its doors, when the register changes, and at the end
of each night. `in_use`: used within `vacant_d`, and not otherwise than registered. `seems_vacant`:
registered vacant and not lived in, or not used for `vacant_d` while its readers were heard. What
differs is what the rule dwelling_unusual lists, by the same numbers; set both alike. Nobody is said
to be inside unless the home's doors read exits.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import Field

from processors.core.duress import shown_as
from processors.core.effects import CancelDeadline, Deadline, Effect, SetDeadline, Told
from processors.core.register import Home
from processors.core.rule import NO_EFFECTS, Situation, ms
from processors.rules.homes import (
    by_card,
    entrances,
    home_name,
    of_dwelling,
    reads_exits,
    stands_at,
)
from processors.rules.letting_in import ADMITTED
from processors.rules.night import day_of
from processors.rules.places import nowhere
from processors.rules.usage import (
    UNUSED,
    WINDOW_D,
    Usage,
    UsageParams,
    difference,
    end_of_night,
    home_devices,
    night_over,
    reading_of,
    short,
    used,
)
from processors.views.shape import SHOW, Pace, changed, is_due, read_model
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import Place
from schemas.views import HomeDoubt, HomeStatus, HomeView

DAY_MS = 86_400_000
LAST_STEP_MS = 3_600_000
"""That a home is still in use is shown again when its last evidence is newer by this much."""
WEIGHTY = (
    "status", "differs", "doubt", "use", "people", "nights", "credentials", "inside", "sources",
)  # fmt: skip
"""What is shown again when it changes; of the last evidence only its hour."""
UNKNOWN = Home("", "unknown", None, 0)


class HomesParams(UsageParams):
    """Thirty days and a fifth of them without a reader: both our own judgement."""

    vacant_d: float = Field(default=30, gt=0)
    away_share: float = Field(default=0.2, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A home: its use, its last evidence, since when it is looked at, and what was shown of it.

    `carded`: the register has named a credential for it. `blind` are the days (ordinals) in which
    input was missing, of those that count.
    """

    usage: Usage = UNUSED
    since: int = 0
    last: int = 0
    last_by: str = ""
    last_place: str = ""
    last_way: str | None = None
    carded: bool = False
    blind: tuple[int, ...] = ()
    shown: str = ""
    pace: Pace = field(default_factory=Pace)


GONE = Known(since=-1)
"""A home that the register no longer has."""


def step(now: Situation, state: Known, told: Told) -> tuple[Known, tuple[Effect, ...]]:
    """One input of one home."""
    if is_due(told):
        return _shown(now, replace(state, pace=Pace(), shown=""))
    if isinstance(told, Deadline):
        state, shown = _shown(now, _night_over(now, state, told))
        return state, (SetDeadline("night_over", end_of_night(now)), *shown)
    assert isinstance(told, Event)
    after = _heard(now, state, told)
    if after is None:
        return state, NO_EFFECTS
    if after == GONE:
        return Known(), (CancelDeadline("night_over"), CancelDeadline(SHOW), *_shown(now, after)[1])
    if after.since:
        return _shown(now, after)
    state, shown = _shown(now, replace(after, since=now.at))
    return state, (SetDeadline("night_over", end_of_night(now)), *shown)


def _night_over(now: Situation, state: Known, due: Deadline) -> Known:
    """The home a day on; a day in which input was missing at any time counts as blind."""
    usage, _ = night_over(now, state.usage, judged=due.judged)
    today = day_of(now.at, now.config.timezone)
    blind = state.blind if due.judged else (*state.blind, today)
    first = today - round(now.params.vacant_d)
    return replace(state, usage=usage, blind=tuple(day for day in blind if day > first))


def _heard(now: Situation, state: Known, event: Event) -> Known | None:
    """The home after an event; None for one that says nothing of it."""
    data = event.data
    if isinstance(data, RegisterChanged):
        if data.record == "credential":
            return replace(state, carded=state.carded or data.change == "set")
        if data.record == "dwelling":
            return state if data.change == "set" else GONE
        return None
    reading = reading_of(now, event)
    if reading is None:
        return None
    return replace(
        state,
        usage=used(now, state.usage, reading),
        last=event.at,
        last_by=shown_as(event.type),
        last_place=data.place,
        last_way=data.direction,
    )


def _shown(now: Situation, state: Known) -> tuple[Known, tuple[Effect, ...]]:
    """Show the home if it is another one than was shown."""
    facts = _facts(now, state)
    hour = state.last // LAST_STEP_MS
    told = short(f"{facts['coverage']} {hour} {[facts[name] for name in WEIGHTY]}")
    if told == state.shown:
        return state, NO_EFFECTS
    pace, shown = changed(now, state.pace, lambda: _view(now, facts))
    return replace(state, pace=pace, shown=told), shown


def _view(now: Situation, facts: dict[str, Any]) -> HomeView:
    name = home_name(now.config, now.scope.id, facts["place"])
    return HomeView(
        estate=now.config.estate, dwelling=now.scope.id, place_name=name, at=now.at, **facts
    )


def _facts(now: Situation, state: Known) -> dict[str, Any]:
    """What is shown of a home, by the view's names."""
    registered = now.register.home(now.scope.id)
    home = registered or UNKNOWN
    place = stands_at(now.config, now.register, now.scope.id)
    doors = entrances(now.config, place)
    differs = difference(registered, state.usage, now.params)
    status, doubt = "differs", None
    if differs is None:
        status, doubt = _status(now, state, home, doors)
    elif not reads_exits(doors):
        status, doubt = "cannot_be_judged", "entry_only"
    return {
        "place": place,
        "status": status,
        "differs": differs if status == "differs" else None,
        "doubt": doubt,
        "use": home.use,
        "people": home.people,
        "nights": len(state.usage.nights),
        "credentials": len(state.usage.cards),
        "last": state.last or None,
        "last_by": state.last_by or None,
        "last_place": state.last_place or None,
        "sources": _sources(now, state, doors),
        "coverage": _coverage(now, doors),
        "inside": _inside(state, doors),
    }


def _status(
    now: Situation, state: Known, home: Home, doors: tuple[Place, ...]
) -> tuple[HomeStatus, HomeDoubt | None]:
    """The status of a home that is used as registered, if at all."""
    if home.use != "vacant" and state.last and now.at - state.last < _vacant_ms(now):
        return "in_use", None
    doubt = _doubt(now, state, home, doors)
    return ("seems_vacant", None) if doubt is None else ("cannot_be_judged", doubt)


def _doubt(now: Situation, state: Known, home: Home, doors: tuple[Place, ...]) -> HomeDoubt | None:
    """Why that nothing was read says nothing, or None."""
    # A home in which the register has nobody, and of which nothing is read, is as it is registered
    # from the first day, whether or not a card was ever given out for it.
    as_registered = home.use == "vacant" or home.people == 0
    if not doors or not (as_registered or _sources(now, state, doors)):
        return "no_source"
    if len(state.blind) > now.params.away_share * now.params.vacant_d:
        return "input_missing"
    span = WINDOW_D * DAY_MS if as_registered else _vacant_ms(now)
    since = max(now.at - span, state.since)
    if now.outages.longest(home_devices(now), since, now.at) > now.params.away_share * span:
        return "reader_down"
    return None if as_registered or now.at - state.since >= span else "too_short"


def _vacant_ms(now: Situation) -> int:
    return ms(now.params.vacant_d * 86_400)


def _sources(now: Situation, state: Known, doors: tuple[Place, ...]) -> tuple[str, ...]:
    """What could tell of the home: cards registered for it, a door of its own."""
    dwelling = now.scope.id
    own = bool(doors) and (doors[0].parent == dwelling or doors[0].id == dwelling)
    cards = ("credential",) if doors and (state.carded or state.usage.cards) else ()
    return (*cards, "door") if own else cards


def _coverage(now: Situation, doors: tuple[Place, ...]) -> float | None:
    """The share of the last seven days in which each reader of the home was heard."""
    if not doors:
        return None
    span = WINDOW_D * DAY_MS
    if not now.outages.spans:
        return 1.0
    away = now.outages.longest(home_devices(now), now.at - span, now.at)
    return round(1 - away / span, 2)


def _inside(state: Known, doors: tuple[Place, ...]) -> bool | None:
    """Whether a card is inside, or the last one went out; None where that cannot be known."""
    if not reads_exits(doors):
        return None
    if state.usage.inside:
        return True
    return False if state.last_way == "out" else None


VIEW = read_model(
    "homes",
    Words(zh="房屋使用", en="homes in use"),
    (*ADMITTED, "door.opened", "register.changed"),
    of_dwelling,
    HomesParams,
    Known,
    step,
    joined=by_card,
    after=frozenset({"device_lost"}),
    told_in=nowhere,
)
