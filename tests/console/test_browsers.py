"""The oldest browsers the pages are for: nothing of our own is younger than the document says.

Every property, at-rule, function and selector of our style sheets, every method and piece of syntax
of our scripts is held against two lists: what all of these browsers have had for years, and what is
younger, with the first version that has it. What stands in neither is a fault: look up when it came
(https://developer.mozilla.org, "Browser compatibility") and give it its row.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import nicegui
import pytest
import tinycss2  # type: ignore[import-untyped]
from tinycss2.ast import Node  # type: ignore[import-untyped]

import console

ROOT = Path(console.__file__).parent
DOCUMENT = ROOT.parent / "docs" / "browsers.md"


class Since(NamedTuple):
    """The first version of each browser; a note says why a later one does no harm."""

    chrome: float
    firefox: float
    safari: float
    harmless: str = ""


OLDEST = Since(109, 121, 16.4)

OLD_PROPERTIES = """
    align-items align-self animation background border border-bottom border-bottom-color
    border-bottom-width border-collapse border-color border-left border-left-color
    border-left-style border-left-width border-radius border-right border-top bottom box-shadow
    box-sizing clip-path color content counter-increment counter-reset cursor display fill flex
    flex-basis flex-direction flex-wrap float font font-size font-style font-variant-numeric
    font-weight grid-area grid-column grid-template grid-template-columns grid-template-rows height
    justify-content left letter-spacing line-height list-style margin margin-bottom margin-left
    margin-right margin-top max-height max-width min-height min-width object-fit opacity outline
    outline-offset overflow overflow-wrap overflow-x overflow-y padding padding-bottom padding-left
    padding-right padding-top paint-order pointer-events position right stroke stroke-dasharray
    stroke-width text-align text-anchor text-decoration text-overflow text-transform top transform
    vertical-align white-space width z-index
"""
YOUNG_PROPERTIES = {
    "-webkit-box-orient": Since(4, 68, 3),
    "-webkit-line-clamp": Since(6, 68, 5),
    "-webkit-print-color-adjust": Since(17, 97, 6),
    "accent-color": Since(93, 92, 15.4),
    "aspect-ratio": Since(88, 89, 15),
    "break-after": Since(50, 65, 10),
    "break-inside": Since(50, 65, 10),
    "contain-intrinsic-size": Since(83, 107, 17, "only spares the drawing of what is out of sight"),
    "content-visibility": Since(85, 125, 18, "only spares the drawing of what is out of sight"),
    "gap": Since(84, 63, 14.1),
    "inset": Since(87, 66, 14.1),
    "line-clamp": Since(999, 999, 999, "-webkit-line-clamp beside it does it"),
    "page": Since(85, 110, 13.1),
    "print-color-adjust": Since(999, 97, 15.4, "-webkit-print-color-adjust beside it does it"),
    "size": Since(15, 95, 18.2, "paper is the printer's own where it is not understood"),
    "text-underline-offset": Since(87, 70, 12.1),
}
OLD_AT_RULES = frozenset({"media", "keyframes", "page"})
OLD_FUNCTIONS = frozenset(
    {
        "calc",
        "counter",
        "lang",
        "minmax",
        "not",
        "polygon",
        "repeat",
        "rotate",
        "steps",
        "translate",
        "translatex",
        "var",
    }
)
YOUNG_FUNCTIONS = {
    "clamp": Since(79, 75, 13.1),
    "env": Since(69, 65, 11.1),
    "has": Since(105, 121, 15.4),
    "is": Since(88, 78, 14),
    "max": Since(79, 75, 11.1),
    "min": Since(79, 75, 11.1),
    "where": Since(88, 78, 14),
}
OLD_PSEUDO = frozenset(
    {"active", "after", "before", "checked", "disabled", "empty", "first-child", "first-letter",
     "focus", "hover", "last-child", "nth-child", "placeholder", "root"}
)  # fmt: skip
YOUNG_PSEUDO = {
    "-webkit-details-marker": Since(12, 999, 6, "the marker of a summary stays to be seen"),
    "backdrop": Since(32, 98, 15.4),
    "focus-visible": Since(86, 85, 15.4),
    "focus-within": Since(60, 52, 10.1),
    "marker": Since(86, 68, 11.1),
}
YOUNG_UNITS = {"dvh": Since(108, 101, 15.4), "svh": Since(108, 101, 15.4)}
OLD_UNITS = frozenset(
    {"ch", "cm", "deg", "em", "fr", "mm", "ms", "pt", "px", "rem", "s", "vh", "vw"}
)

OLD_METHODS = """
    abort abs add addEventListener all append appendChild apply assign blur bind catch click
    closest concat contains createElement createGain createObjectStore createOscillator delete
    dispatchEvent drawImage entries every exec filter find findIndex floor focus forEach get getAll
    getBoundingClientRect getContext getElementById getItem getRandomValues getTimezoneOffset has
    hypot includes indexOf join json keys map match max min now objectStore open padStart parse
    parseFromString preventDefault push put querySelector querySelectorAll random reduce remove
    removeEventListener removeItem replace replaceWith resolve resume reverse round scrollIntoView
    send set setAttribute setItem slice some sort split start startsWith endsWith stop stringify
    submit test text then toBlob toFixed toISOString toLowerCase toString transaction trim update
    values write
"""
YOUNG_METHODS = {
    "at": Since(92, 90, 15.4),
    "findLast": Since(97, 104, 15.4),
    "flat": Since(69, 62, 12),
    "flatMap": Since(69, 62, 12),
    "fromEntries": Since(73, 63, 12.1),
    "hasOwn": Since(92, 92, 15.4),
    "randomUUID": Since(92, 95, 15.4),
    "replaceAll": Since(85, 77, 13.1),
    "replaceChildren": Since(86, 78, 14),
    "requestSubmit": Since(76, 75, 16),
    "showModal": Since(37, 98, 15.4),
    "structuredClone": Since(98, 94, 15.4),
}
SYNTAX = {
    r"\?\.(?!\d)": Since(80, 74, 13.1),
    r"\?\?(?!=)": Since(80, 72, 13.1),
    r"\?\?=|\|\|=|&&=": Since(85, 79, 14),
    r"\bimport\s+\{": Since(61, 60, 10.1),
    r"\bfor await\b": Since(63, 57, 12),
    r"\bclass\s+\w+[^{]*\{\s*#": Since(74, 90, 14.1),
    r"\bstatic\s*\{": Since(94, 93, 16.4),
    r"\(\?<[=!]": Since(62, 78, 16.4),
    r"\bwith\s*\{\s*type:": Since(123, 138, 17.2),
    r"/[a-z]*v[a-z]*\.test\(": Since(112, 116, 17),
}
NEEDED_BY_NICEGUI = {
    'type="importmap"': Since(89, 108, 16.4),
    "@layer ": Since(99, 97, 15.4),
    "revert-layer": Since(99, 97, 15.4),
}
"""What stands in the page that NiceGUI draws, of all that it needs the youngest."""


def too_young(since: Since) -> bool:
    return not since.harmless and any(
        mine > oldest for mine, oldest in zip(since[:3], OLDEST[:3], strict=True)
    )


def sheets() -> Iterator[tuple[str, str]]:
    """Our style sheets, and what stands between `<style>` and `</style>`."""
    for file in sorted(ROOT.rglob("*.css")):
        yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
    for file in sorted(ROOT.rglob("*.html")):
        text = re.sub(r"\{[{%#].*?[}%#]\}", "", file.read_text(encoding="utf-8"))
        for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL):
            yield str(file.relative_to(ROOT)), style


def scripts() -> dict[str, str]:
    found = sorted(ROOT.rglob("*.js"))
    return {str(file.relative_to(ROOT)): code_of(file.read_text("utf-8")) for file in found}


def code_of(text: str) -> str:
    """A script without comments; texts stay, for templates hold code."""
    return re.sub(r"^\s*//.*$|/\*.*?\*/", "", text, flags=re.MULTILINE | re.DOTALL)


def used_in(style: str) -> Iterator[tuple[str, str]]:
    """(kind, name) of all that a style sheet uses."""
    yield from _rules(tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True))


def _rules(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if node.type == "error":
            raise AssertionError(node.message)
        if node.type == "at-rule":
            yield "at-rule", node.lower_at_keyword
            yield from _content(node)
        elif node.type == "qualified-rule":
            yield from _selectors(node.prelude)
            yield from _declarations(node.content)


def _content(rule: Node) -> Iterator[tuple[str, str]]:
    if rule.content is None:
        return
    if rule.lower_at_keyword == "page":
        yield from _declarations(rule.content)
    else:
        yield from _rules(
            tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        )


def _declarations(content: list[Node]) -> Iterator[tuple[str, str]]:
    for one in tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True):
        assert one.type == "declaration", f"{one.type}: {one}"
        if not one.name.startswith("--"):
            yield "property", one.lower_name
        yield from _values(one.value)


def _selectors(tokens: list[Node]) -> Iterator[tuple[str, str]]:
    colons = False
    for token in tokens:
        if colons and token.type == "ident":
            yield "pseudo", token.lower_value
        colons = token.type == "literal" and token.value == ":"
        if token.type == "function":
            yield "function", token.lower_name
            yield from _selectors(token.arguments)


def _values(tokens: list[Node]) -> Iterator[tuple[str, str]]:
    for token in tokens:
        if token.type == "dimension":
            yield "unit", token.lower_unit
        if token.type == "function":
            yield "function", token.lower_name
            yield from _values(token.arguments)


LISTS = {
    "at-rule": (OLD_AT_RULES, {}),
    "function": (OLD_FUNCTIONS, YOUNG_FUNCTIONS),
    "property": (frozenset(OLD_PROPERTIES.split()), YOUNG_PROPERTIES),
    "pseudo": (OLD_PSEUDO, YOUNG_PSEUDO),
    "unit": (OLD_UNITS, YOUNG_UNITS),
}


def fault_of(kind: str, name: str) -> str | None:
    old, young = LISTS[kind]
    if name in old:
        return None
    since = young.get(name)
    if since is None:
        return f"{kind} {name}: in no list; look up since when browsers have it"
    return f"{kind} {name}: too young" if too_young(since) else None


@pytest.mark.parametrize(("file", "style"), list(sheets()))
def test_a_style_sheet_uses_nothing_that_the_oldest_browser_lacks(file: str, style: str) -> None:
    faults = {fault for one in used_in(style) if (fault := fault_of(*one))}
    assert faults == set(), file


def own_methods() -> set[str]:
    shape = re.compile(
        r"^\s*(?:async )?(\w+)\([^)]*\) \{|\bfunction (\w+)\(|\b(\w+): \(", re.MULTILINE
    )
    return {name for text in scripts().values() for names in shape.findall(text) for name in names}


def script_faults(text: str) -> set[str]:
    called = set(re.findall(r"\.(\w+)\(", text)) - set(OLD_METHODS.split()) - own_methods()
    faults = {f"{name}(): in no list" for name in called - YOUNG_METHODS.keys()}
    faults |= {f"{n}(): too young" for n in called & YOUNG_METHODS.keys()
               if too_young(YOUNG_METHODS[n])}  # fmt: skip
    found = (shape for shape in SYNTAX if re.search(shape, text))
    return faults | {f"{shape}: too young" for shape in found if too_young(SYNTAX[shape])}


@pytest.mark.parametrize("file", list(scripts()))
def test_a_script_uses_nothing_that_the_oldest_browser_lacks(file: str) -> None:
    assert script_faults(scripts()[file]) == set()


@pytest.mark.parametrize(
    ("kind", "style"),
    [
        ("property", "a { anchor-name: --x }"),
        ("at-rule", "@container (width > 1px) { a { color: red } }"),
        ("function", "a { color: color-mix(in srgb, red, blue) }"),
        ("pseudo", "a:popover-open { color: red }"),
        ("unit", "a { width: 1cqw }"),
    ],
)
def test_what_is_new_is_found(kind: str, style: str) -> None:
    assert any(one[0] == kind and fault_of(*one) for one in used_in(style))


@pytest.mark.parametrize("code", ["list.toSorted()", "class A { static { } } with { type: 'css' }"])
def test_what_is_new_in_a_script_is_found(code: str) -> None:
    assert script_faults(code)


def test_what_niceguis_page_needs_is_not_younger() -> None:
    page = files(nicegui).joinpath("templates", "index.html").read_text("utf-8")
    assert [need for need in NEEDED_BY_NICEGUI if need not in page] == []
    assert not any(too_young(since) for since in NEEDED_BY_NICEGUI.values())


def test_the_document_names_the_oldest_versions() -> None:
    text = DOCUMENT.read_text("utf-8")
    rows = dict(re.findall(r"^\| (Chrome|Firefox|Safari)[^|]*\| ([\d.]+) \|", text, re.MULTILINE))
    assert {name: float(version) for name, version in rows.items()} == {
        "Chrome": OLDEST.chrome, "Firefox": OLDEST.firefox, "Safari": OLDEST.safari,
    }  # fmt: skip
