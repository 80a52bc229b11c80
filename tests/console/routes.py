"""Prints every route of the console with its pages, as JSON: a process of its own, since the pages'
framework keeps its routes in the process.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from console.office import Office
from console.pages import add_page
from console.server import build_api, house_of
from console.settings import ConsoleSettings

Found = tuple[str, str]


def routes_of(routes: Sequence[BaseRoute], above: str = "") -> Iterator[Found]:
    """Method and path of each route, and of those in what is mounted; a mount of files is GET."""
    for route in iter_route_contexts(routes):
        mount = route.original_route
        path = above + str(getattr(route, "path", ""))
        if isinstance(mount, Mount):
            inner = above + mount.path
            yield from routes_of(mount.routes or (), inner)
            if not mount.routes:
                yield from _mounted(inner)
            continue
        methods: Iterable[str] = getattr(route, "methods", None) or ("WEBSOCKET",)
        for method in methods:
            yield method, path


def _mounted(path: str) -> Iterator[Found]:
    """What has no routes of its own: files, or the sockets of the pages."""
    yield "GET", f"{path}/x"
    if path.endswith("_ws"):
        yield "POST", f"{path}/x"
        yield "WEBSOCKET", f"{path}/x"


def main(folder: str) -> None:
    office = Office(ConsoleSettings(data=Path(folder)), lambda: 0)
    app = build_api(house_of(office, "token"), {})
    add_page(app, office)
    print(json.dumps(sorted(set(routes_of(app.routes)))))
    office.close()


if __name__ == "__main__":
    main(sys.argv[1])
