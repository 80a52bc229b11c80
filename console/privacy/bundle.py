"""A case as one file that a third party can check: a ZIP, a list of hashes, and a signature. Pure.

`SHA256SUMS` names every other file but the signature over it, in the form that `sha256sum -c`
reads; `SHA256SUMS.sig` is the installation's Ed25519 signature over that list.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.audit.chain import Link, digest_of
from console.privacy.signing import (
    KeyFault,
    fingerprint,
    is_signed,
    public_pem,
    read_public,
)

SUMS, SIGNATURE, PUBLIC = "SHA256SUMS", "SHA256SUMS.sig", "public-key.pem"
MANIFEST, AUDIT, README = "manifest.json", "audit.ndjson", "README.txt"
LISTLESS = frozenset({SUMS, SIGNATURE})
FORMAT = "smart-community case export 1"
BYTES_MAX = 256 * 1024 * 1024
FILES_MAX = 1000
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._-]{1,100})")
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The same content gives the same bytes: when it was packed stands in the manifest."""


@dataclass(slots=True)
class Checked:
    """What checking a file found: its manifest, whose key signed it, and every fault."""

    faults: list[str] = field(default_factory=list)
    manifest: Mapping[str, object] = field(default_factory=dict)
    fingerprint: str = ""


def pack(files: Mapping[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """The ZIP of some files, with the public key, the list of hashes and the signature."""
    whole = {**files, PUBLIC: public_pem(key)}
    sums = sums_of(whole).encode()
    whole |= {SUMS: sums, SIGNATURE: key.sign(sums)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(whole.items()):
            info = zipfile.ZipInfo(name, _WHEN)
            info.external_attr = 0o600 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def sums_of(files: Mapping[str, bytes]) -> str:
    """The list of hashes of some files, as `sha256sum` writes it."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )


def check(content: bytes, trusted: str | None = None) -> Checked:
    """Whether a file is as it was exported. `trusted` is the fingerprint that its key must have.

    Without one a forger's own key would do; whoever checks gets it from the installation.
    """
    found = Checked()
    try:
        files = _read(content)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        found.faults.append(f"it is no export: {error}")
        return found
    _check_signature(files, trusted, found)
    _check_sums(files, found)
    _check_manifest(files, found)
    _check_chain(files.get(AUDIT, b""), found)
    return found


def _read(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        names = [part.filename for part in parts]
        if len(parts) > FILES_MAX or sum(part.file_size for part in parts) > BYTES_MAX:
            raise ValueError("it is larger than any export")
        if len(set(names)) != len(names):
            raise ValueError("a name stands in it twice")
        return {part.filename: archive.read(part) for part in parts}


def _check_signature(files: Mapping[str, bytes], trusted: str | None, found: Checked) -> None:
    try:
        key = read_public(files.get(PUBLIC, b""))
    except KeyFault as fault:
        found.faults.append(f"{PUBLIC}: {fault}")
        return
    found.fingerprint = fingerprint(key)
    if trusted is not None and _plain(trusted) != found.fingerprint:
        found.faults.append(f"{PUBLIC}: is not the key that was named, but {found.fingerprint}")
    if not is_signed(key, files.get(SIGNATURE, b""), files.get(SUMS, b"")):
        found.faults.append(f"{SIGNATURE}: does not fit {SUMS}")


def _plain(text: str) -> str:
    return re.sub(r"[\s:]", "", text).lower()


def _check_sums(files: Mapping[str, bytes], found: Checked) -> None:
    listed: dict[str, str] = {}
    for line in files.get(SUMS, b"").decode(errors="replace").splitlines():
        if match := _LINE.fullmatch(line):
            listed[match[2]] = match[1]
        else:
            found.faults.append(f"{SUMS}: {line[:80]!r} is no line of it")
    for name, digest in listed.items():
        if name not in files:
            found.faults.append(f"{name}: was taken out")
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            found.faults.append(f"{name}: was changed")
    for name in sorted(set(files) - set(listed) - LISTLESS):
        found.faults.append(f"{name[:100]}: was put in")


def _check_manifest(files: Mapping[str, bytes], found: Checked) -> None:
    try:
        manifest = orjson.loads(files.get(MANIFEST, b""))
        if manifest["format"] != FORMAT:
            raise ValueError(f"says {str(manifest['format'])[:80]!r}, not {FORMAT!r}")
    except (ValueError, KeyError, TypeError) as error:
        found.faults.append(f"{MANIFEST}: cannot be read: {error}")
        return
    found.manifest = manifest


def _check_chain(text: bytes, found: Checked) -> None:
    """The entries of the audit log: each is what its hash says, the export's own is the last."""
    try:
        links = [Link(**orjson.loads(line)) for line in text.splitlines()]
    except (ValueError, TypeError) as error:
        found.faults.append(f"{AUDIT}: cannot be read: {error}")
        return
    for link in links:
        if link.hash != digest_of(link):
            found.faults.append(f"{AUDIT}: entry {link.sequence} was changed")
    for one, two in pairwise(links):
        follows = two.previous == one.hash if two.sequence == one.sequence + 1 else True
        if two.sequence <= one.sequence or not follows:
            found.faults.append(f"{AUDIT}: entry {two.sequence} does not follow {one.sequence}")
    last = links[-1].hash if links else ""
    if found.manifest and found.manifest.get("audit_hash") != last:
        found.faults.append(f"{AUDIT}: does not end with the export's own entry")


def ndjson(rows: Iterable[bytes]) -> bytes:
    """Rows of JSON, one a line."""
    return b"".join(row + b"\n" for row in rows)
