"""What the commands of `rejected` do: read, open, write down, send. Faults end with one line."""

import getpass
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import structlog
import typer

from deploy.rejects.publish import NotPublished, publish
from deploy.rejects.source import Asked, Source, SourceFault, find_source
from deploy.rejects.words import (
    body_text,
    group_lines,
    ledger_lines,
    redriven_ids,
    shown_head,
    unlike_known,
)
from ingest.forms import KnownForm
from ingest.kit.cases import CaseFault
from ingest.kit.known import known_forms
from ingest.rejected import RejectedRecord
from ingest.rejects.entries import Entry, Group, Wanted, grouped
from ingest.rejects.ledger import Act, LedgerFault, Line, enter, read_ledger
from ingest.rejects.redrive import Driven, Vault, batch_of, drive, summary
from schemas.base import MS_PER_S, parse_instant
from schemas.fault_words import nearest
from schemas.sealing import SealError
from schemas.yaml_file import FileFaults

__all__ = ["Asked", "chosen", "end", "list_groups", "redrive", "show_body", "show_ledger"]

FAULT_STATUS = 2
WHY_MIN = 8
LOOKED_AT = 20
"""How many of a group's newest are opened to see what is different about them."""


def chosen(
    *, groups: tuple[str, ...] = (), ids: tuple[str, ...] = (), device: str | None = None,
    adapter: str | None = None, since: str | None = None,
) -> Wanted:  # fmt: skip
    """What the options name; `since` in RFC 3339, `adapter` a name or a make."""
    return Wanted(groups, ids, device, () if adapter is None else (adapter,), _instant(since))


def list_groups(asked: Asked, wanted: Wanted, *, everything: bool) -> None:
    """Print the groups, each with what is different about it; what was re-driven only if asked."""
    source = _source(asked)
    entries = _entries(source, wanted)
    redriven = redriven_ids(_ledger(source))
    left = [entry for entry in entries if everything or entry.id not in redriven]
    groups = grouped(left)
    unlike = _differences(source, groups) if groups else {}
    for group in groups:
        again = sum(entry.id in redriven for entry in group.members)
        for line in group_lines(group, again, unlike.get(group.name, {})):
            typer.echo(line)
    if not groups:
        typer.echo("nothing is left that was not understood")
    if gone := len(entries) - len(left):
        typer.echo(f"{gone} more were re-driven; --all shows them")


def show_body(asked: Asked, identity: str, why: str, out: Path | None) -> None:
    """Write down who looks and why, then show the message or put it into a file."""
    if len(why) < WHY_MIN:
        end(f"--reason: says too little; write what you need it for, {WHY_MIN} letters or more")
    source = _source(asked)
    entry = _one(_entries(source, Wanted(ids=(identity,))), identity)
    body = _body(source, entry)
    hashed = _enter(source, _act("show", [entry], why))
    typer.echo("\n".join(shown_head(entry)))
    if out is None:
        typer.echo(body_text(body))
    else:
        _write(out, body)
        typer.echo(f"{len(body)} bytes are in {out}; delete it when you are done")
    typer.echo(f"written down as {hashed[:16]}", err=True)


def redrive(asked: Asked, wanted: Wanted, *, go: bool) -> None:
    """Say what messages become now, and with `go` write it to Kafka."""
    source = _source(asked)
    entries = _entries(source, wanted)
    driven = _drive(source, entries)
    if wanted.adapters:
        known = _adapters(source, wanted.adapters, entries)
        driven = [one for one in driven if one.is_of(known)]
    for line in summary(driven):
        typer.echo(line)
    good = [one for one in driven if one.refused is None]
    events = sum(len(one.outcome.events) for one in good)
    if go:
        _publish(source, good)
        typer.echo(f"{len(good)} of {len(driven)} became {events} events in Kafka")
        return
    told = f"{len(good)} of {len(driven)} would become {events} events"
    typer.echo(f"{told}; write them with --publish" if good else told)


def show_ledger(asked: Asked) -> None:
    """Print every act, and whether the chain holds."""
    for line in ledger_lines(_ledger(_source(asked))):
        typer.echo(line)


def _source(asked: Asked) -> Source:
    for name in ("aiokafka", "ingest"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return find_source(asked)


def _entries(source: Source, wanted: Wanted) -> list[Entry]:
    try:
        entries = source.entries(_now())
    except SourceFault as error:
        end(str(error))
    try:
        entries = source.named(entries)
    except FileFaults as error:
        typer.echo(f"devices are named by their topics: {error.faults[0]}", err=True)
    if wanted.adapters:
        wanted = replace(wanted, adapters=_adapters(source, wanted.adapters, entries))
    return [entry for entry in entries if wanted.has(entry)]


def _adapters(source: Source, names: Sequence[str], entries: Sequence[Entry]) -> tuple[str, ...]:
    """The adapters of these names and makes: those there are, and those that once refused."""
    try:
        catalogue = source.catalogue()
    except FileFaults as error:
        end(str(error))
    found = {a.spec.name for name in names for a in catalogue.named(name)}
    found |= set(names) & {entry.adapter for entry in entries}
    if not found:
        near = nearest(names[0], catalogue.adapters)
        mend = f"did you mean {near}?" if near else "see `adapters list`"
        end(f"--adapter {names[0]}: there is no adapter or make of this name; {mend}")
    return tuple(sorted(found))


def _differences(source: Source, groups: Sequence[Group]) -> dict[str, dict[str, Entry]]:
    """What is different about each group's newest; without the key nothing can be said."""
    try:
        vault = source.vault()
        known = known_forms(source.catalogue().adapters.values())
    except (SourceFault, FileFaults, CaseFault) as error:
        typer.echo(f"differences are not shown: {error}", err=True)
        return {}
    found: dict[str, dict[str, Entry]] = {}
    for group in groups:
        for entry in reversed(group.members[-LOOKED_AT:]):
            if entry.record is not None:
                words = _unlike(vault, entry, entry.record, known)
                found.setdefault(group.name, {}).setdefault(words, entry)
    return found


def _unlike(vault: Vault, entry: Entry, record: RejectedRecord, known: Sequence[KnownForm]) -> str:
    try:
        return unlike_known(vault.open(record), known, entry.adapter)
    except (SealError, OSError) as error:
        return f"its body cannot be opened: {error}"


def _one(found: Sequence[Entry], identity: str) -> Entry:
    if len(found) != 1:
        many = f"{len(found)} messages begin so; write more of it" if found else "there is none"
        end(f"{identity}: {many}; `rejected list` shows an example of each group")
    return found[0]


def _body(source: Source, entry: Entry) -> bytes:
    if entry.record is None:
        return entry.body
    try:
        return source.vault().open(entry.record)
    except (SourceFault, SealError) as error:
        end(str(error))
    except OSError as error:
        end(f"{entry.id}: its body was a file that is gone: {error.filename}")


def _drive(source: Source, entries: Sequence[Entry]) -> list[Driven]:
    try:
        vault = source.vault()
        intake_of = source.intake_of(vault)
    except (SourceFault, FileFaults) as error:
        end(str(error))
    return [drive(entry, vault, intake_of) for entry in entries]


def _publish(source: Source, good: Sequence[Driven]) -> None:
    """The ledger comes after Kafka: what it names is there, and to repeat costs nothing."""
    if not good:
        return
    _ledger(source)  # One that does not hold stops us before anything is written.
    try:
        publish(source.settings, batch_of(good))
    except NotPublished as error:
        end(str(error))
    events = sum(len(one.outcome.events) for one in good)
    act = _act("redrive", [one.entry for one in good], "")
    _enter(source, act.model_copy(update={"events": events}))


def _ledger(source: Source) -> Sequence[Line]:
    try:
        return read_ledger(source.ledger)
    except LedgerFault as error:
        end(str(error))


def _enter(source: Source, act: Act) -> str:
    try:
        return enter(source.ledger, act)
    except LedgerFault as error:
        end(str(error))


def _act(word: str, entries: Sequence[Entry], why: str) -> Act:
    """Who is asked of the system and not of the person."""
    devices = sorted({entry.device for entry in entries})
    device = devices[0] if len(devices) == 1 else f"{len(devices)} devices"
    ids = tuple(entry.id for entry in entries)
    return Act(at=_now(), by=f"{getpass.getuser()}/{os.getuid()}", act=word, ids=ids,
               device=device, why=why)  # fmt: skip


def _write(out: Path, body: bytes) -> None:
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
    except OSError as error:
        end(f"--out {out}: {error.strerror}; check its name and rights")


def _instant(text: str | None) -> int | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError:
        end(f"--since: {text!r} is not RFC 3339; write it like 2026-03-01T08:00:00Z")


def _now() -> int:
    return time.time_ns() // (MS_PER_S * MS_PER_S)


def end(what: str) -> NoReturn:
    """End the command with one line."""
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
