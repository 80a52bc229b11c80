"""A file becomes entries of the register: first said, then done; all of it or nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import writing
from console.register.kinds import Kind
from console.register.office import RegisterOffice
from console.register.planning import Planned
from console.register.reading import Given, Read, read_entries, without_doubles
from console.register.sheet import read_sheet
from console.register.sight import NotYours, Sight, everyone, homes_at
from schemas.yaml_file import FileFaults

MARKS = {"added": "+", "changed": "~", "revived": "^", "left": "!"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file changes or would change. `left` were ended by hand and stay so."""

    planned: list[Planned]

    @property
    def counts(self) -> Counter[str]:
        """How many entries of each change."""
        return Counter(one.change for one in self.planned)

    def lines(self, kind: Kind) -> Iterable[str]:
        """One line for each entry that is not as it was; nothing of it in clear."""
        for one in self.planned:
            if one.change != "same":
                names = differing(kind, one) if one.change == "changed" else []
                fields = f": {', '.join(names)}" if names else ""
                yield f"{MARKS[one.change]} {one.row['estate']} {one.row['id']}{fields}"


def differing(kind: Kind, one: Planned) -> list[str]:
    """The columns that are another way behind a change."""
    before = one.before or {}
    return [name for name in kind.columns if one.row[name] != before.get(name)]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator said: the file's content and name, and whether to write; and whose areas
    bound it.
    """

    content: bytes
    file: str
    estate: str | None = None
    write: bool = False
    revive: bool = False
    sight: Sight = field(default_factory=everyone)


def import_file(office: RegisterOffice, kind: Kind, wish: Wish, signed: Signed) -> Imported:
    """Say what a file would change, and change it where `write` says so.

    Raises FileFaults with every fault, and then nothing was changed; Refused; NoKey.
    """
    given = Given(office.known_to(wish.sight), office.settings.zone, wish.estate)
    read = read_entries(kind, read_sheet(wish.content, wish.file), wish.file, given)
    _keep_inside(office, kind, wish.sight, read)
    rows = without_doubles(read, office.desk.rows(kind, [entry for _, entry in read.entries]))
    if read.faults:
        raise FileFaults(sorted(read.faults, key=lambda fault: fault.line))
    if not wish.write:
        return Imported(office.desk.plan(kind, rows, signed.at, revive=wish.revive))
    imported = Imported(office.desk.enter(kind, rows, signed, revive=wish.revive))
    _note_import(office, kind, wish, signed, imported)
    return imported


def _keep_inside(office: RegisterOffice, kind: Kind, sight: Sight, read: Read) -> None:
    """Note a fault for each entry that whoever imports may not write."""
    with office.engine.connect() as connection:
        homes = homes_at(connection)
    for line, entry in read.entries:
        try:
            sight.check(kind, entry, homes)
        except NotYours as error:
            where, _, what = str(error).partition(": ")
            read.fault(line, where, what)


def _note_import(
    office: RegisterOffice, kind: Kind, wish: Wish, signed: Signed, imported: Imported
) -> None:
    """Which file it was, in the audit log: its hash, so that it can be held against the entries."""
    digest = hashlib.sha256(wish.content).hexdigest()
    counts = ", ".join(f"{n} {change}" for change, n in sorted(imported.counts.items()))
    with writing(office.engine) as tx:
        hold(tx)
        append(tx, signed, [Said(f"{kind.name}.import", digest, counts)])
