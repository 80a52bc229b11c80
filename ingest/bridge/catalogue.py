"""The makes on disk: each module below `makes` is one, and there is no list to edit."""

import importlib
import pkgutil
from functools import cache

from ingest.bridge import makes
from ingest.bridge.make import Make


@cache
def known_makes() -> dict[str, Make]:
    """All makes that want more than status 200, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(makes.__path__))
    found = [importlib.import_module(f"{makes.__name__}.{name}").MAKE for name in names]
    return {make.name: make for make in found}


def make_of(name: str) -> Make:
    """A make by its name in the path; one that nobody wrote down wants status 200."""
    return known_makes().get(name) or Make(name, name)
