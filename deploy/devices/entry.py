"""How a device is hooked in: by which transport, and what a person types into its page. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.catalogue import AdapterSpec
from ingest.topics import PUSH_ROOT
from schemas.base import Model
from schemas.yaml_file import parse

PAGES = Path(__file__).parent / "pages.yaml"


class Page(Model):
    """The words that a make's own page uses."""

    menu: str = "the device's network or integration settings"
    address: str = "Server address"
    path: str = "Path or topic"
    port: str = "Port"
    user: str = "User"
    password: str = "Password"
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """Where the devices' doors are."""

    host: str
    mqtt_port: int
    bridge_port: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A device about to be added. `push` is the make in the path of HTTP pushes, if it pushes."""

    device: str
    adapter: AdapterSpec
    place: str

    @property
    def push(self) -> str | None:
        """The make that HTTP pushes of this device are under; None where it speaks MQTT."""
        for topic in self.adapter.topics:
            levels = topic.removesuffix("/#").split("/")
            if len(levels) == 3 and levels[0] == PUSH_ROOT:
                return levels[2]
        return None

    @property
    def topic(self) -> str:
        """The topic that an MQTT device publishes on: its adapter's first, with its name in it."""
        if not self.adapter.topics:
            return f"{self.adapter.name}/{self.device}"
        levels = self.adapter.topics[0].split("/")
        named = [self.device if level == "+" else level for level in levels if level != "#"]
        return "/".join(named)

    @property
    def path(self) -> str:
        """What goes into the page's field for a path or a topic."""
        return f"/push/{self.device}/{self.push}" if self.push else self.topic


def read_pages(text: str) -> dict[str, Page]:
    """The makes' words by make."""
    content = parse(text, PAGES.name).content
    return {make: Page.model_validate(words) for make, words in content.items()}


def page_of(entry: Entry, pages: Mapping[str, Page]) -> Page:
    """The words for one device: its make's, or the plain ones."""
    name = entry.adapter.name
    return next((page for make, page in pages.items() if name.startswith(make)), Page())


def typed(entry: Entry, page: Page, address: Address, password: str | None) -> list[str]:
    """The lines a person types from; no password where none is asked."""
    port = address.bridge_port if entry.push else address.mqtt_port
    rows = [
        (page.address, address.host),
        (page.port, str(port)),
        (page.path, entry.path),
    ]
    if password is not None:
        rows += [(page.user, entry.device), (page.password, password)]
    width = max(len(name) for name, _ in rows)
    how = "HTTP" if entry.push else "MQTT"
    return [
        f"On the page of {entry.device} ({entry.adapter.title}), {how}:",
        f"  {page.menu}",
        *(f"    {name:<{width}}  {value}" for name, value in rows),
        *(f"  {line}" for line in page.more),
    ]


def site_lines(entry: Entry) -> list[str]:
    """The device's entry for the site file."""
    fields = [f"id: {entry.device}", f"adapter: {entry.adapter.name}", f"place: {entry.place}"]
    if entry.push is None:
        fields.append(f"topics: [{entry.topic}, {entry.topic}/#]")
    return [f"  - {{{', '.join(fields)}}}"]
