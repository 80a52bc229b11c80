"""The roster as tables that are taken out. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from console.around.sheets import Sheet, row
from console.notify.asking import RosterAnswer
from console.notify.message import TEXTS
from console.notify.roster import EVERYWHERE, Away, Extra, Shift
from console.words import Language


@dataclass(frozen=True, slots=True)
class Said:
    """How a roster is said: duties by a word; people by login and areas by id have names."""

    language: Language
    duty: Callable[[str], str]
    people: Mapping[str, str]
    areas: Mapping[str, str]

    def say(self, key: str) -> str:
        """A text of this package."""
        return TEXTS.say(key, self.language)

    def person(self, login: str) -> str:
        """A name; the login where there is none."""
        return self.people.get(login, login)

    def area(self, area: str) -> str:
        """An area's name; its id where there is none."""
        return self.say("everywhere") if area == EVERYWHERE else self.areas.get(area, area)

    def columns(self, *keys: str) -> tuple[str, ...]:
        """Headings."""
        return tuple(self.say(key) for key in keys)


def sheets_of(told: RosterAnswer, said: Said) -> list[Sheet]:
    """Who is on duty now, the weekly shifts, and what is different for once."""
    return [_now(told, said), _shifts(told, said), _once(told, said)]


def _now(told: RosterAnswer, said: Said) -> Sheet:
    between = "、" if said.language == "zh" else ", "
    rows = tuple(
        row(said.area(area), said.duty(duty),
            between.join(map(said.person, people)) or said.say("nobody"))
        for area, duties in sorted(told.now.items())
        for duty, people in sorted(duties.items())
    )  # fmt: skip
    return Sheet(said.say("on_duty_now"), said.columns("area", "duty", "people"), rows)


def _shifts(told: RosterAnswer, said: Said) -> Sheet:
    heads = ("person", "duty", "area", "days", "part", "since", "until")
    found = [one.entry for one in told.entries if isinstance(one.entry, Shift)]
    rows = tuple(
        row(said.person(one.person), said.duty(one.duty), said.area(one.area),
            " ".join(said.say(f"day_{day}") for day in one.days), one.part,
            _day(one.since), _day(one.until))
        for one in found
    )  # fmt: skip
    return Sheet(said.say("shifts"), said.columns(*heads), rows)


def _once(told: RosterAnswer, said: Said) -> Sheet:
    found = [one.entry for one in told.entries]
    rows = tuple(
        row(said.person(one.person), said.say(one.kind),
            said.duty(one.duty) if isinstance(one, Extra) else "",
            said.area(one.area) if isinstance(one, Extra) else "",
            _minute(one.begins), _minute(one.ends))
        for one in found
        if isinstance(one, Away | Extra)
    )  # fmt: skip
    heads = said.columns("person", "what", "duty", "area", "begins", "ends")
    return Sheet(said.say("once"), heads, rows)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
