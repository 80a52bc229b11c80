"""What a phone's form says: read within bounds, and known to come from our own page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from console.accounts.principal import Principal
from console.cases.once import KEY_MAX, Asked, digest_of
from console.guard import is_own_page
from console.phone.images import PHOTO_BYTES_MAX, PHOTOS_MAX, NoPhoto
from console.phone.photos import Photo, named
from console.rights import KB

FIELDS_MAX, TEXT_BYTES_MAX = 40, 16 * KB


class ForeignPage(ValueError):
    """A form that was not sent by a page of the session."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The texts of a form by name, and its photos."""

    texts: Mapping[str, str]
    photos: tuple[Photo, ...] = field(default=(), repr=False)

    def asked(self, login: str, at: int, *what: str) -> Asked:
        """The request with its idempotency key: the same form again is the same request."""
        key = self.texts.get("key", "")
        is_key = len(key) <= KEY_MAX and key.isascii() and key.isprintable() and " " not in key
        said = [f"{name}={text}" for name, text in sorted(self.texts.items()) if name != "csrf"]
        photos = [name for name, _ in self.photos]
        return Asked(login, key if is_key else "", digest_of("phone", *what, *said, *photos), at)


@dataclass(frozen=True, slots=True)
class Raw:
    """A form as it came: photos are looked at once it is known who sent it."""

    texts: Mapping[str, str]
    files: tuple[bytes, ...] = field(default=(), repr=False)
    fault: str = ""

    def checked(self, who: Principal) -> Posted:
        """The form of one's own page. Raises ForeignPage, NoPhoto."""
        if not is_own_page(who, self.texts.get("csrf", "")):
            raise ForeignPage("form")
        if self.fault:
            raise NoPhoto(self.fault)
        return Posted(self.texts, tuple(named(content) for content in self.files))


async def read_form(request: Request) -> Raw:
    """A form's texts and files. Raises HTTPException for one that is larger than the route takes.

    Characters that no database keeps are left out, and a line ends in one way.
    """
    async with request.form(
        max_files=PHOTOS_MAX + 1, max_fields=FIELDS_MAX, max_part_size=TEXT_BYTES_MAX
    ) as form:
        texts = {name: _plain(text) for name, text in form.items() if isinstance(text, str)}
        files, fault = await _files(form)
        return Raw(texts, files, fault)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


async def _files(form: FormData) -> tuple[tuple[bytes, ...], str]:
    sent = [one for one in form.getlist("photo") if isinstance(one, UploadFile) and one.size]
    if len(sent) > PHOTOS_MAX:
        return (), "photo_many"
    if any((one.size or 0) > PHOTO_BYTES_MAX for one in sent):
        return (), "photo_large"
    return tuple([await one.read() for one in sent]), ""
