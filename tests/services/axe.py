"""axe-core, which finds what people with a screen reader or without a mouse would stumble over.

Its one file of JavaScript (MPL-2.0) is fetched once with the ordinary npm client and kept beside
the services, never in the repository; tests put it into pages that stand in their browser.
"""

import shutil
from base64 import b64encode
from functools import partial
from hashlib import sha512
from pathlib import Path

from tests.services import tools
from tests.services.cache import Unavailable, have, log_of

VERSION = "4.11.0"
NAME = f"axe-core-{VERSION}"
SHA512 = "ilYanEU8vxxBexpJd8cWM4ElSQq4QctCLKih0TSfjIfCQTeyH/6zVrmIJfLPrKTKJRbiG+cfnZbQIjAlJmF1jQ=="
"""Of the package as npm packs it."""
SCRIPT = "axe.min.js"


def prepare() -> Path:
    """Return the script's file, fetched first if it is missing. Raises Unavailable."""
    return have(NAME, _is_whole, _fetch) / SCRIPT


def _is_whole(home: Path) -> bool:
    return all((home / name).is_file() for name in (SCRIPT, "LICENSE"))


def _fetch(home: Path) -> None:
    npm = tools.need("npm", "install Node.js, which brings npm")
    pack: list[str | Path] = [npm, "pack", f"axe-core@{VERSION}", "--ignore-scripts"]
    tools.run([*pack, "--pack-destination", home], log=log_of(NAME), cwd=home)
    packed = home / f"{NAME}.tgz"
    found = b64encode(sha512(packed.read_bytes()).digest()).decode()
    if found != SHA512:
        packed.unlink()
        raise Unavailable(f"axe-core {VERSION} is not the one that was looked at: {found}")
    _unpack(packed, home)


def _unpack(packed: Path, home: Path) -> None:
    unpack = partial(shutil.unpack_archive, format="gztar", filter="data")
    unpack(packed, home / "whole")
    for name in (SCRIPT, "LICENSE"):
        (home / "whole" / "package" / name).rename(home / name)
    shutil.rmtree(home / "whole")
    packed.unlink()
