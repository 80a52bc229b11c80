"""Text that means JSON and is not quite: one scanner for all of its usual faults. Pure.

Events reach us with `//` comments (bridge manuals), without a comma between two members
(hand-made dumps), cut off at the end (bridges with a short buffer) and as Python prints a dict
(old bridges). Nothing is evaluated and nothing is made up: what was cut off is left out.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any

import orjson

from ingest.message import Unreadable

LOOSE_CHARS_MAX = 1024 * 1024
DEPTH_MAX = 40
DOCUMENTS_MAX = 1000
TOKENS_MAX = 20_000
"""Of what is no strict JSON; some 30 ms. An event has a few hundred."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<mark>[{}\[\],:])
      | (?P<string>"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')
      | (?P<number>-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?)
      | (?P<word>true|false|null|True|False|None)\b""",
    re.VERBOSE | re.DOTALL,
)
_STRICT = json.JSONDecoder()
_OPENING = re.compile(r"[{\[]\s*[{\[\]}\"'/]")
"""How an object, or a list of them, begins; the brackets of a log line go on otherwise."""
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPES = {
    "\\": "\\", "'": "'", '"': '"', "/": "/", "n": "\n", "r": "\r", "t": "\t",
    "b": "\b", "f": "\f", "\n": "",
}  # fmt: skip
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}


@dataclass(frozen=True, slots=True)
class Found:
    """A value read from a text: where it ends, and whether it was whole."""

    value: Any
    end: int
    whole: bool
    tokens: int = 0


def documents(text: str) -> list[Any]:
    """Every object or array of a text in order; log words around them are passed over.

    Raises Unreadable if there is none, or with the place of the first fault.
    """
    try:
        return [orjson.loads(text)]
    except orjson.JSONDecodeError:
        pass
    if len(text) > LOOSE_CHARS_MAX:
        raise Unreadable(f"is no JSON, and too long ({len(text)} characters) to mend", "$")
    found: list[Found] = []
    left = TOKENS_MAX
    while (start := _OPENING.search(text, found[-1].end if found else 0)) is not None:
        found.append(value_at(text, start.start(), left))
        left -= found[-1].tokens
        if len(found) > DOCUMENTS_MAX:
            raise Unreadable(f"holds more than {DOCUMENTS_MAX} documents", "$")
    if not found:
        raise Unreadable("holds no JSON object", "$")
    return [document.value for document in found]


def value_at(text: str, at: int, tokens_max: int = TOKENS_MAX) -> Found:
    """The value that begins at a character: strict JSON if it is, else what the scanner finds in
    so many tokens.

    Raises Unreadable with the place of a fault that is none of the known ones.
    """
    try:
        value, end = _STRICT.raw_decode(text, at)
    except (ValueError, RecursionError):
        return _scan(text, at, tokens_max)
    # The strict parser lets half a character through, which could never be written again.
    halves = _HALF_PAIR.search(text, at, end)
    return Found(value, end, whole=True) if halves is None else _scan(text, at, tokens_max)


def _scan(text: str, at: int, tokens_max: int) -> Found:
    builder, tokens = _Builder(), 0
    while not builder.done and at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            if text[at] in "\"'":  # a text that never ends: the message was cut off inside it
                break
            raise Unreadable(f"is neither JSON nor a Python dict at character {at}", "$")
        if token.end() == len(text) and token.lastgroup in ("number", "word"):
            break  # the rest of the number may be cut off
        tokens += 1
        if tokens > tokens_max:
            raise Unreadable("is no JSON, and too long to mend", "$")
        builder.take(token.lastgroup or "", token[0], at)
        at = token.end()
    if builder.root is None:
        raise Unreadable("breaks off before it says anything", "$")
    return Found(builder.root, at, builder.done, tokens)


@dataclass(slots=True)
class _Builder:
    """Puts tokens together to nested dicts and lists."""

    root: Any = None
    stack: list[Any] = field(default_factory=list)
    key: str | None = None
    colon: bool = False

    @property
    def done(self) -> bool:
        return self.root is not None and not self.stack

    def take(self, kind: str, token: str, at: int) -> None:
        """One token. Raises Unreadable if it cannot stand here."""
        if kind == "mark":
            self._mark(token, at)
        elif kind != "space":
            self._scalar(_scalar_value(kind, token), at)

    def _mark(self, token: str, at: int) -> None:
        if token in "{[":
            self._open({} if token == "{" else [], at)
        elif token in "}]":
            self._close(dict if token == "}" else list, at)
        elif token == ":":
            self._check(self.key is not None and not self.colon, at)
            self.colon = True
        else:
            self._check(self.key is None, at)

    def _open(self, value: Any, at: int) -> None:
        self._check(len(self.stack) < DEPTH_MAX, at)
        self._put(value, at)
        self.stack.append(value)

    def _close(self, kind: type, at: int) -> None:
        self._check(self.key is None and isinstance(self.stack[-1], kind), at)
        self.stack.pop()

    def _scalar(self, value: Any, at: int) -> None:
        if isinstance(self.stack[-1], dict) and self.key is None:
            self._check(isinstance(value, str), at)
            self.key = value
        else:
            self._put(value, at)

    def _put(self, value: Any, at: int) -> None:
        if not self.stack:
            self.root = value
        elif isinstance(self.stack[-1], list):
            self.stack[-1].append(value)
        else:
            self._check(self.colon, at)
            self.stack[-1][self.key] = value
            self.key, self.colon = None, False

    @staticmethod
    def _check(right: bool, at: int) -> None:
        if not right:
            raise Unreadable(f"is neither JSON nor a Python dict at character {at}", "$")


def _scalar_value(kind: str, token: str) -> Any:
    if kind == "word":
        return _WORDS[token]
    if kind == "number":
        return float(token) if set(token) & set(".eE") else int(token)
    text = _ESCAPE.sub(_unescaped, token[1:-1])
    # Two escapes may be the halves of one character; a half alone could never be written again.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(escape: re.Match[str]) -> str:
    """One escape of JSON or Python; what is none of theirs stays as it stands."""
    number = escape[1] or escape[2] or escape[3]
    if number is None:
        return _ESCAPES.get(escape[4], escape[0])
    return chr(int(number, 16)) if int(number, 16) <= sys.maxunicode else "\ufffd"
