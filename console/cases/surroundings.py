"""What a place lies in: the buildings and gates around it, its estate, and the two trees above."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from schemas.base import Words
from schemas.place import EstateConfig
from schemas.site_files import load_site
from schemas.yaml_file import FileFaults

log = structlog.get_logger("console.cases")


class Surroundings:
    """The estates of the site file; without one, a place lies in its estate and nothing else."""

    def __init__(self, configs: Mapping[str, EstateConfig] | None = None) -> None:
        """Knows these estates."""
        self._configs = dict(configs or {})

    def config(self, estate: str) -> EstateConfig | None:
        """An estate as the site file has it; None where nobody has told."""
        return self._configs.get(estate)

    @property
    def estates(self) -> tuple[str, ...]:
        """The estates of the site file."""
        return tuple(self._configs)

    def nodes(self, estate: str) -> dict[str, str]:
        """The nodes above an estate by level, and the estate itself."""
        config = self._configs.get(estate)
        trees = config.trees.model_dump() if config else {}
        return {level: node for level, node in trees.items() if node} | {"estate": estate}

    def areas(self, estate: str, place: str) -> tuple[str, ...]:
        """All that a place lies in, from near to far, itself first."""
        config = self._configs.get(estate)
        lineage = [node.id for node in config.lineage(place)] if config else []
        above = [node for node in self.nodes(estate).values() if node != estate]
        return tuple(dict.fromkeys((place, *lineage, estate, *above)))

    def is_known(self, estate: str, place: str) -> bool:
        """Whether the site has such a place; any will do where there is no site."""
        if not self._configs:
            return True
        config = self._configs.get(estate)
        return config is not None and (place == estate or place in config.place_by_id)

    def name(self, estate: str, place: str) -> Words:
        """A place's name for people; its id where nobody has told."""
        config = self._configs.get(estate)
        if config is None:
            return Words(zh=place, en=place)
        return config.name if place == estate else config.place_name(place)


def load_surroundings(site: Path | None) -> Surroundings:
    """The surroundings of a site file; a file that does not hold is told and left out."""
    if site is None:
        return Surroundings()
    try:
        return Surroundings(load_site(site).configs())
    except (FileFaults, OSError) as error:
        log.error("cases do not know what lies where", fault=str(error).splitlines()[0])
        return Surroundings()
