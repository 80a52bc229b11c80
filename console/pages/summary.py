"""What the page says around the alerts, as plain texts. Pure: a snapshot in, words out.

Comparing two of these tells whether a part of the page must be drawn anew.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from console.devices import Input, is_skewed
from console.glance import CareState, Glance
from console.office import Snapshot
from console.pages.cards import clock_text, date_text
from console.words import Language, glance_word, pick, say, severity_word, span_text
from schemas.alerts import Severity
from schemas.base import Words
from schemas.views import DeviceView, HomeStatus

TROUBLED_MAX = 30
DAY_MS = 86_400_000
CARE_TILES: tuple[CareState, ...] = ("active", "silent", "not_judged", "away")
HOME_TILES: tuple[HomeStatus, ...] = ("in_use", "seems_vacant", "differs", "cannot_be_judged")
# Ticks come each second; a page that counts them would only flicker.
FRESH_MS = 4000
Title = Callable[[str], Words]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a name, where or what it is of, and what is to be said of it."""

    name: str
    where: str = ""
    said: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """How many alerts in sight are of a level."""

    severity: Severity
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Tile:
    """How many things are of a kind; None where that cannot be said."""

    word: str
    count: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class GlanceRow:
    """One row of what stands, whose table opens on a click."""

    kind: str
    word: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The right column: what stands, devices in numbers, those in trouble, what is not judged."""

    glance: tuple[GlanceRow, ...]
    tiles: tuple[Tile, ...]
    headline: str
    troubled: tuple[Row, ...]
    more: str
    not_judged: tuple[str, ...]
    inputs: tuple[Row, ...]
    unjudged: str = ""


@dataclass(frozen=True, slots=True)
class Foot:
    """The bottom line: today's alerts by rule, and how many were suppressed, with the reasons."""

    today: str
    by_rule: tuple[str, ...]
    suppressed: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page says around the alerts. `now` is what ages count from, in ms."""

    now: int
    pulse: dict[str, str]
    estates: str
    levels: tuple[Level, ...]
    quiet: str
    side: Side
    foot: Foot


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it: in which language, on whose clock, with which titles for rules."""

    language: Language
    zone: ZoneInfo
    title: Title
    stale_after_ms: float
    skew_warn_s: float
    bootstrap: str
    office: Words

    def say(self, key: str, **values: object) -> str:
        """A text of the page."""
        return say(key, self.language, **values)

    def tell(self, snapshot: Snapshot) -> Told:
        """All of it."""
        return Told(
            now=snapshot.now,
            pulse=self.pulse(snapshot),
            estates=self.estates(snapshot),
            levels=self.levels(snapshot),
            quiet=self.quiet(snapshot),
            side=self.side(snapshot),
            foot=self.foot(snapshot),
        )

    def pulse(self, snapshot: Snapshot) -> dict[str, str]:
        """The state of the stream, its clock, why it is not normal, and the window's title."""
        state = snapshot.state
        at = snapshot.data_at
        clock = clock_text(at, self.zone, seconds=True) if at else self.say("no_clock")
        counts = [
            f"{severity_word(severity, self.language)} {n}"
            for severity, n in snapshot.counts.items()
            if n and severity in ("red", "orange")
        ]
        title = " · ".join([*counts, pick(self.office, self.language)])
        return {
            "state": state, "word": self.say(f"state_{state}"), "clock": clock,
            "age": self._age(snapshot), "why": self._why(snapshot), "title": title,
        }  # fmt: skip

    def _age(self, snapshot: Snapshot) -> str:
        if snapshot.data_at is None or snapshot.state == "late":
            return ""
        if snapshot.silent_ms < FRESH_MS:
            return self.say("fresh")
        return self.say("heard", age=span_text(snapshot.silent_ms, self.language))

    def lost(self) -> dict[str, str]:
        """What the page says of itself when it hears nothing from the server."""
        word = self.say("state_lost")
        title = f"⚠ {word} · {pick(self.office, self.language)}"
        why = self.say("why_lost")
        return {"state": "lost", "word": word, "age": "", "why": why, "title": title}

    def _why(self, snapshot: Snapshot) -> str:
        said = []
        if snapshot.state == "down":
            fault = self.say(f"fault_{snapshot.fault}", at=self.bootstrap)
            said.append(self.say("why_down", fault=fault))
        elif snapshot.state == "late":
            silent = [
                i for i in snapshot.inputs if snapshot.wall - i.written_at > self.stale_after_ms
            ]
            names = self.say("comma").join(self._estate(seen) for seen in silent)
            age = span_text(snapshot.silent_ms, self.language)
            said.append(self.say("why_late", estates=names, age=age))
        elif snapshot.state != "normal":
            said.append(self.say(f"why_{snapshot.state}"))
        if snapshot.unreadable:
            said.append(self.say("unreadable", n=snapshot.unreadable))
        return " ".join(said)

    def _estate(self, seen: Input) -> str:
        name = seen.view.name
        return pick(name, self.language) if name else seen.view.estate

    def estates(self, snapshot: Snapshot) -> str:
        """How many estates the office hears from; nothing before the first."""
        return self.say("estates", n=len(snapshot.inputs)) if snapshot.inputs else ""

    def quiet(self, snapshot: Snapshot) -> str:
        """What stands in the feed when there is nothing to do."""
        troubled = len(snapshot.devices.troubled)
        if troubled:
            return self.say("quiet_devices", n=troubled)
        well = snapshot.state == "normal" and snapshot.devices.online
        return self.say("quiet_well" if well else "quiet")

    def levels(self, snapshot: Snapshot) -> tuple[Level, ...]:
        """The levels with their words and how many alerts are of each."""
        return tuple(
            Level(severity, severity_word(severity, self.language), n)
            for severity, n in snapshot.counts.items()
        )

    def side(self, snapshot: Snapshot) -> Side:
        """The right column."""
        devices = snapshot.devices
        known = devices.online + devices.lost + devices.unknown
        well = "devices_well" if known and devices.all_well else "devices_none" if not known else ""
        shown = devices.troubled[:TROUBLED_MAX]
        over = len(devices.troubled) - len(shown)
        return Side(
            glance=glance_rows(self.language, snapshot.glance),
            tiles=(
                Tile(self.say("online"), devices.online, "online"),
                Tile(self.say("lost"), devices.lost, "lost"),
                Tile(self.say("skewed"), devices.skewed, "skewed"),
                Tile(self.say("unknown"), devices.unknown, "unknown"),
            ),
            headline=self.say(well) if well else "",
            troubled=tuple(self._device(device, snapshot.now) for device in shown),
            more=self.say("more", n=over) if over else "",
            not_judged=tuple(
                self.say("not_judged_row", rule=pick(self.title(rule), self.language), n=n)
                for rule, n in devices.not_judged.items()
            ),
            inputs=tuple(self._input(seen, snapshot) for seen in snapshot.inputs),
            unjudged=self.say("rules_not_judged", n=n) if (n := len(devices.not_judged)) else "",
        )

    def _device(self, device: DeviceView, now: int) -> Row:
        said = []
        if device.state == "lost" and device.last_seen is not None:
            said.append(self.say("lost_since", at=self._when(device.last_seen, now)))
        elif device.state == "lost":
            said.append(self.say("lost"))
        if is_skewed(device, self.skew_warn_s):
            said.append(self.say("skew", n=f"{device.skew_s:+.0f}"))
        if device.not_judged:
            titles = [pick(self.title(rule), self.language) for rule in device.not_judged]
            said.append(self.say("not_judged_here", rules=self.say("comma").join(titles)))
        where = pick(device.place_name, self.language)
        kind = "lost" if device.state == "lost" else "skewed"
        return Row(pick(device.name, self.language), where, " · ".join(said), kind)

    def _when(self, at: int, now: int) -> str:
        old = now - at > DAY_MS
        return date_text(at, self.zone) if old else clock_text(at, self.zone)

    def _input(self, seen: Input, snapshot: Snapshot) -> Row:
        silent_ms = snapshot.wall - seen.written_at
        late = silent_ms > self.stale_after_ms
        since = seen.view.complete_since
        if late:
            said = self.say("silent_for", age=span_text(silent_ms, self.language))
        elif since is None:
            said = self.say("incomplete")
        elif snapshot.now - since > DAY_MS:
            said = self.say("complete")
        else:
            said = self.say("complete_since", at=self._when(since, snapshot.now))
        return Row(self._estate(seen), "", said, "late" if late else "")

    def foot(self, snapshot: Snapshot) -> Foot:
        """The bottom line."""
        day = snapshot.day
        n = day.suppressed_count
        return Foot(
            today=f"{self.say('today')} {day.alerts}" if day.alerts else self.say("today_none"),
            by_rule=tuple(
                f"{pick(self.title(item.name), self.language)} {item.count}" for item in day.by_rule
            ),
            suppressed=self.say("suppressed", n=n) if n else self.say("suppressed_none"),
            reasons=tuple(
                f"{pick(item.reason, self.language)} × {item.count}"
                for item in day.suppressed
                if item.reason
            ),
        )


def glance_rows(language: Language, glance: Glance) -> tuple[GlanceRow, ...]:
    """The rows of what stands. What no read model tells of has none."""
    told = (
        ("homes", glance.homes, _homes),
        ("people", glance.has_passages, _people),
        ("vehicles", glance.vehicles, _vehicles),
        ("visitors", glance.visitors, _visitors),
        ("care", glance.care, _care),
    )
    return tuple(
        GlanceRow(kind, say(f"glance_{kind}", language), tiles(language, glance))
        for kind, there, tiles in told
        if there
    )


def _homes(language: Language, glance: Glance) -> tuple[Tile, ...]:
    counted = Counter(home.status for home in glance.homes)
    return tuple(
        Tile(glance_word("homes", status, language), counted[status], status)
        for status in HOME_TILES
    )


def _people(language: Language, glance: Glance) -> tuple[Tile, ...]:
    came = sum(sum(gate.people_in) for gate in glance.passages)
    left = sum(sum(gate.people_out) for gate in glance.passages)
    return (Tile(say("today_in", language), came, ""), Tile(say("today_out", language), left, ""))


def _vehicles(language: Language, glance: Glance) -> tuple[Tile, ...]:
    views = glance.vehicles
    return (
        Tile(say("inside", language), sum(view.inside for view in views), ""),
        Tile(say("free", language), glance.free, ""),
        Tile(say("unregistered", language), sum(view.unregistered for view in views), ""),
        Tile(say("overtime", language), sum(view.overtime for view in views), "attention"),
    )


def _visitors(language: Language, glance: Glance) -> tuple[Tile, ...]:
    """Nobody is said not to have left an estate with a way out that is not read."""
    read = [view for view in glance.visitors if view.exits_read]
    late = sum(view.overdue_count for view in read) if read else None
    inside = sum(view.inside for view in read) if read else None
    tiles = (
        Tile(say("visitors_inside", language), inside, ""),
        Tile(say("not_out", language), late, "attention"),
    )
    unread = len(glance.visitors) - len(read)
    return (*tiles, Tile(say("exits_unread", language), unread, "")) if unread else tiles


def _care(language: Language, glance: Glance) -> tuple[Tile, ...]:
    counted = Counter(view.state for view in glance.care)
    return tuple(
        Tile(
            glance_word("care", state, language),
            counted[state],
            "attention" if state == "silent" else "",
        )
        for state in CARE_TILES
    )
