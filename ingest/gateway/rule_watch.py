"""The operators' own rules as they stand: read again when a file of them changed, or on SIGHUP.

The gateway only reads them and writes them into the log with the estates' configurations; from that
event on they count. A rule with a fault keeps the last good rules in force, and only them.
"""

from pathlib import Path

import structlog

from schemas.operator_rule import OperatorRule
from schemas.place import EstateConfig
from schemas.rule_files import RuleFiles, folder_of, with_rules
from schemas.site import Site
from schemas.yaml_file import Fault, FileFaults

FAULTS_TOLD_MAX = 20

log = structlog.get_logger("ingest.rules")


class RuleWatch:
    """Holds the rules of one folder and looks whether it has others.

    The folder is the setting's, or else the one that the site names. `faults` are those of the
    files as they stand now.
    """

    def __init__(self, folder: Path | None, main: Path | None, site: Site) -> None:
        """Read the rules. Raises FileFaults: no gateway begins on a broken file."""
        self._folder, self._main = folder, main
        self._files: RuleFiles | None = None
        self.faults: tuple[Fault, ...] = ()
        self.rules: tuple[OperatorRule, ...] = ()
        self._follow(site)
        self.rules = self._files.load() if self._files else ()

    def look(self, site: Site, *, again: bool = False) -> bool:
        """Whether there are other rules now. A broken file is told once, and the old ones stay."""
        moved = self._follow(site)
        try:
            if not (moved or again or (self._files is not None and self._files.changed())):
                return False
            found = self._files.load() if self._files else ()
        except FileFaults as error:
            if error.faults != self.faults:
                told = [str(fault) for fault in error.faults[:FAULTS_TOLD_MAX]]
                log.error("rules_kept", count=len(error.faults), faults=told)
            self.faults = error.faults
            return False
        self.faults = ()
        if found == self.rules:
            return False
        self.rules = found
        log.info("rules_changed", rules=[rule.id for rule in found])
        return True

    def configs(self, site: Site) -> dict[str, EstateConfig]:
        """The configuration of each estate with the rules that are meant for it."""
        return {name: with_rules(config, self.rules) for name, config in site.configs().items()}

    def words(self) -> str:
        """How they stand, for /healthz."""
        if not self.faults:
            return f"{len(self.rules)} of the operator's own"
        return f"the last good ones stand; {len(self.faults)} to mend, first: {self.faults[0]}"

    def _follow(self, site: Site) -> bool:
        """Look at the folder that counts now; whether it is another."""
        named = folder_of(site, self._main) if self._main else None
        folder = self._folder or named
        if (self._files.folder if self._files else None) == folder:
            return False
        self._files = RuleFiles(folder) if folder else None
        return True
