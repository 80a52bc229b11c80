"""`smart-community adapters`: list them, begin a new one, and run its cases."""

import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import orjson
import typer

from ingest.catalogue import SHIPPED, Adapter, Catalogue, load_catalogue
from ingest.kit.cases import EXPECTED, REJECTED, Case, CaseFault, cases_of, plain
from ingest.kit.checks import adapter_faults, case_faults, codec_mistake, lost_times
from ingest.kit.new import EXAMPLE, Plan, folder_files
from ingest.kit.table import markdown_table, rows_of, terminal_lines, type_lines
from ingest.message import Message, Rejected
from ingest.normalise import MANY_SUFFIX, Defaults, messages_of
from schemas.base import MS_PER_S
from schemas.yaml_file import FileFaults

FAULT_STATUS = 2
FAILED_STATUS = 1
NAME = re.compile(r"^[a-z][a-z0-9_]{1,40}$")

adapters_app = typer.Typer(help="What is understood, and how to add to it.", no_args_is_help=True)

Own = Annotated[Path | None, typer.Option(help="A folder with your own adapters.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(adapters_app, name="adapters")


@adapters_app.command("list")
def list_adapters(
    adapters: Own = None,
    markdown: Annotated[str | None, typer.Option(help="As the documents' table: en or zh.")] = None,
) -> None:
    """Print every adapter: what it understands, how strong the evidence is, how many cases.

    A: documentation and captured messages; B: one of them; C: hearsay, or documented only.

    Example: smart-community adapters list
    """
    known = _catalogue(adapters).adapters.values()
    try:
        if markdown in ("en", "zh"):
            typer.echo(markdown_table(rows_of(known, markdown), markdown), nl=False)
        elif markdown is None:
            typer.echo("\n".join(terminal_lines(rows_of(known))))
        else:
            _end(f"--markdown {markdown}: is neither en nor zh")
    except CaseFault as error:
        _end(str(error))


@adapters_app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits, underscore: make_family.")],
    folder: Annotated[Path, typer.Option(help="Where your own adapters lie.")] = Path(
        "my-adapters"
    ),
    message: Annotated[
        Path | None, typer.Option(help="One message of the device, or a recording (.ndjson).")
    ] = None,
    topic: Annotated[str, typer.Option(help="The MQTT topic it came on.")] = "",
    python: Annotated[bool, typer.Option("--python", help="With a codec.py.")] = False,
) -> None:
    """Make a folder for a new make, with a case that fails until it is filled in.

    Give a message of the device: it becomes the first case, and its names stand in adapter.yaml,
    ready to be picked. A recording gives a case for each kind of message in it. Invent people,
    cards and plates before you show it to anybody.

    Example: smart-community adapters new acme_gate --message event.json --topic acme/gate-1/events
    """
    if not NAME.match(name):
        _end(f"{name!r} is no name for an adapter: small letters, digits and underscores")
    if name in _catalogue(None).adapters or (folder / name).exists():
        _end(f"{name}: there is one of this name already; choose another, or edit that one")
    plan = Plan(name, python, _messages(message, topic or f"{name}/device-1/events"))
    if plan.needs_python and not python:
        _end(f"{message}: is {plan.form.written}; that needs a codec, so give --python")
    for path, text in folder_files(plan).items():
        _write(folder / name / path, text)
    typer.echo(f"{folder / name} is made. Fill in adapter.yaml{' and codec.py' if python else ''}, "
               "and run its case until it holds:")  # fmt: skip
    typer.echo(f"  smart-community adapters test {folder / name}")


@adapters_app.command("types")
def types(
    word: Annotated[str, typer.Argument(help="Only those that begin so: access, door …")] = "",
) -> None:
    """Print the event types that a message may become, what each means, and its own fields.

    Example: smart-community adapters types door
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines = type_lines(word, width)
    if not lines:
        _end(f"{word}: no event type begins so; `adapters types` lists all")
    typer.echo("\n".join(lines))


@adapters_app.command("test")
def run_cases(
    folder: Annotated[Path, typer.Argument(help="An adapter's folder, or one that holds several.")],
    write: Annotated[
        bool, typer.Option("--write", help="Write what a case becomes, where it says nothing yet.")
    ] = False,
) -> None:
    """Run the cases of your own adapters; exit status 1 when one fails.

    A case whose folder says nothing of what it becomes fails, and shows it. With --write that is
    put beside it: read it, because from then on it is what must come. What is written already is
    left alone: delete a case's expected.json or rejected.json to have it written anew.

    Example: smart-community adapters test my-adapters/acme_gate
    """
    catalogue, own = _own_adapters(folder)
    failed = 0
    for adapter in own:
        try:
            failed += _run_cases(adapter, catalogue, write=write)
            for still in adapter_faults(adapter):
                typer.echo(f"to do  {adapter.spec.name}: {still}")
        except CaseFault as error:
            _end(str(error))
    if failed:
        raise typer.Exit(FAILED_STATUS)


def _run_cases(adapter: Adapter, catalogue: Catalogue, *, write: bool) -> int:
    """Print each case with its faults; how many failed."""
    failed = 0
    for case in cases_of(adapter):
        if write:
            _write_expected(case, catalogue)
        faults = case_faults(case, catalogue)
        failed += bool(faults)
        typer.echo(f"{'FAIL ' if faults else 'good '}  {case.name}")
        for fault in faults:
            typer.echo(f"         {fault}")
    return failed


def _write_expected(case: Case, catalogue: Catalogue) -> None:
    """Put beside a case what it becomes; one that says already what it wants is left alone."""
    if any((case.folder / name).exists() for name in (EXPECTED, REJECTED)):
        return
    if codec_mistake(case, catalogue):
        return
    found = case.read_by(catalogue)
    content: object
    if isinstance(found, Rejected):
        name, content = REJECTED, {"reason": found.reason, "path": found.path}
    else:
        name, content = EXPECTED, plain(found)
    _write(case.folder / name, orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")
    typer.echo(f"wrote  {case.name}/{name}: read it before you believe it")
    for doubt in [] if isinstance(found, Rejected) else lost_times(case, found):
        typer.echo(f"         {doubt}")


def _own_adapters(folder: Path) -> tuple[Catalogue, Sequence[Adapter]]:
    """All adapters with those of a folder, and those of the folder."""
    root = folder.resolve()
    try:
        if root == SHIPPED or SHIPPED in root.parents:
            catalogue = load_catalogue()
        else:
            catalogue = load_catalogue([folder])
    except FileFaults as error:
        _end(str(error))
    own = [a for a in catalogue.adapters.values() if root in _own_and_above(a.folder)]
    if not own:
        _end(f"{folder}: holds no adapter.yaml; `adapters new` makes a folder with one")
    return catalogue, sorted(own, key=lambda adapter: adapter.spec.name)


def _own_and_above(folder: Path) -> tuple[Path, Path]:
    whole = folder.resolve()
    return whole, whole.parent


def _catalogue(folder: Path | None) -> Catalogue:
    try:
        return load_catalogue([] if folder is None else [folder])
    except FileFaults as error:
        _end(str(error))


def _messages(file: Path | None, topic: str) -> tuple[Message, ...]:
    """The device's messages: those of a recording, the one in a file, or an example."""
    defaults = Defaults(topic, time.time_ns() // (MS_PER_S * MS_PER_S))
    if file is None:
        return (Message(topic, EXAMPLE, defaults.received_at),)
    try:
        content = file.read_bytes()
    except OSError as error:
        _end(f"--message {file}: {error.strerror}; check its name and rights")
    many = MANY_SUFFIX if file.suffix == ".ndjson" else ""
    found = []
    for message in messages_of(many, content, defaults):
        if isinstance(message, Rejected):
            _end(f"--message {file}: {message.path}: {message.reason}")
        found.append(message)
    return tuple(found) or _end(f"--message {file}: holds no message")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _end(f"{path}: {error.strerror}; check its name and rights")


def _end(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
