"""The lines that `rejected` prints. Pure; names of a message's parts, never what they say."""

from collections.abc import Mapping, Sequence

from ingest.forms import KnownForm, form_of, nearest
from ingest.message import in_message
from ingest.rejects.entries import Entry, Group
from ingest.rejects.ledger import Line
from schemas.base import format_instant

HEX_BYTES = 512
REASON_MAX = 200
DIFFERENCES_MAX = 3
ID_SHOWN = 12
NAMELESS = ("broken JSON", "broken XML", "text", "binary data", "nothing")


def group_lines(group: Group, redriven: int, unlike: Mapping[str, Entry]) -> list[str]:
    """A group: how often and when, from whom, why, and what is different about it.

    `unlike` has each difference found among its members, with the newest that shows it.
    """
    entry = group.example
    reason, path = entry.likes
    who = entry.adapter or ("no adapter" if entry.stage == "ingest" else entry.stage)
    again = f", {redriven} of them re-driven" if redriven else ""
    said = reason if len(reason) <= REASON_MAX else reason[: REASON_MAX - 1] + "…"
    lines = [
        f"{group.name}  {group.count} from {entry.sender}{again}",
        f"  {format_instant(group.first)} to {format_instant(group.last)}",
        f"  {who}: {in_message(said, path)}",
    ]
    shown = list(unlike.items())[:DIFFERENCES_MAX] or [("", entry)]
    for words, example in shown:
        lines.append(f"  {example.id[:ID_SHOWN]}  {words}".rstrip())
    return lines


def unlike_known(body: bytes, known: Sequence[KnownForm], adapter: str | None) -> str:
    """How a message differs from the nearest that is understood."""
    form = form_of(body)
    if form.written in NAMELESS:
        return f"it is {form.written}, {len(body)} bytes: there are no names to compare"
    found = nearest(form, known, adapter)
    return found.words() if found else f"it is {form.written}, and like nothing that is known"


def shown_head(entry: Entry) -> list[str]:
    """What stands before a body that is shown."""
    record = entry.record
    topic = record.topic if record else "-"
    kept = "  (kept by the broker)" if record and record.retained else ""
    return [
        f"id        {entry.id}",
        f"group     {entry.group}",
        f"device    {entry.sender}",
        f"topic     {topic}",
        f"received  {format_instant(entry.at)}{kept}",
        f"reason    {entry.reason}",
        f"path      {entry.path or '-'}",
        f"adapter   {entry.adapter or '-'}",
        "",
    ]


def body_text(body: bytes) -> str:
    """A body as a person reads it: its text, or its first bytes in hexadecimal."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\x00"
    if all(sign.isprintable() or sign in "\r\n\t" for sign in text):
        return text
    more = f"\n… {len(body)} bytes in all; write them to a file with --out" * (
        len(body) > HEX_BYTES
    )
    return body[:HEX_BYTES].hex(" ", -2) + more


def ledger_lines(lines: Sequence[Line]) -> list[str]:
    """The acts so far, one a line, and the hash that the next line will rest on."""
    rows = [
        f"{format_instant(line.act.at)}  {line.act.by:<12} {line.act.act:<8} "
        f"{len(line.act.ids):>5}  {line.act.device}  {line.act.why}".rstrip()
        for line in lines
    ]
    end = f"the chain holds; it ends with {lines[-1].hash}" if lines else "nobody looked yet"
    return [*rows, end]


def redriven_ids(lines: Sequence[Line]) -> set[str]:
    """The ids of what was re-driven and understood."""
    return {one for line in lines if line.act.act == "redrive" for one in line.act.ids}
