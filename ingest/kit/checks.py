"""Whether adapters do what their cases say: the same checks for our tests and for an operator.

A check answers lines, one a fault, and nothing where all holds. Cases are read, nothing is written.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import extract_tb
from typing import Any

from ingest.catalogue import Adapter, Catalogue
from ingest.kit.cases import EXPECTED, MESSAGE, REJECTED, Case, cases_of, plain, written_faults
from ingest.mapping import Mapper
from ingest.message import Rejected, Unreadable, in_message
from schemas.events import Event, decode_line

DIFFERENCES_MAX = 5
NOTHING = "nothing"


def becomes_what_it_says(case: Case, catalogue: Catalogue) -> Iterator[str]:
    """The message becomes the events of expected.json, or the rejection of rejected.json."""
    found = case.read_by(catalogue)
    expected, rejected = case.wanted(EXPECTED), case.wanted(REJECTED)
    if expected is None and rejected is None:
        return
    if isinstance(found, Rejected):
        told = {"reason": found.reason, "path": found.path}
        if expected is not None:
            yield f"is rejected: {in_message(found.reason, found.path)}"
        else:
            yield from differences(rejected, told, "")
    elif expected is None:
        yield f"is read as {_types(plain(found))}; rejected.json says it is not understood"
    else:
        yield from differences(expected, plain(found), "")


def is_the_same_by_name(case: Case, catalogue: Catalogue) -> Iterator[str]:
    """The adapter that the catalogue chooses is this one, or reads the same."""
    chosen, named = case.read_by(catalogue), case.read_by(catalogue, case.adapter)
    if isinstance(chosen, Rejected) or isinstance(named, Rejected):
        if isinstance(chosen, Rejected) and not isinstance(named, Rejected):
            yield f"is not chosen by topic and content: {chosen.reason}"
        return
    if plain(chosen) != plain(named):
        yield f"is read otherwise by the adapter that is chosen: {_types(plain(chosen))}"


def survives_the_wire(case: Case, catalogue: Catalogue) -> Iterator[str]:
    """Events written to Kafka are read back as they were."""
    found = case.read_by(catalogue)
    if not isinstance(found, Rejected) and [decode_line(e.to_json()) for e in found] != found:
        yield "its events are not read back from Kafka as they were written"


def keeps_its_ids(case: Case, catalogue: Catalogue) -> Iterator[str]:
    """The message sent again has the same ids, and its readings have ids of their own."""
    first, again = case.read_by(catalogue), case.read_by(catalogue)
    if isinstance(first, Rejected) or isinstance(again, Rejected):
        return
    ids = [event.id for event in first]
    if ids != [event.id for event in again]:
        yield "sent again it has other ids; is there a clock or a chance in the codec?"
    if len(set(ids)) != len(ids):
        yield "two of its readings share an id: set channel, sequence or key to tell them apart"


def shares_ids_with_its_twin(case: Case, catalogue: Catalogue) -> Iterator[str]:
    """Another form of the same reading (`same_as`) has the same ids."""
    if "same_as" not in case.spec:
        return
    twins = cases_of(catalogue.adapters[case.adapter])
    other = next((twin for twin in twins if twin.folder.name == case.spec["same_as"]), None)
    if other is None:
        yield f"same_as names {case.spec['same_as']!r}, which is no case of this adapter"
        return
    here, there = case.read_by(catalogue), other.read_by(catalogue)
    if isinstance(here, Rejected) or isinstance(there, Rejected):
        yield f"cannot be held against {other.name}: one of them is rejected"
    elif [event.id for event in here] != [event.id for event in there]:
        yield f"has other ids than {other.name}: leave out of the reading what differs"


def is_written_as_agreed(case: Case, catalogue: Catalogue) -> Iterator[str]:
    """message.json has what it needs, and one of expected.json and rejected.json lies beside it."""
    yield from written_faults(case)
    beside = [name for name in (EXPECTED, REJECTED) if (case.folder / name).is_file()]
    if len(beside) == 2:
        yield f"has {EXPECTED} and {REJECTED}; delete the one that is not meant"
    if not beside:
        found = case.read_by(catalogue)
        if isinstance(found, Rejected):
            yield f"is rejected: {in_message(found.reason, found.path)}"
        else:
            yield f"becomes {_types(plain(found))}"
            yield from lost_times(case, found)
        yield "if that is right, --write puts it down as what must come"


CHECKS: dict[str, Callable[[Case, Catalogue], Iterator[str]]] = {
    check.__name__: check
    for check in (
        becomes_what_it_says, is_the_same_by_name, survives_the_wire, keeps_its_ids,
        shares_ids_with_its_twin, is_written_as_agreed,
    )
}  # fmt: skip


def case_faults(case: Case, catalogue: Catalogue) -> list[str]:
    """Every fault of one case, the first kind of fault first."""
    if faults := list(written_faults(case)):
        return faults
    mistake = codec_mistake(case, catalogue)
    try:
        faults = [fault for check in CHECKS.values() for fault in check(case, catalogue)]
    except Exception:
        if mistake is None:
            raise
        return [mistake]
    return [mistake, *faults] if faults and mistake else faults


def codec_mistake(case: Case, catalogue: Catalogue) -> str | None:
    """Where the adapter's own Python stumbles over the case's message; None where it does not."""
    try:
        found: object = Mapper(catalogue, case.registry).readings(case.message)
    except Unreadable:
        return None
    except Exception as error:
        folder = catalogue.adapters[case.adapter].folder.resolve()
        steps = [s for s in extract_tb(error.__traceback__) if folder in Path(s.filename).parents]
        where = f"{Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else "its codec"
        return (
            f"{where}: {type(error).__name__}: {error}; mend it, or raise Unreadable "
            "where the message lacks what is needed"
        )
    return None if isinstance(found, list) else f"decode answers {_short(found)}; return a list"


def lost_times(case: Case, events: list[Event]) -> Iterator[str]:
    """A wall-clock time that counts for nothing, as the case does not say in which zone."""
    if case.spec.keys() & {"timezone", "site"}:
        return
    if any("device_time" in e["data"] and "time_from" not in e["data"] for e in plain(events)):
        yield (
            "its time stands for nothing, as nobody says in which zone: the receipt counts; "
            f'put "timezone": "Asia/Shanghai" or the like into {MESSAGE}'
        )


def adapter_faults(adapter: Adapter) -> Iterator[str]:
    """What a finished adapter's folder still lacks: a case of each kind, and its README."""
    own = cases_of(adapter)
    read = [case.wanted(EXPECTED) for case in own]
    if sum(bool(events) for events in read) < 2:
        yield "needs two cases or more that become events"
    if not any(case.wanted(REJECTED) for case in own):
        yield "needs a case that is rejected: a broken message, or a code nobody knows"
    folders = set(_folders(adapter.folder / "cases"))
    yield from (f"{folder} holds no message.json" for folder in folders - {c.folder for c in own})
    readme = adapter.folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    if f"`{adapter.spec.name}`" not in text:
        yield f"needs a README.md that names it: `{adapter.spec.name}`"
    elif "## Blind spots" not in text:
        yield "its README.md needs a section `## Blind spots`: what it cannot see"


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def differences(wanted: Any, found: Any, path: str) -> Iterator[str]:
    """The first few places in which two JSON values differ, each with what was expected there."""
    for count, line in enumerate(_differences(wanted, found, path)):
        if count == DIFFERENCES_MAX:
            yield "and more"
            return
        yield line


def _differences(wanted: Any, found: Any, path: str) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in [*wanted, *(key for key in found if key not in wanted)]:
            below = f"{path}.{key}" if path else str(key)
            yield from _differences(wanted.get(key, NOTHING), found.get(key, NOTHING), below)
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{path or 'it'} becomes {_types(found)}; expected were {_types(wanted)}"
            return
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif wanted != found:
        yield f"{path} is {_short(found)}; expected was {_short(wanted)}"


def _short(value: Any) -> str:
    text = value if value is NOTHING else repr(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _types(events: list[Any]) -> str:
    """A list of events by their types, for one line."""
    names = [str(e["type"]) if isinstance(e, dict) and "type" in e else _short(e) for e in events]
    return ", ".join(names) or NOTHING
