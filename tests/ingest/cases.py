"""The cases beside each shipped adapter, as tests ask for them; see `ingest.kit.cases`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ingest.catalogue import SHIPPED, Adapter, Catalogue, load_catalogue
from ingest.kit.cases import KNOWN, cases_of, plain
from ingest.kit.cases import Case as KitCase
from ingest.message import Rejected
from schemas.events import Event

__all__ = ["KNOWN", "Case", "adapters", "cases", "folders_on_disk", "plain", "shipped"]


@dataclass(frozen=True, slots=True)
class Case(KitCase):
    """A case that is read with the shipped adapters."""

    def read(self, adapter: str | None = None) -> list[Event] | Rejected:
        """What the mapping makes of it; without a name the catalogue chooses the adapter."""
        return self.read_by(shipped(), adapter)


@cache
def shipped() -> Catalogue:
    """The shipped adapters."""
    return load_catalogue()


def adapters() -> list[Adapter]:
    """The shipped adapters, by name."""
    return [shipped().adapters[name] for name in sorted(shipped().adapters)]


def cases(of: Iterable[Adapter] | None = None) -> list[Case]:
    """All cases of the adapters."""
    chosen = adapters() if of is None else of
    return [Case(c.adapter, c.folder, c.spec) for a in chosen for c in cases_of(a)]


def folders_on_disk() -> set[str]:
    """Every adapter folder in the package; those that begin with `_` hold what several share."""
    return {
        folder.name
        for folder in SHIPPED.iterdir()
        if folder.is_dir() and not folder.name.startswith(("_", "."))
    }
