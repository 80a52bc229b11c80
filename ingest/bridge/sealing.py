"""What of a body about people does not go to MQTT in clear. Pure, given the keys.

Values under the names that adapters give (`people:` in adapter.yaml) are sealed where they stand;
the gateway opens them again. Of pictures only those go on that the gateway may store: what shows a
person from near, what no reading claims, and long encoded texts that are no picture (templates) are
replaced by an empty one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ingest.catalogue import Adapter, Catalogue
from ingest.mapping import Mapper
from ingest.message import Message, Picture, Unreadable
from ingest.multipart import parts
from ingest.pictures import CLOSE_UPS, is_picture
from ingest.sealed_text import Seals, body_context, body_keys, opened
from ingest.topics import PUSH_ROOT, push_device
from schemas.sealing import Keys, SealError

EMPTY_PICTURE = b"\xff\xd8\xff\xd9"
"""A JPEG of nothing but its two ends."""
EMPTY_ENCODED = b"/9j/2Q=="
ENCODED_MIN = 512
"""Shorter texts are no picture and no template; `ingest.pictures` draws the same line."""
_ENCODED = re.compile(rb"[A-Za-z0-9+/_\\\r\n-]{%d,}={0,2}" % ENCODED_MIN)
_PADDING = b"\\\r\n= "
_SLIPS = bytes.maketrans(b"-_", b"+/")
_ESCAPED_ENDS = re.compile(rb"\\[rn]")

Clock = Callable[[], int]


@dataclass(frozen=True, slots=True, eq=False)
class BodySealer:
    """Seals bodies on their way to MQTT. `mapper` answers the mapping of the site as it stands."""

    keys: Keys
    catalogue: Catalogue
    mapper: Callable[[], Mapper]
    clock: Clock

    def seal(self, topic: str, body: bytes) -> bytes:
        """What goes to MQTT under a topic (without the bridge's prefix)."""
        if not topic.startswith(PUSH_ROOT + "/") or not body:
            return body
        wanted = self._wanted(Message(topic, body, self.clock()))
        left = _without_pictures(body, wanted)
        seals = seals_of(self.catalogue, _named_by(topic))
        scope, context = body_keys(self.keys), body_context(topic)
        sealed = b"".join(
            piece if is_raw else seals.seal(piece, scope, context) for is_raw, piece in left
        )
        return sealed if self._opens(sealed, topic, left) else b"".join(piece for _, piece in left)

    def _opens(self, sealed: bytes, topic: str, left: list[tuple[bool, bytes]]) -> bool:
        """Whether the gateway gets back what went in, also where a device writes our own mark."""
        try:
            return opened(sealed, topic, self.keys) == b"".join(piece for _, piece in left)
        except SealError:
            return False

    def _wanted(self, message: Message) -> list[Picture]:
        """The pictures that the gateway may store."""
        mapper = self.mapper()
        try:
            readings = mapper.readings(message)
        except Exception:  # A codec that fails on it claims nothing; the gateway tells of it.
            return []
        return [
            picture
            for reading in readings
            for picture in reading.pictures
            if isinstance(picture, Picture)
            and (
                picture.kind not in CLOSE_UPS
                or mapper.registry.place(message.topic, reading.device, reading.channel).close_ups
            )
        ]


def _named_by(topic: str) -> str:
    """The part of a push topic that says which adapters may read it: `devices/x/MAKE`."""
    device = push_device(topic) or ""
    return topic.replace(f"{PUSH_ROOT}/{device}/", f"{PUSH_ROOT}/x/", 1)


@lru_cache(maxsize=256)
def seals_of(catalogue: Catalogue, topic: str) -> Seals:
    """What all adapters of a topic call people's; of a make that nobody knows, what any does."""
    everyone = list(catalogue.adapters.values())
    asked: list[Adapter] = [adapter for adapter in everyone if adapter.claims_topic(topic)]
    asked = asked or catalogue.named(topic.split("/")[2]) or everyone
    people = [adapter.spec.people for adapter in asked]
    names = {name for one in people for name in one.names}
    return Seals.of(names, sorted({pattern for one in people for pattern in one.patterns}))


def _without_pictures(body: bytes, wanted: list[Picture]) -> list[tuple[bool, bytes]]:
    """The body in pieces, pictures that are not wanted left out; True: no text, so not searched."""
    kept = {picture.content for picture in wanted if isinstance(picture.content, bytes)}
    texts = {_plain(p.content.encode()) for p in wanted if isinstance(p.content, str)}
    if is_picture(body):
        return [(True, body if body in kept else EMPTY_PICTURE)]
    pieces: list[tuple[bool, bytes]] = []
    at = 0
    for picture in _picture_parts(body):
        begin = body.find(picture, at)
        pieces.append((False, _without_encoded(body[at:begin], texts)))
        pieces.append((True, picture if picture in kept else EMPTY_PICTURE))
        at = begin + len(picture)
    pieces.append((False, _without_encoded(body[at:], texts)))
    return pieces


def _picture_parts(body: bytes) -> list[bytes]:
    try:
        found = parts(body) if b"\n--" in body or body[:2] == b"--" else []
    except Unreadable:
        return []
    return [p.body for p in found if p.body and (is_picture(p.body) or p.is_image)]


def _without_encoded(text: bytes, wanted: set[bytes]) -> bytes:
    if len(text) < ENCODED_MIN:
        return text
    return _ENCODED.sub(
        lambda found: found[0] if _plain(found[0]) in wanted else EMPTY_ENCODED, text
    )


def _plain(encoded: bytes) -> bytes:
    """Encoded text without what stands around and between its signs."""
    if encoded[:5].lower() == b"data:":
        encoded = encoded.partition(b",")[2]
    bare = _ESCAPED_ENDS.sub(b"", encoded) if b"\\" in encoded else encoded
    return bare.translate(_SLIPS, _PADDING)
