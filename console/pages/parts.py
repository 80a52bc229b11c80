"""The pieces pages are made of. Texts go in as texts; only our own class names are markup."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from console.pages.cards import safe_link

T = TypeVar("T")


class FeedList(ui.element, component="feed.js"):
    """The list of alerts in the browser. Emits `choose` with an alert's id."""

    def __init__(self, props: dict[str, Any]) -> None:
        """`props` are those that feed.js declares."""
        super().__init__()
        self._props.update(props)


class Pulse(ui.element, component="pulse.js"):
    """Whether the page is of now. It holds the line to the server and hands on what comes."""

    def __init__(self, line: str, first: dict[str, str], lost: dict[str, str]) -> None:
        """`line` is the socket's path, `first` what to show now, `lost` what if it is cut."""
        super().__init__()
        self._props.update(line=line, first=first, lost=lost)


class Levels(ui.element, component="levels.js"):
    """How many alerts in sight are of each level."""

    def __init__(self, first: list[dict[str, Any]]) -> None:
        """`first` is what to show now."""
        super().__init__()
        self._props.update(first=first)


class Table(ui.element, component="table.js"):
    """A plain table in the browser."""

    def __init__(self, table: dict[str, Any], words: dict[str, str]) -> None:
        """`table` and `words` are what table.js declares."""
        super().__init__()
        self._props.update(table=table, words=words)


def text(tag: str, content: str, classes: str = "") -> TextElement:
    """An element with a text."""
    return TextElement(tag=tag, text=content).classes(classes)


def box(tag: str, classes: str = "", label: str = "") -> ui.element:
    """An element to put others in."""
    element = ui.element(tag).classes(classes)
    if label:
        element.props["aria-label"] = label
    return element


def link(content: str, url: str) -> None:
    """A link into another tab, or its bare text where the address is none a browser may follow."""
    safe = safe_link(url)
    if safe is None:
        text("span", content, "no-link")
        return
    element = text("a", content)
    element.props.update(href=safe, target="_blank", rel="noopener noreferrer")


def picture(content: str, path: str, otherwise: str) -> None:
    """A picture behind its word. It is asked for only when somebody opens it, for each look counts;
    `otherwise` is said where it is no longer there.
    """
    with box("details", "picture"):
        text("summary", content)
        box("img").props.update(src=path, alt=otherwise, loading="lazy")


class Redrawn(Generic[T]):
    """A part of the page that is drawn anew when what it shows is no longer the same."""

    def __init__(
        self,
        element: ui.element,
        draw: Callable[[T], None],
        key: Callable[[T], object] = lambda what: what,
    ) -> None:
        """Draws into an element, empty until the first `show`. `key` is what must be the same."""
        self._element = element
        self._draw = draw
        self._key = key
        self._shown: list[object] = []

    def show(self, what: T) -> None:
        """Draws `what`, unless it stands there already."""
        key = self._key(what)
        if self._shown == [key]:
            return
        self._shown = [key]
        self._element.clear()
        with self._element:
            self._draw(what)
