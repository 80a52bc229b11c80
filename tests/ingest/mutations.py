"""Payloads as no device should send them: mutated cases, and bombs, each with why it is refused.

Seeded and without end, so that a test takes a few and a long run (`python -m bench.fuzz`) many.
"""

import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.message import Message

JUNK = (b"", b"\x00", b'"', b"{", b"}", b"[", b"9" * 30, b"\xff", b"<a>", b"--",
        b"\r\n\r\n", b"&#0;", b"1e999", b"-0", b"null", "\u202e".encode(),
        "鄂".encode("gbk"))  # fmt: skip
STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 1e308, "", " ", "null", "9999-12-31T23:59:59Z", "0000-00-00 00:00:00",
    [], {}, [[]], {"a": None}, "\x00", "A" * 5000, "<script>", "../../etc/passwd",
)  # fmt: skip


def mutated(seeds: Sequence[Message], seed: int) -> Iterator[Message]:
    """Mutations of messages, one after the other."""
    chance = random.Random(seed)
    while True:
        one = chance.choice(seeds)
        yield replace(one, payload=_mutated(one.payload, seeds, chance))


def _mutated(payload: bytes, seeds: Sequence[Message], chance: random.Random) -> bytes:
    how = chance.random()
    if how < 0.35 and payload.lstrip()[:1] in (b"{", b"["):
        try:
            content = json.loads(payload)
        except ValueError:
            return _cut(payload, chance)
        for _ in range(chance.randint(1, 3)):
            content = _changed(content, chance)
        return json.dumps(content).encode()
    if how < 0.85:
        return _cut(payload, chance)
    if how < 0.93:
        other = chance.choice(seeds).payload
        return payload[: chance.randint(0, len(payload))] + other[chance.randint(0, len(other)) :]
    return payload[: chance.randint(0, len(payload))]


def _cut(payload: bytes, chance: random.Random) -> bytes:
    found = bytearray(payload)
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(found))
        found[at : at + chance.choice((0, 1, 2, 8, 64))] = chance.choice(JUNK)
    return bytes(found)


def _changed(content: Any, chance: random.Random) -> Any:
    """The content with one value somewhere in it exchanged, taken away or wrapped."""
    if isinstance(content, dict) and content:
        name = chance.choice(list(content))
        if chance.random() < 0.6:
            return {**content, name: _changed(content[name], chance)}
        if chance.random() < 0.3:
            return {key: value for key, value in content.items() if key != name}
        return {**content, name: chance.choice(STRANGE)}
    if isinstance(content, list) and content and chance.random() < 0.8:
        at = chance.randrange(len(content))
        return [*content[:at], _changed(content[at], chance), *content[at + 1 :]]
    return chance.choice((*STRANGE, [content], {"x": content}))


@dataclass(frozen=True, slots=True)
class Bomb:
    """A small body that would become a large one, and a word of the reason it is refused for."""

    name: str
    payload: bytes
    refused_for: str


def bombs() -> tuple[Bomb, ...]:
    """XML, JSON, multipart and packed bombs."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY l0 "ha">{entities}]>'
    envelope = "<EventNotificationAlert><eventType>&l9;</eventType></EventNotificationAlert>"
    outside = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    outside += envelope.replace("&l9;", "&x;")
    nested = "<EventNotificationAlert>" + "<a>" * 100_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"0" * 10_000_000)
    parts = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(20_000))
    return (
        Bomb("entities", (laughs + envelope).encode(), "entit"),
        Bomb("file from outside", outside.encode(), "entit"),
        Bomb("deep XML", nested.encode(), "deep"),
        Bomb("deep JSON", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "deep"),
        Bomb("deep JSON list", b"[" * 200_000, "deep"),
        Bomb("zip", packed.getvalue(), "packed"),
        Bomb("gzip", gzip.compress(b"0" * 10_000_000), "packed"),
        Bomb("zlib", zlib.compress(b"0" * 10_000_000), "packed"),
        Bomb("parts", b"Content-Type: multipart/x; boundary=b\r\n\r\n" + parts + b"--b--", "parts"),
    )
