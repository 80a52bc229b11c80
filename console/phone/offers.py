"""What can be done to a case from a phone: the acts in the order of the work, what each form asks
for, and the act that a form's answers mean. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from console.lifecycle.clocks import HOUR_MS, MINUTE_MS
from console.lifecycle.facts import Case, Deed
from console.lifecycle.procedure import Procedure
from schemas.acts import ActKind

Asks = Literal["why", "photo", "to", "group", "minutes", "number", "verdict", "rating"]
_AHEAD: tuple[ActKind, ...] = (
    "accept", "arrive", "handle", "mediate", "feed_back", "rate", "review", "supervise", "assign",
    "close", "remind",
)  # fmt: skip
"""What leads on comes first; what turns aside or back follows in the order of the table."""
_MORE: Mapping[ActKind, tuple[Asks, ...]] = {
    "arrive": ("why", "photo"), "handle": ("photo",), "mediate": ("photo",),
    "feed_back": ("photo",), "close": ("why",), "judge": ("why",), "review": ("why",),
    "remind": ("why",), "transfer": ("why",), "assign": ("why",), "assist": ("why",),
    "rate": ("why",),
}  # fmt: skip
_SPANS = (30, 60, 120, 240, 480, 1440, 2880, 4320)


@dataclass(frozen=True, slots=True)
class Offer:
    """One act that somebody may do now; `needs` are those of its `asks` that must be answered."""

    act: ActKind
    asks: tuple[Asks, ...]
    needs: frozenset[str]
    minutes: tuple[int, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether one press is enough."""
        return not self.needs


def offers(procedure: Procedure, case: Case, acts: tuple[ActKind, ...]) -> tuple[Offer, ...]:
    """The forms of the acts that are possible now, the next step first."""
    return tuple(_offer(procedure, case, act) for act in in_order(procedure, case, acts))


def in_order(procedure: Procedure, case: Case, acts: tuple[ActKind, ...]) -> list[ActKind]:
    """The acts that are possible now, the next step first."""
    is_done = case.state in procedure.table.flows[case.flow].closes_after
    ahead: tuple[ActKind, ...] = ("close", *_AHEAD) if is_done else _AHEAD
    return list(dict.fromkeys([*(act for act in ahead if act in acts), *acts]))


def _offer(procedure: Procedure, case: Case, act: ActKind) -> Offer:
    needs: list[Asks] = [
        "minutes" if need == "until" else need for need in procedure.table.acts[act].needs
    ]
    if act == "return" and case.state == procedure.table.flows[case.flow].begins:
        needs = ["group", *needs]
    if act in ("close", "judge") and case.verdict is not None:
        needs, more = [], ("verdict", *_MORE.get(act, ()))
    else:
        more = _MORE.get(act, ())
    asks = tuple(dict.fromkeys((*needs, *more)))
    return Offer(act, asks, frozenset(needs), _minutes(procedure, case, act))


def _minutes(procedure: Procedure, case: Case, act: ActKind) -> tuple[int, ...]:
    """How much time can be given, in minutes."""
    if act == "shelve":
        most = round(procedure.clocks.shelf_hours_max * HOUR_MS) // MINUTE_MS
    elif act == "extend":
        share = procedure.clocks.extension_share_max
        most = round((procedure.clocks.period_ms(case) or 0) * share) // MINUTE_MS
    else:
        return ()
    return tuple(span for span in _SPANS if span < most) + ((most,) if most else ())


def deed_of(act: ActKind, said: Mapping[str, str], by: str, at: int) -> Deed:
    """The act that a form's answers mean. Raises ValueError (pydantic's) for what is none."""
    minutes, version = said.get("minutes", ""), said.get("version", "")
    return Deed.model_validate(
        {
            "kind": act, "by": by, "at": at, "version": int(version) if _is_count(version) else -1,
            "why": said.get("why", ""), "to": said.get("to") or said.get("group", ""),
            "until": at + int(minutes) * MINUTE_MS if _is_count(minutes) else None,
            "number": said.get("number", "").strip()[:64], "verdict": said.get("verdict") or None,
            "rating": said.get("rating") or None,
        }
    )  # fmt: skip


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
