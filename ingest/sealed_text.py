"""Values about people inside a body, sealed where they stand, so that all around them stays. Pure.

The bridge seals them before MQTT, the gateway opens them before the mapping: what the mapping reads
is byte for byte what the device sent. A body is never parsed for it. Names are looked for in every
form a device writes them in (JSON, JSON inside a text, XML, form fields, lines of `name=value`), so
a body that no adapter understands is treated as well.

A sealed text stands as `(sealed:TOKEN)`; a bare number becomes the text `"(sealed=TOKEN)"`, whose
quotes go when it is opened. Tokens have no sign that JSON, XML or a form would take for its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from schemas.sealing import Keys, ScopeKeys

MARK = b"(sealed"
TEXT_CHARS_MAX = 4096
"""Longer texts under these names are no names or numbers."""
_SCOPE = "\x00bodies"
"""No estate can be called so: the bridge does not know whose a body is."""

_TOKEN = rb"(v1\.[0-9a-f]{4}\.[\w-]{16}\.[\w-]{22,8192})"
_QUOTE = rb"""(?:\\{0,8}["']|%22)"""
_SEALED = re.compile(rb"%s\(sealed=%s\)%s|\(sealed:%s\)" % (_QUOTE, _TOKEN, _QUOTE, _TOKEN))
_PUSHED = re.compile(r"(?:^|/)(devices/[^/]+/[^/]+)")

_NAME = rb"([\w-]{1,60})"


def _forms(*forms: tuple[bytes, bytes]) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """Forms compiled, with a name for %N, each behind the sign that it needs."""
    return tuple((sign, re.compile(form.replace(b"%N", _NAME))) for sign, form in forms)


_TEXTS = _forms(
    (b'"', rb'"%N"\s*+:\s*+(?:\[\s*+)?"((?:[^"\\]|\\.)+)"'),
    (b"'", rb"'%N'\s*+:\s*+(?:\[\s*+)?'((?:[^'\\]|\\.)+)'"),
    (b'\\"', rb'\\"%N\\"\s*+:\s*+(?:\[\s*+)?\\"((?:[^"\\]|\\\\.)+)\\"'),
    (b"%22", rb"%22%N%22(?:\+|%20)*+%3A(?:\+|%20)*+%22((?:[^%&]|%(?!22))+)%22"),
    (b"</", rb"<(?:[\w.-]{1,40}:)?%N(?:\s[^<>]*)?>([^<]+)(?=</)"),
    (b"<![", rb"<(?:[\w.-]{1,40}:)?%N(?:\s[^<>]*)?>\s*+<!\[CDATA\[((?:[^\]]|\](?!\]>))+)\]\]>"),
    (b'Name="', rb'Name="%N"\s+Value="([^"<>]+)"'),
    (b"=", rb"""(?<![\w"'-])%N[ ]?=[ ]?([^"\s&;][^\t\r\n&;]*)"""),
    (b"name=", rb'name="%N"[ ;]{0,8}\r?\n(?:[\w-]{1,60}:[^\r\n]*\r?\n){0,8}\r?\n([^\r\n]+)'),
)  # fmt: skip
"""How a text stands under a name: JSON, a Python dict, JSON in a text, JSON in a form, XML, CDATA,
an item of ONVIF, a pair, a part of a form. Tried only where its own sign stands."""
_NUMBERS = _forms(
    (b'"', rb'"%N"\s*+:\s*+(?:\[\s*+)?(-?\d[\d.]*)(?=\s*+[,}\]])'),
    (b"'", rb"'%N'\s*+:\s*+(?:\[\s*+)?(-?\d[\d.]*)(?=\s*+[,}\]])"),
    (b'\\"', rb'\\"%N\\"\s*+:\s*+(?:\[\s*+)?(-?\d[\d.]*)(?=\s*+[,}\]])'),
    (b"%22", rb"%22%N%22(?:\+|%20)*+%3A(?:\+|%20)*+(-?\d[\d.]*)(?=%2C|%7D|%5D)"),
)
"""How a bare number stands there, and the quotes that its place asks for."""


@dataclass(frozen=True, slots=True)
class Seals:
    """What is sealed of a body: members of these names, in any case, and what own patterns find,
    whose first group is the value.
    """

    names: frozenset[bytes]
    own: tuple[re.Pattern[bytes], ...] = ()

    @classmethod
    def of(cls, names: Iterable[str], patterns: Iterable[str] = ()) -> "Seals":
        """From names and patterns as adapters write them."""
        found = frozenset(name.lower().encode() for name in names)
        return cls(found, tuple(re.compile(p.encode(), re.MULTILINE) for p in patterns))

    def seal(self, text: bytes, scope: ScopeKeys, context: str) -> bytes:
        """The text with all such values sealed; the same text gives the same bytes."""

        def closed(found: re.Match[bytes], group: int = 2, quote: bytes | None = None) -> bytes:
            whole, value = found[0], found[group]
            if value.startswith(MARK) or len(value) > TEXT_CHARS_MAX:
                return whole
            if group == 2 and found[1].lower() not in self.names:
                return whole
            token = scope.seal_bytes(value, context).encode()
            shown = b"(sealed:%b)" % token
            if quote is not None:
                shown = b"%b(sealed=%b)%b" % (quote, token, quote)
            begin, end = found.start(group) - found.start(), found.end(group) - found.start()
            return whole[:begin] + shown + whole[end:]

        for pattern in self.own:
            text = pattern.sub(partial(closed, group=1), text)
        for gate, pattern in _TEXTS:
            if gate in text:
                text = pattern.sub(closed, text)
        for quote, pattern in _NUMBERS:
            if quote in text:
                text = pattern.sub(partial(closed, quote=quote), text)
        return text


def body_keys(keys: Keys) -> ScopeKeys:
    """The keys that values in bodies are sealed with."""
    return keys.estate(_SCOPE)


def body_context(topic: str) -> str:
    """What a value is bound to: the device and make of its topic, so that nobody can put what one
    device said into another's mouth.
    """
    found = _PUSHED.search(topic)
    return f"body/{found[1] if found else topic}"


def opened(payload: bytes, topic: str, keys: Keys) -> bytes:
    """A payload with all sealed values in clear. Raises SealError for one that was not sealed here
    for this device.
    """
    if MARK not in payload:
        return payload
    scope, context = body_keys(keys), body_context(topic)
    return _SEALED.sub(
        lambda found: scope.unseal_bytes((found[1] or found[2]).decode(), context), payload
    )
