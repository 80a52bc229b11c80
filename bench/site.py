"""What it costs to read a site of many estates, and to find its devices.

python -m bench.site [--estates 500] [--places 40] [--devices 30]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ingest.registry import Registry
from schemas.site_files import SiteFiles, uncollected

T = TypeVar("T")
MAIN = """\
version: 1
include: [estates/*.yaml]
templates:
  reader: {adapter: esp_rfid, kind: reader, heartbeat_s: 180, channels: {'1': {direction: in}}}
"""


def estate_text(estate: int, places: int, devices: int) -> str:
    """One estate's file, as people lay it out."""
    rows = ["version: 1", "estates:", f"  - id: court-{estate:04}"]
    rows += [f"    name: {{zh: 第{estate}苑, en: Court {estate}}}", "    places:"]
    rows += [
        f"      - {{id: d{at}, kind: door, name: {{zh: {at}号门, en: Door {at}}}}}"
        for at in range(places)
    ]
    rows.append("    devices:")
    for at in range(devices):
        rows += [
            f"      - id: c{estate:04}-r{at}", "        template: reader",
            f"        name: {{zh: 门禁{at}, en: Reader {at}}}",
            f"        ids: [SN{estate:04}{at:03}]",
            f"        topics: [court-{estate:04}/door/{at}/#]", f"        place: d{at % places}",
        ]  # fmt: skip
    return "\n".join(rows) + "\n"


def timed(what: str, work: Callable[[], T]) -> T:
    """Do it, print what it took."""
    began = time.perf_counter()
    done = work()
    print(f"{what:32} {time.perf_counter() - began:8.3f} s")
    return done


def main() -> None:
    """Make a site, read it, read it again, look devices up."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("estates", 500), ("places", 40), ("devices", 30)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "estates").mkdir()
        (root / "site.yaml").write_text(MAIN, encoding="utf-8")
        for number in range(asked.estates):
            text = estate_text(number, asked.places, asked.devices)
            (root / "estates" / f"{number:04}.yaml").write_text(text, encoding="utf-8")
        files = SiteFiles(root / "site.yaml")
        site = timed("read whole", files.load).site
        timed("look whether a file changed", files.changed)
        (root / "estates" / "0000.yaml").touch()
        timed("read again, one file changed", files.load)
        with uncollected():
            registry = timed("index of devices", lambda: Registry(site))
        topics = [f"court-{e:04}/door/1/log" for e in range(asked.estates)]
        timed(f"find {len(topics)} topics", lambda: [registry.place(t, None, "1") for t in topics])
        timed("configurations", site.configs)


if __name__ == "__main__":
    main()
