"""Scenes on open ground: people whom a yard camera follows, or finds to have stayed too long."""

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.simulation.estate import Yard
from deploy.simulation.facts import Fact
from deploy.simulation.stage import SECOND, Stage

_TAIL = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Stroll:
    """One tracked object, in the yard for `stay_s` and told again every `retold_s` meanwhile."""

    yard: Yard
    stay_s: float
    retold_s: float = 20
    label: str = "person"

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """The track: seen, seen again, left."""
        tail = "".join(stage.rng.choices(_TAIL, k=6))
        track = f"{at // SECOND}.{at % SECOND * 1000:06d}-{tail}"
        left = at + round(self.stay_s * SECOND)
        yield self._told(stage, (at, at), track, "object.seen")
        now = at + stage.between(self.retold_s * 0.6, self.retold_s)
        while now < left:
            yield self._told(stage, (at, now), track, "object.seen")
            now += stage.between(self.retold_s * 0.6, self.retold_s)
        yield self._told(stage, (at, left), track, "object.left")

    def _told(self, stage: Stage, times: tuple[int, int], track: str, word: str) -> Fact:
        began, at = times
        yard = self.yard
        fields = {"object": self.label, "track": track, "zone": yard.channel,
                  "zones": (yard.channel,)}  # fmt: skip
        if word == "object.seen":
            fields["label"] = self.label
        return Fact(
            at, word, yard.device, yard.place, yard.channel,
            sequence=at, confidence=stage.rng.randint(70, 95) / 100, fields=fields, began=began,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """The yard's own camera finds after `after_s` that somebody loiters, until `stay_s`."""

    yard: Yard
    stay_s: float
    after_s: float = 300

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Two readings: it begins, it is over."""
        fields = {"object": "person", "track": str(at // 100 % 1_000_000), "zone": "Shed"}
        for word, after_s in (
            ("loitering.started", self.after_s),
            ("loitering.ended", self.stay_s),
        ):
            told = at + round(after_s * SECOND)
            yield Fact(
                told, word, self.yard.device, self.yard.place, self.yard.channel, fields=fields
            )
