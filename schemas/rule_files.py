"""Operators' rules on disk: a folder with one folder for each rule, and its `rule.yaml` in it.

Only a file that changed is read again. Every fault of every file is told with file, line and path.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from schemas.estate_site import Site
from schemas.operator_rule import OperatorRule
from schemas.place import EstateConfig
from schemas.site_files import load_site
from schemas.yaml_file import Document, Fault, FileFaults, parse, validate

FILE = "rule.yaml"
Mark = tuple[int, int, int]
"""What differs when a file was written: time, size, and which file it is."""


@dataclass(slots=True)
class RuleFiles:
    """The rules of one folder. `load` parses only what is new since it was called last."""

    folder: Path
    _parsed: dict[Path, tuple[Mark, OperatorRule]] = field(default_factory=dict)
    _seen: dict[Path, Mark] | None = None

    def load(self) -> tuple[OperatorRule, ...]:
        """All rules, by id. Raises FileFaults with every fault of every file."""
        self._seen = self._now()
        faults: list[Fault] = []
        for file, mark in self._seen.items():
            known = self._parsed.get(file)
            if known is None or known[0] != mark:
                try:
                    self._parsed[file] = (mark, read_rule(file))
                except FileFaults as error:
                    faults.extend(error.faults)
        if faults:
            raise FileFaults(faults)
        self._parsed = {file: self._parsed[file] for file in self._seen}
        return tuple(rule for _, rule in self._parsed.values())

    def changed(self) -> bool:
        """Whether a file was written, made or taken away since `load` began to look."""
        return self._now() != self._seen

    def _now(self) -> dict[Path, Mark]:
        if not self.folder.is_dir():
            what = "is no folder; make it, or mend the name"
            raise FileFaults([Fault(str(self.folder), 1, "folder", what)])
        return {file: mark for file in rule_files(self.folder) if (mark := _mark(file))}


def rule_files(folder: Path) -> list[Path]:
    """The rules of a folder: of itself, where it is the folder of one, or of those in it."""
    if (folder / FILE).is_file():
        return [folder / FILE]
    return sorted(file for file in folder.glob(f"*/{FILE}") if not file.parent.name.startswith("."))


def read_rule(file: Path) -> OperatorRule:
    """The rule of one file, whose folder must bear its name. Raises FileFaults."""
    document = read_yaml(file)
    rule = validate(document, OperatorRule)
    folder = file.parent.resolve().name
    if rule.id != folder:
        what = f"{rule.id!r} is not the name of its folder, {folder!r}; make them agree"
        raise FileFaults([document.fault(("id",), what)])
    return rule


def read_yaml(file: Path) -> Document:
    """One YAML file of an operator. Raises FileFaults."""
    try:
        return parse(file.read_text(encoding="utf-8-sig"), str(file))
    except UnicodeDecodeError as error:
        raise FileFaults([Fault(str(file), 1, "file", "is not UTF-8; save it as UTF-8")]) from error
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check its name and rights"
        raise FileFaults([Fault(str(file), 1, "file", what)]) from error


def with_rules(config: EstateConfig, rules: Iterable[OperatorRule]) -> EstateConfig:
    """An estate's configuration with the rules that are on and meant for it."""
    documents = tuple(rule.document() for rule in rules if rule.is_for(config.estate))
    if documents == config.operator_rules:
        return config
    plain = {name: getattr(config, name) for name in EstateConfig.model_fields}
    return EstateConfig.model_validate(plain | {"operator_rules": documents})


def folder_of(site: Site, main: Path) -> Path | None:
    """Where the rules of a site lie, if it names a folder: beside its main file."""
    return main.parent / site.rules_folder if site.rules_folder else None


def load_configs(main: Path) -> dict[str, EstateConfig]:
    """The configurations of a site's estates, with their own rules. Raises FileFaults."""
    site = load_site(main)
    folder = folder_of(site, main)
    rules = RuleFiles(folder).load() if folder else ()
    return {name: with_rules(config, rules) for name, config in site.configs().items()}


def _mark(file: Path) -> Mark | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
