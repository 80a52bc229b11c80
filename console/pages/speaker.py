"""Says in one language how the stream of data stands, and whether there is nothing to do. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from console.devices import Input
from console.office import Snapshot
from console.pages.cards import clock_text
from console.words import Language, pick, say, severity_word, span_text
from schemas.alerts import Severity
from schemas.base import Words

DAY_MS = 86_400_000
# Ticks come each second; a page that counts them would only flicker.
FRESH_MS = 4000
Title = Callable[[str], Words]


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

    def pulse(self, snapshot: Snapshot, levels: Mapping[Severity, int]) -> dict[str, str]:
        """The state of the stream, its clock, why it is not normal, and the window's title.

        `levels` are how many cases stand open of each.
        """
        state = snapshot.state
        at = snapshot.data_at
        clock = clock_text(at, self.zone, seconds=True) if at else self.say("no_clock")
        counts = [
            f"{severity_word(severity, self.language)} {n}"
            for severity in ("red", "orange")
            if (n := levels.get(severity))
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
            names = self.say("comma").join(self.estate(seen) for seen in silent)
            age = span_text(snapshot.silent_ms, self.language)
            said.append(self.say("why_late", estates=names, age=age))
        elif snapshot.state != "normal":
            said.append(self.say(f"why_{snapshot.state}"))
        if snapshot.unreadable:
            said.append(self.say("unreadable", n=snapshot.unreadable))
        return " ".join(said)

    def estate(self, seen: Input) -> str:
        """What the estate of an input is called."""
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
