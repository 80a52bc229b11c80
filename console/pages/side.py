"""The right column: what stands of homes, people, vehicles, visitors, care and devices. Pure."""

from collections import Counter
from dataclasses import dataclass

from console.devices import Input, is_skewed
from console.glance import CareState, Glance
from console.office import Snapshot
from console.pages.cards import clock_text, date_text
from console.pages.speaker import DAY_MS, Speaker
from console.words import Language, glance_word, pick, say, span_text
from schemas.base import Words
from schemas.views import DeviceView, HomeStatus, PassagesView

TROUBLED_MAX = 8
CARE_TILES: tuple[CareState, ...] = ("active", "silent", "not_judged", "away")
HOME_TILES: tuple[HomeStatus, ...] = ("in_use", "seems_vacant", "differs", "cannot_be_judged")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a name, where or what it is of, and what is to be said of it."""

    name: str
    where: str = ""
    said: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """How many things are of a kind; None where that cannot be said. `said` stands for a number."""

    word: str
    count: int | None
    kind: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class GlanceRow:
    """One row of what stands, whose table opens on a click."""

    kind: str
    word: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The right column: what stands, those in trouble, what is not judged, and the inputs."""

    glance: tuple[GlanceRow, ...] = ()
    headline: str = ""
    troubled: tuple[Row, ...] = ()
    more: str = ""
    not_judged: tuple[str, ...] = ()
    inputs: tuple[Row, ...] = ()
    unjudged: str = ""


@dataclass(frozen=True, slots=True)
class SideWriter:
    """Writes the right column in a speaker's language."""

    speaker: Speaker

    def _say(self, key: str, **values: object) -> str:
        return self.speaker.say(key, **values)

    def _pick(self, words: Words) -> str:
        return pick(words, self.speaker.language)

    def _title(self, rule: str) -> str:
        return self._pick(self.speaker.title(rule))

    def side(self, snapshot: Snapshot) -> Side:
        """All of it."""
        devices = snapshot.devices
        known = devices.online + devices.lost + devices.unknown
        well = "devices_well" if known and devices.all_well else "devices_none" if not known else ""
        shown = devices.troubled[:TROUBLED_MAX]
        over = len(devices.troubled) - len(shown)
        tiles = (
            Tile(self._say("online"), devices.online, "online"),
            Tile(self._say("lost"), devices.lost, "lost"),
            Tile(self._say("skewed"), devices.skewed, "skewed"),
            Tile(self._say("unknown"), devices.unknown, "unknown"),
        )
        own = GlanceRow("devices", self._say("glance_devices"), tiles)
        return Side(
            glance=(*glance_rows(self.speaker.language, snapshot.glance), own),
            headline=self._say(well) if well else "",
            troubled=tuple(self._device(device, snapshot.now) for device in shown),
            more=self._say("more", n=over) if over else "",
            not_judged=tuple(
                self._say("not_judged_row", rule=self._title(rule), n=n)
                for rule, n in devices.not_judged.items()
            ),
            inputs=tuple(self._input(seen, snapshot) for seen in snapshot.inputs),
            unjudged=self._say("rules_not_judged", n=n) if (n := len(devices.not_judged)) else "",
        )

    def _device(self, device: DeviceView, now: int) -> Row:
        said = []
        if device.state == "lost" and device.last_seen is not None:
            said.append(self._say("lost_since", at=self._when(device.last_seen, now)))
        elif device.state == "lost":
            said.append(self._say("lost"))
        if is_skewed(device, self.speaker.skew_warn_s):
            said.append(self._say("skew", n=f"{device.skew_s:+.0f}"))
        if device.not_judged:
            titles = [self._title(rule) for rule in device.not_judged]
            said.append(self._say("not_judged_here", rules=self._say("comma").join(titles)))
        where = self._pick(device.place_name)
        kind = "lost" if device.state == "lost" else "skewed"
        return Row(self._pick(device.name), where, " · ".join(said), kind)

    def _when(self, at: int, now: int) -> str:
        old = now - at > DAY_MS
        return date_text(at, self.speaker.zone) if old else clock_text(at, self.speaker.zone)

    def _input(self, seen: Input, snapshot: Snapshot) -> Row:
        silent_ms = snapshot.wall - seen.written_at
        late = silent_ms > self.speaker.stale_after_ms
        since = seen.view.complete_since
        if late:
            said = self._say("silent_for", age=span_text(silent_ms, self.speaker.language))
        elif since is None:
            said = self._say("incomplete")
        elif snapshot.now - since > DAY_MS:
            said = self._say("complete")
        else:
            said = self._say("complete_since", at=self._when(since, snapshot.now))
        return Row(self.speaker.estate(seen), "", said, "late" if late else "")


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
    """Beside today's what is usual on this weekday by its end, where every gate knows that."""
    gates = glance.passages
    came = sum(sum(gate.people_in) for gate in gates)
    left = sum(sum(gate.people_out) for gate in gates)
    usual_in, usual_out = _usual(gates)
    return (
        Tile(say("today_in", language), came, ""), Tile(say("today_out", language), left, ""),
        Tile(say("usual_in", language), usual_in, "usual"),
        Tile(say("usual_out", language), usual_out, "usual"),
    )  # fmt: skip


def _usual(gates: tuple[PassagesView, ...]) -> tuple[int | None, int | None]:
    means = [gate.weekday_mean for gate in gates]
    known = [mean for mean in means if mean is not None]
    if not known or len(known) < len(means):
        return None, None
    return round(sum(m.people_in for m in known)), round(sum(m.people_out for m in known))


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
