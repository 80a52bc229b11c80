"""XML as devices send it, as nested dictionaries in the shape of the makers' JSON. Pure.

Namespaces and prefixes are dropped, because firmware of one make uses half a dozen of them for the
same message. DTDs and entities are refused (defusedxml); size, depth and number of elements are
bounded, so that no document costs more than its bytes suggest.
"""

import re
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ingest.converters import text_of
from ingest.message import Unreadable

BYTES_MAX = 4 * 1024 * 1024
DEPTH_MAX = 32
ELEMENTS_MAX = 50_000

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_PREFIXES = (
    (re.compile(r"<[A-Za-z_][A-Za-z0-9_.-]{0,40}:"), "<"),
    (re.compile(r"</[A-Za-z_][A-Za-z0-9_.-]{0,40}:"), "</"),
)
"""Two, because text without a group is put in place ten times as fast as one with."""


def read_xml(payload: bytes, path: str = "$") -> tuple[str, dict[str, Any]]:
    """The root's local name and its content.

    An element with children is a dict, one without is its stripped text; a name that repeats
    becomes a list. Attributes are dropped. Raises Unreadable.
    """
    builder = _Builder(path)
    parse_into(builder, payload, path)
    return builder.root, builder.content


def parse_into(target: Any, payload: bytes, path: str = "$") -> None:
    """Hand every element of a document to a parser target (`start`, `data`, `end`, `close`).

    Raises Unreadable; how deep and how many elements may be is the target's to bound.
    """
    if len(payload) > BYTES_MAX:
        raise Unreadable(f"is XML of more than {BYTES_MAX} bytes", path)
    parser = _parser(target)
    # The declared encoding is often wrong, so text_of decides; prefixes may lack their declaration.
    text = _DECLARATION.sub("", text_of(payload, path))
    for prefix, bare in _PREFIXES:
        text = prefix.sub(bare, text)
    try:
        parser.feed(text)
        parser.close()
    except ParseError as error:
        raise Unreadable(f"is not well-formed XML: {error}", path) from error
    except DefusedXmlException as error:
        raise Unreadable("has a DTD or entities, which are refused", path) from error


def _parser(target: Any) -> Any:
    """A parser that refuses DTDs and entities and calls the target without a way round.

    The library's own handlers only put names into another form, which `local_name` undoes.
    """
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    expat = parser.parser
    expat.ordered_attributes = False
    expat.StartElementHandler, expat.EndElementHandler = target.start, target.end
    return parser


class _Builder:
    """Collects the tree as the parser walks it; holds one frame per open element."""

    def __init__(self, path: str) -> None:
        self.root = ""
        self.content: dict[str, Any] = {}
        self._path = path
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._elements += 1
        if self._elements > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise Unreadable("has too many or too deeply nested elements", self._path)
        self._open.append((local_name(tag), {}, []))

    def data(self, text: str) -> None:
        """Text inside an element."""
        self._open[-1][2].append(text)

    def end(self, tag: str) -> None:
        """An element closes and is handed to its parent."""
        name, children, texts = self._open.pop()
        if self._open:
            _put(self._open[-1][1], name, children or "".join(texts).strip())
        else:
            self.root, self.content = name, children

    def close(self) -> None:
        """The document ends."""


def _put(parent: dict[str, Any], name: str, value: Any) -> None:
    present = parent.get(name)
    if present is None:
        parent[name] = value
    elif isinstance(present, list):
        present.append(value)
    else:
        parent[name] = [present, value]


def local_name(tag: str) -> str:
    """A tag without its `{namespace}`."""
    return tag.rpartition("}")[2]
