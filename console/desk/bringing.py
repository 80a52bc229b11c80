"""A list is looked at before it is brought in: what stays between the two is sealed, on the page.

Nothing of it is kept here, so the second step may come to another console, and one that never comes
leaves nothing behind.
"""

import hashlib
import zlib
from dataclasses import dataclass

import orjson

from console.register.importing import Imported, Wish
from console.register.kinds import Kind
from schemas.sealing import Keys, SealError

FILE_MAX = 4 * 1024 * 1024
"""Bytes of a list that is sent by a page; a longer one is brought in by the command."""
CONTEXT = "list"


@dataclass(frozen=True, slots=True)
class Held:
    """A list between its two steps: whose, of what kind, and what bringing it in would change."""

    login: str
    kind: str
    digest: str
    wish: Wish


def held_text(keys: Keys, held: Held) -> str:
    """The list, sealed to whoever looked at it."""
    wish = held.wish
    head = orjson.dumps([held.digest, wish.file, wish.estate, wish.revive])
    packed = zlib.compress(head + b"\n" + wish.content)
    return keys.city.seal_bytes(packed, _context(held.login, held.kind))


def taken(keys: Keys, text: str, login: str, kind: Kind) -> Held:
    """The list that comes back. Raises SealError for one of another person or kind."""
    packed = keys.city.unseal_bytes(text, _context(login, kind.name))
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(packed, FILE_MAX + 4096)
    if unpacker.unconsumed_tail:
        raise SealError("is larger than a list may be")
    head, _, content = plain.partition(b"\n")
    digest, file, estate, revive = orjson.loads(head)
    return Held(login, kind.name, digest, Wish(content, file, estate, revive=revive))


def _context(login: str, kind: str) -> str:
    return f"{CONTEXT}/{kind}/{login}"


def digest_of(imported: Imported) -> str:
    """What a list would change, as a hash: another one means that the register has moved on."""
    planned = [(one.row["id"], one.change, one.row["version"]) for one in imported.planned]
    return hashlib.sha256(orjson.dumps(planned)).hexdigest()
