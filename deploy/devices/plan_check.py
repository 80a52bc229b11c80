"""Whether the plan files that a site names hold; the console leaves one that does not out."""

from collections.abc import Iterator
from pathlib import Path

from schemas.place import EstateConfig
from schemas.plan import read_plan
from schemas.site import Site
from schemas.yaml_file import FileFaults, parse


def plan_faults(site: Site, folder: Path) -> Iterator[str]:
    """One line a fault: file, line, what, how to mend it. `folder` is the main file's."""
    for estate in site.estates:
        if estate.plan:
            yield from _faults(folder / estate.plan, estate.config())


def _faults(file: Path, config: EstateConfig) -> Iterator[str]:
    try:
        document = parse(file.read_text(encoding="utf-8"), str(file))
        read_plan(document, config.estate, frozenset(config.place_by_id))
    except FileFaults as error:
        yield from str(error).splitlines()
    except OSError as error:
        yield f"{file}: cannot be read ({error.strerror}); mend plan: of estate {config.estate}"
    except UnicodeDecodeError:
        yield f"{file}: is not UTF-8; save it as UTF-8"
