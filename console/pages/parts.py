"""The pieces the page is made of: our own components in the browser, and plain elements."""

from pathlib import Path
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

COMMON = {"office-common": str(Path(__file__).parent / "common")}


class Part(ui.element):
    """One of our components; `props` are those that its file declares."""

    def __init__(self, **props: Any) -> None:
        """In the element that is open."""
        super().__init__()
        self._props.update(props)


class Pulse(Part, component="pulse.js", esm=COMMON):
    """Whether the page is of now. It holds the line to the server and hands on what comes."""


class Top(Part, component="top.js", esm=COMMON):
    """Figures, the search, and where else to go."""


class FeedList(Part, component="feed.js", esm=COMMON):
    """The cards of what is to be dealt with."""


class PlanMap(Part, component="plan.js", esm=COMMON):
    """The plan of an estate with the cases on it."""


class Dossier(Part, component="dossier.js", esm=COMMON):
    """The chosen case whole."""


class Standing(Part, component="glance.js", esm=COMMON):
    """The right column."""


class Foot(Part, component="foot.js", esm=COMMON):
    """The bottom line."""


class Acts(Part, component="acts.js", esm=COMMON):
    """Does acts, and tells what came of them."""


def text(tag: str, content: str, classes: str = "") -> TextElement:
    """An element with a text."""
    return TextElement(tag=tag, text=content).classes(classes)


def box(tag: str, classes: str = "", label: str = "") -> ui.element:
    """An element to put others in."""
    element = ui.element(tag).classes(classes)
    if label:
        element.props["aria-label"] = label
    return element
