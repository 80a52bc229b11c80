"""The tables behind the right column as plain texts: names, evidence, sources, coverage. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from console.glance import Glance
from console.pages.cards import date_text
from console.pages.speaker import Speaker
from console.words import event_word, glance_word, pick
from schemas.base import Words
from schemas.views import (
    CareView,
    DeviceView,
    HomeView,
    PassagesView,
    VehiclesView,
    VisitorStay,
    VisitorsView,
)

REF_SHOWN = 8
NOTHING = "–"
Named = Callable[[str, str], Words]
"""A place's name for people, by estate and place."""


@dataclass(frozen=True, slots=True)
class TableText:
    """A table as it is shown, with what must be known to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    links: tuple[str, ...] = ()
    """The page behind each row, in their order; none where rows have no pages."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Writes the tables in a speaker's language."""

    speaker: Speaker
    place_name: Named

    def write(self, kind: str, glance: Glance, devices: Sequence[DeviceView]) -> TableText:
        """The table of a row of the right column."""
        rows: dict[str, Callable[[], list[tuple[str, ...]]]] = {
            "homes": lambda: [self._home(one) for one in glance.homes],
            "people": lambda: [self._gate(one) for one in glance.passages],
            "vehicles": lambda: [self._vehicles(one) for one in glance.vehicles],
            "visitors": lambda: [row for one in glance.visitors for row in self._visitors(one)],
            "care": lambda: [self._care(one) for one in glance.care],
            "devices": lambda: [self._device(one) for one in devices],
        }
        columns = self._say(f"columns_{kind}").split("|")
        title, note = self._say(f"glance_{kind}"), self._say(f"note_{kind}")
        links = tuple(self._links(kind, glance, devices))
        return TableText(title, tuple(columns), tuple(rows[kind]()), note, links)

    def _links(self, kind: str, glance: Glance, devices: Sequence[DeviceView]) -> list[str]:
        pages: dict[str, list[tuple[str, str, str]]] = {
            "people": [("gates", one.gate, one.estate) for one in glance.passages],
            "homes": [("places", one.place, one.estate) for one in glance.homes],
            "devices": [("places", one.place, one.estate) for one in devices],
        }
        asked = {"lang": self.speaker.language}
        return [
            f"/{page}/{quote(name, safe='')}?{urlencode({'estate': estate} | asked)}"
            for page, name, estate in pages.get(kind, ())
        ]

    def _say(self, key: str, **values: object) -> str:
        return self.speaker.say(key, **values)

    def _word(self, group: str, name: str) -> str:
        return glance_word(group, name, self.speaker.language)

    def _pick(self, words: Words) -> str:
        return pick(words, self.speaker.language)

    def _at(self, at: int | None) -> str:
        return NOTHING if at is None else date_text(at, self.speaker.zone)

    def _evidence(self, estate: str, last: int | None, by: str | None, place: str | None) -> str:
        said = [self._at(last)]
        if by is not None:
            said.append(event_word(by, self.speaker.language))
        if place is not None:
            said.append(self._pick(self.place_name(estate, place)))
        return " · ".join(said)

    def _home(self, home: HomeView) -> tuple[str, ...]:
        status = self._word("homes", home.status)
        reasons = (("differs", home.differs), ("doubts", home.doubt))
        for why in (self._word(group, name) for group, name in reasons if name is not None):
            status = self._say("because", what=status, why=why)
        sources = [self._word("sources", source) for source in home.sources]
        return (
            self._pick(home.place_name),
            status,
            self._word("uses", home.use),
            self._evidence(home.estate, home.last, home.last_by, home.last_place),
            self._say("nights", n=home.nights),
            self._say("comma").join(sources) or NOTHING,
            _percent(home.coverage),
        )

    def _gate(self, gate: PassagesView) -> tuple[str, ...]:
        counts = (gate.people_in, gate.people_out, gate.vehicles_in, gate.vehicles_out)
        mean = gate.weekday_mean
        usual = NOTHING
        if mean is not None:
            usual = f"{mean.people_in:.0f} / {mean.people_out:.0f}"
        return (
            self._pick(gate.gate_name),
            *(str(sum(hours)) for hours in counts),
            usual,
            self._word("counted_by", gate.people_by),
            self._at(gate.at),
        )

    def _vehicles(self, view: VehiclesView) -> tuple[str, ...]:
        numbers = (view.inside, view.free, view.capacity, view.registered, view.unregistered)
        more = (view.unread, view.loose_exits, view.overtime)
        counts = (NOTHING if n is None else str(n) for n in (*numbers, *more))
        return (self._pick(view.place_name), *counts, self._at(view.at))

    def _visitors(self, view: VisitorsView) -> list[tuple[str, ...]]:
        return [self._stay(view, stay) for stay in view.overdue]

    def _stay(self, view: VisitorsView, stay: VisitorStay) -> tuple[str, ...]:
        home = stay.dwelling
        return (
            stay.ref[-REF_SHOWN:],
            NOTHING if home is None else self._pick(self.place_name(view.estate, home)),
            self._evidence(view.estate, stay.entered, None, stay.place),
            self._at(stay.until),
            self._word("exits", "read" if view.exits_read else "unread"),
        )

    def _care(self, view: CareView) -> tuple[str, ...]:
        state = self._word("care", view.state)
        if view.state == "away" and view.away_until is not None:
            state = self._say("because", what=state, why=self._at(view.away_until))
        limit = self._say("span_h", n=round(view.silent_max_s / 3600))
        last = self._evidence(view.estate, view.last, view.last_by, None)
        return (self._pick(view.place_name), state, last, limit)

    def _device(self, device: DeviceView) -> tuple[str, ...]:
        rules = [self._pick(self.speaker.title(rule)) for rule in device.not_judged]
        skew = NOTHING if device.skew_s is None else self._say("skew_s", n=f"{device.skew_s:+.0f}")
        return (
            self._pick(device.name),
            self._pick(device.place_name),
            self._say(device.state),
            self._at(device.last_seen),
            skew,
            self._say("comma").join(rules) or NOTHING,
        )


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.0%}"
