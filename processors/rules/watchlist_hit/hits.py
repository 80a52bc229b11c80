"""The hits of one entry in one stretch of time, and what they say together.

What is told follows from all hits of the stretch, never from which of them came first.
"""

from dataclasses import dataclass, replace

from processors.core.words import span_words
from processors.rules.plates import LIKENESSES, Likeness
from schemas.alerts import EVIDENCE_MAX, SEVERITIES, Evidence, Severity
from schemas.base import Words


@dataclass(frozen=True, slots=True)
class Hit:
    """One reading that met an entry, and the entry's terms at that moment."""

    item: Evidence
    likeness: Likeness
    severity: Severity
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """The hits of one entry in the stretch from `start`: the earliest, in the order of time."""

    entry: str
    start: int
    hits: tuple[Hit, ...] = ()

    @property
    def name(self) -> str:
        """The slot among those of the estate."""
        return f"{self.entry}|{self.start}"

    @property
    def surest(self) -> Hit:
        """The hit that says most: the likest, then the most confident, then the first."""
        return min(
            self.hits,
            key=lambda hit: (LIKENESSES.index(hit.likeness), -(hit.item.confidence or 0)),
        )

    @property
    def severity(self) -> Severity:
        """The highest level that the entry had during these hits."""
        return max((hit.severity for hit in self.hits), key=SEVERITIES.index)

    def with_hit(self, hit: Hit) -> "Slot":
        """The slot with one more hit; a reading that is there already changes nothing."""
        if any(old.item.id == hit.item.id for old in self.hits):
            return self
        hits = sorted((*self.hits, hit), key=lambda one: (one.item.time, one.item.id))
        return replace(self, hits=tuple(hits[:EVIDENCE_MAX]))


def slot_at(slots: tuple[Slot, ...], entry: str, start: int) -> Slot:
    """The slot of an entry, fresh where there is none yet."""
    found = (slot for slot in slots if (slot.entry, slot.start) == (entry, start))
    return next(found, Slot(entry, start))


def with_slot(slots: tuple[Slot, ...], slot: Slot) -> tuple[Slot, ...]:
    """The slots with this one in the place of its older form."""
    others = tuple(other for other in slots if other.name != slot.name)
    return tuple(sorted((*others, slot), key=lambda one: (one.start, one.entry)))


ALIKE: dict[Likeness, Words] = {
    "same": Words(zh="与布控条目一致", en="is that of a watch entry"),
    "look_alike": Words(
        zh="与布控条目仅差易混字符，可能为同一车牌",
        en="differs from a watch entry only in characters readers confuse, probably the same",
    ),
    "one_apart": Words(
        zh="与布控条目差一个字符，把握较低，仅列入核查",
        en="is one character from a watch entry, with little certainty; listed for a check only",
    ),
}


def hit_words(slot: Slot) -> Words:
    """What was read, how sure that is, how often, and what to do; never what the case is."""
    surest = slot.surest
    what, alike, sure = _what(surest.item), ALIKE[surest.likeness], _sure(surest.item)
    often = Words(zh="", en="")
    if len(slot.hits) > 1:
        span = span_words(slot.hits[-1].item.time - slot.hits[0].item.time)
        often = Words(
            zh=f"；{span.zh}内读到{len(slot.hits)}次",
            en=f"; read {len(slot.hits)} times in {span.en}",
        )
    return Words(
        zh=f"{what.zh}{alike.zh}{sure.zh}{often.zh}。请先由人比对图像与条目，确认前不拦不问。",
        en=f"{what.en} {alike.en}{sure.en}{often.en}. A person compares picture and entry first; "
        "stop and question nobody before.",
    )


def _what(item: Evidence) -> Words:
    if item.type == "face.recognized":
        return Words(zh="设备自身比对的人像", en="A face the device itself recognised")
    if item.type.startswith("access."):
        return Words(zh="出示的凭证", en="A credential shown")
    return Words(zh="读到的车牌", en="A plate read")


def _sure(item: Evidence) -> Words:
    if item.confidence is not None:
        score = f"{item.confidence:.2f}"
        return Words(zh=f"，识别分{score}", en=f", confidence {score}")
    if item.type.startswith("access."):
        return Words(zh="", en="")
    return Words(zh="，设备未给出识别分", en=", the device gives no confidence")
