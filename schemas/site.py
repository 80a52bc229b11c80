"""The site: one YAML, or one with others included, that names estates, places and devices.

Operators write it; ingest reads devices from it, and each estate's configuration for the
processors (`EstateConfig`) is cut out of it. Unknown places are faults, told with path and line.
Files are read by `schemas.site_files`; here is what becomes of their texts.
"""

from collections.abc import Sequence

from schemas.device_site import ClockFault, DeviceSite
from schemas.estate_site import EstateSite, Site
from schemas.site_faults import site_faults
from schemas.site_parts import Whole, assemble
from schemas.yaml_file import Document, FileFaults, parse, validate

__all__ = ["ClockFault", "DeviceSite", "EstateSite", "Site", "parse_site", "read_site"]


def parse_site(text: str, file: str = "site.yaml") -> Site:
    """The site of one YAML text; includes are not read. Raises FileFaults with every fault."""
    return read_site([parse(text, file)])[0]


def read_site(parts: Sequence[Document]) -> tuple[Site, Whole]:
    """The site of the main file and those it includes, and where each part of it was written.

    Raises FileFaults with every fault, file, path and line.
    """
    whole = assemble(parts)
    try:
        site = validate(whole, Site)
    except FileFaults as error:
        raise FileFaults(dict.fromkeys([*whole.faults, *error.faults])) from error
    if faults := [*whole.faults, *site_faults(site, whole)]:
        raise FileFaults(dict.fromkeys(faults))
    return site, whole
