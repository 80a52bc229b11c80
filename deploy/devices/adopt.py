"""Taking a device into the site: checked as if it stood there already, then written."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType

from deploy.devices.common import House
from deploy.devices.importing import WRITTEN
from deploy.devices.site_edit import with_device, with_include
from ingest.gateway.quarantine_store import quarantine_files, read_notes
from ingest.notes import Note
from ingest.site_check import checked
from schemas.site_files import load_changed
from schemas.yaml_file import Document, FileFaults, parse


class NotAdopted(RuntimeError):
    """Why a device cannot be taken in; one line on how to mend it."""


def notes_of(data: Path) -> list[Note]:
    """All that the gateways of a data folder keep of unregistered devices, the latest first."""
    found: list[Note] = []
    for file in quarantine_files(data):
        try:
            found.extend(read_notes(file))
        except sqlite3.Error as error:
            raise NotAdopted(f"{file}: cannot be read ({error})") from error
    return sorted(found, key=lambda note: -note.last_at)


def note_named(data: Path, name: str) -> Note:
    """The notes of one device, by what it calls itself or by the name it pushes under."""
    notes = notes_of(data)
    named = [n for n in notes if n.name == name] or [n for n in notes if n.push_name == name]
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(note.name for note in named)
        raise NotAdopted(f"{name}: several devices push under this name ({names}); name one")
    raise NotAdopted(
        f"{name}: nothing was heard of an unregistered device of this name by ingest on {data}; "
        "`devices list` has those it heard (`devices learn` keeps nothing: paste its entry)"
    )


def beside(main: Path, file: Path) -> Path:
    """A file named on the command line, as the site file would name it. Raises NotAdopted."""
    found = main.parent / os.path.relpath(main.parent / file, main.parent)
    if not found.parent.is_dir():
        raise NotAdopted(
            f"{file}: there is no folder {found.parent}; it is taken beside the site file {main}"
        )
    return found


def texts_with(house: House, file: Path, estate: str, item: str) -> dict[Path, str]:
    """The files as they will be: the one that takes the device, and the main one if it must
    include it. Raises CannotEdit.
    """
    file = listed(house, file)
    if file == house.site_file:
        raise NotAdopted(f"{file}: devices are adopted into a file that it includes; name another")
    text = _text(file)
    if text.startswith(WRITTEN):
        raise NotAdopted(
            f"{file}: a list is its owner and would take the device out again at the next import; "
            "add it to the list, or name another with --file"
        )
    return texts_as(house, file, with_device(text, estate, item))


def texts_as(house: House, file: Path, text: str) -> dict[Path, str]:
    """The files as they will be: one with a new text, and the main one if it must include it.
    Raises CannotEdit.
    """
    assert house.site_file is not None
    assert house.loaded is not None
    file = listed(house, file)
    texts = {file: text}
    name = os.path.relpath(file.resolve(), house.site_file.resolve().parent)
    if file not in house.loaded.files and not is_asked_for(name, house.site.include):
        texts[house.site_file] = with_include(_text(house.site_file), name)
    return texts


def listed(house: House, file: Path) -> Path:
    """A file as the site lists it, if it does, by whatever way it was named."""
    files = house.loaded.files if house.loaded else ()
    return next((known for known in files if known.resolve() == file.resolve()), file)


def is_asked_for(name: str, patterns: Iterable[str]) -> bool:
    """Whether a file beside the main one falls under one of its includes."""
    levels = name.split("/")
    return any(
        len(asked := pattern.split("/")) == len(levels)
        and all(fnmatchcase(level, part) for level, part in zip(levels, asked, strict=True))
        for pattern in patterns
    )


def write_checked(
    house: House,
    texts: Mapping[Path, str],
    told_as: Mapping[Path, Document] = MappingProxyType({}),
    *,
    write: bool = True,
) -> None:
    """Write files of the site, the main one last, if the site holds with them. Raises FileFaults,
    with nothing written, or OSError. Faults of a file are told by `told_as`, where it stands there.
    """
    assert house.site_file is not None
    changed = {file: told_as.get(file) or parse(text, str(file)) for file, text in texts.items()}
    checked(load_changed(house.site_file, changed), house.catalogue.face_adapters)
    if not write:
        return
    for file in sorted(texts, key=lambda file: file == house.site_file):
        _replace(file, texts[file])


def estate_for(house: House, estate: str | None) -> str:
    """The estate that was named, or the only one. Raises NotAdopted."""
    known = [found.id for found in house.site.estates]
    if estate is None and len(known) == 1:
        return known[0]
    if estate in known and estate is not None:
        return estate
    said = "name one with --estate" if estate is None else f"--estate {estate}: is none of them"
    raise NotAdopted(f"the site has the estates {', '.join(known) or '(none)'}; {said}")


def _text(file: Path) -> str:
    if not file.exists():
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FileFaults([parse("", str(file)).fault((), "is not UTF-8")]) from error


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, with the rights that the file had: a gateway may read it right now."""
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as draft_file:
            draft_file.write(text)
        os.chmod(draft, mode)
        os.replace(draft, file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
