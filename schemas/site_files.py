"""The site on disk: the main file and what it includes, each parsed again only when it changed."""

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from schemas.estate_site import Site
from schemas.site import read_site
from schemas.site_parts import Whole
from schemas.yaml_file import Document, Fault, FileFaults, parse

Mark = tuple[int, int, int]
"""What differs when a file was written: time, size, and which file it is."""


def load_site(path: Path) -> Site:
    """The site of a main file and all it includes. Raises FileFaults."""
    return SiteFiles(path).load().site


@dataclass(frozen=True, slots=True)
class Loaded:
    """A site as read, and where each part of it was written."""

    site: Site
    source: Whole
    files: tuple[Path, ...]


@dataclass(slots=True)
class SiteFiles:
    """The files of one site. `load` parses only what is new since it was called last."""

    main: Path
    _parsed: dict[Path, tuple[Mark, Document]] = field(default_factory=dict)
    _seen: dict[Path, Mark | None] = field(default_factory=dict)

    def load(self) -> Loaded:
        """Read everything. Raises FileFaults with every fault of every file."""
        with uncollected():
            return self._load()

    def changed(self) -> bool:
        """Whether a file was written, made or taken away since `load` began to look at it."""
        return self._now() != self._seen

    def _load(self) -> Loaded:
        self._seen = self._now()
        main_mark = self._seen[self.main]
        documents = [self.document(self.main)]
        # The main file may include others now. Files are marked before they are read: what is
        # written meanwhile is another change.
        self._seen = self._now() | {self.main: main_mark}
        files = [self.main, *included(documents[0], self.main)]
        faults: list[Fault] = []
        for file in files[1:]:
            try:
                documents.append(self.document(file))
            except FileFaults as error:
                faults.extend(error.faults)
        self._parsed = {file: self._parsed[file] for file in files if file in self._parsed}
        if faults:
            raise FileFaults(faults)
        site, whole = read_site(documents)
        return Loaded(site, whole, tuple(files))

    def _now(self) -> dict[Path, Mark | None]:
        """The main file's mark, and those of what its last good form includes."""
        known = self._parsed.get(self.main)
        try:
            more = tuple(included(known[1], self.main)) if known else ()
        except FileFaults:
            more = ()
        return {file: _mark(file) for file in (self.main, *more)}

    def document(self, file: Path) -> Document:
        """One file, parsed anew if it changed. Raises FileFaults."""
        mark = _mark(file)
        known = self._parsed.get(file)
        if known is not None and mark == known[0]:
            return known[1]
        document = parse(_text(file), str(file))
        if mark is not None:
            self._parsed[file] = (mark, document)
        return document


def load_changed(main: Path, changed: Mapping[Path, Document]) -> Loaded:
    """The site as it would be with some files changed or made, whether included yet or not.

    Raises FileFaults: what would be wrong then.
    """
    files = SiteFiles(main)
    document = changed.get(main) or files.document(main)
    listed = [main, *included(document, main, made=changed)]
    parts = {file: changed.get(file) or files.document(file) for file in listed[1:]}
    whole = [document, *(parts | {f: d for f, d in changed.items() if f != main}).values()]
    site, source = read_site(whole)
    return Loaded(site, source, tuple(listed))


def included(document: Document, main: Path, made: Collection[Path] = ()) -> Iterator[Path]:
    """The files that a main file includes, in the order of its globs, sorted within each.

    `made` count as there. Raises FileFaults for a pattern that is none, and for a plain name that
    is not there.
    """
    content = document.content if isinstance(document.content, dict) else {}
    patterns = content.get("include") or []
    if not isinstance(patterns, list) or not all(isinstance(p, str) and p for p in patterns):
        raise FileFaults([document.fault(("include",), "must hold a list of file names or globs")])
    seen = {main}
    for index, pattern in enumerate(patterns):
        found = sorted(_matches(main.parent, pattern))
        found = found or [file for file in made if file == main.parent / pattern]
        if not found and not set("*?[") & set(pattern):
            what = f"{pattern!r} is not there; make it, or take it out"
            raise FileFaults([document.fault(("include", index), what)])
        yield from (file for file in found if file not in seen)
        seen.update(found)


def _matches(folder: Path, pattern: str) -> Iterator[Path]:
    """The files of a glob; those whose name begins with a dot are editors' and not meant."""
    root = Path(pattern)
    base, inner = (Path(root.anchor), str(root.relative_to(root.anchor))) if root.anchor else (
        folder, pattern
    )  # fmt: skip
    return (file for file in base.glob(inner) if file.is_file() and not file.name.startswith("."))


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of reference cycles away: a site makes a million objects and no garbage,
    and looking for some takes longer than reading it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _mark(file: Path) -> Mark | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFaults([Fault(str(file), 1, "file", "is not UTF-8; save it as UTF-8")]) from error
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check its name and rights"
        raise FileFaults([Fault(str(file), 1, "file", what)]) from error
