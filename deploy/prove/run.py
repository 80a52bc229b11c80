"""A proof from its options to its page: reads files, listens, prints. Faults end with one line."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from zoneinfo import available_timezones

import structlog
import typer

from deploy.devices.common import broker_settings
from deploy.embedded.place import told_files
from deploy.prove.checks import judge
from deploy.prove.findings import Checked, verdict
from deploy.prove.listen import Ear, NoBroker, Panel, Plan, listen
from deploy.prove.recording import RecordingFault, read_recording, to_line
from deploy.prove.report import Head, html_page, terminal_lines
from deploy.prove.setting import Setting
from deploy.prove.trial import AS_CONFIGURED, Heard, Mark, Trial
from ingest.catalogue import load_catalogue
from ingest.mqtt import MqttRefused
from schemas.base import MS_PER_S, format_instant
from schemas.site import Site
from schemas.site_files import load_site
from schemas.yaml_file import FileFaults

FAULT_STATUS = 2


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    name: str
    recorded: Path | None
    listen_s: float
    steps: bool
    html: Path | None
    save: Path | None
    site: Path | None
    adapters: Path | None
    adapter: str | None
    topic: str
    tz: str | None
    data: Path
    lang: str
    broker: str | None = None


def run_proof(options: Options) -> None:
    """Judge the device and print the page; exit status 1 when it is not understood."""
    logging.getLogger("ingest").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if options.lang not in ("zh", "en"):
        _end(f"--lang {options.lang}: is neither zh nor en")
    setting = _setting(options)
    heard, marks = _heard(options, setting)
    trial = Trial(
        device=options.name, heard=heard, mappers=setting.mappers(), adapter=options.adapter,
        marks=marks, live=options.recorded is None, lateness_ms=setting.lateness_ms,
        heartbeat_s=setting.entry[1].heartbeat_s if setting.entry else None,
        placed=setting.site is not None,
    )  # fmt: skip
    checks = judge(trial)
    _tell(options, head_of(trial), checks)
    if options.save is not None:
        _write(options.save, b"".join(to_line(h.message) for h in heard if h.timed))
    if verdict(checks) == "not_understood":
        raise typer.Exit(1)


def head_of(trial: Trial) -> Head:
    """The top of the page. Pure."""
    times = sorted(h.message.received_at for h in trial.heard if h.timed)
    adapters = sorted({event.data.adapter or "" for event in trial.events})
    return Head(
        device=trial.device, adapters=", ".join(adapters), messages=len(trial.heard),
        first=format_instant(times[0]) if times else "",
        last=format_instant(times[-1]) if times else "", live=trial.live,
    )  # fmt: skip


def _setting(options: Options) -> Setting:
    files = told_files(options.data) if options.recorded is None else {}
    site, adapters = options.site or files.get("site"), options.adapters or files.get("adapters")
    if options.tz is not None and options.tz not in available_timezones():
        _end(f"--tz: {options.tz!r} is not a time zone; write one like Asia/Shanghai")
    try:
        catalogue = load_catalogue([adapters] if adapters else [])
    except FileFaults as error:
        _end(str(error))
    if options.adapter is not None and not catalogue.named(options.adapter):
        _end(f"--adapter {options.adapter}: there is none; see `adapters list`")
    topic = options.topic if options.recorded is None else ""
    return Setting(options.name, catalogue, _site(site), options.tz, options.adapter, topic)


def _site(file: Path | None) -> Site | None:
    try:
        return load_site(file) if file else None
    except FileFaults as error:
        _end(str(error))


def _heard(options: Options, setting: Setting) -> tuple[tuple[Heard, ...], tuple[Mark, ...]]:
    try:
        if options.recorded is not None:
            if not options.recorded.exists():
                _end(f"--recorded {options.recorded}: is not there; check its name")
            return read_recording(options.recorded, options.topic, _now()), ()
        return asyncio.run(_listen(options, setting))
    except (RecordingFault, NoBroker, MqttRefused) as error:
        _end(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(FAULT_STATUS) from None


async def _listen(options: Options, setting: Setting) -> tuple[tuple[Heard, ...], tuple[Mark, ...]]:
    settings = broker_settings(options.data, options.broker)
    prefixes = settings.topic_prefixes
    mapper = setting.mappers()[AS_CONFIGURED]
    ear = Ear(setting, mapper, _now, setting.filters(prefixes), prefixes)
    panel = Panel(_ask, typer.echo, _now, options.lang)
    plan = Plan(options.listen_s, steps=options.steps and sys.stdin.isatty())
    marks = await listen(ear, settings, panel, plan)
    return tuple(ear.messages), marks


async def _ask(text: str) -> str:
    typer.echo(text)
    return await asyncio.to_thread(sys.stdin.readline)


def _tell(options: Options, head: Head, checks: Sequence[Checked]) -> None:
    for line in terminal_lines(head, checks, options.lang):
        typer.echo(line)
    if options.html is not None:
        _write(options.html, html_page(head, checks).encode())
        typer.echo(f"\n{options.html}")


def _write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read: a recording holds people's data."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        _end(f"{path}: {error.strerror}; check its name and rights")


def _now() -> int:
    return time.time_ns() // (MS_PER_S * MS_PER_S)


def _end(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
