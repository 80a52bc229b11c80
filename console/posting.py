"""What a form says, from a page of the session that sends it; with a file where it sends one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile

from console.accounts.principal import Principal
from console.guard import is_own_page, principal_of

FIELDS_MAX = 500
FIELD_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Posted:
    """The values of a form by name, and the file of it."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    file: bytes = b""
    file_name: str = ""

    def __contains__(self, name: object) -> bool:
        """Whether the form has a field of that name, if only an empty one."""
        return name in self.values

    def raw(self, name: str) -> str:
        """The first value, as it was typed: for passwords; empty where there is none."""
        return (self.values.get(name) or ("",))[0]

    def get(self, name: str) -> str:
        """The first value, without blanks around it; empty where there is none."""
        return self.raw(name).strip()

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a name that say something."""
        return tuple(one.strip() for one in self.values.get(name, ()) if one.strip())


def check_own_page(who: Principal, posted: Posted) -> None:
    """Raises HTTPException where a browser's session does not prove that its own page asks."""
    if not is_own_page(who, posted.raw("csrf")):
        raise HTTPException(403, "this form is of another session; open the page again")


async def read_form(request: Request, file_max: int = 0) -> Posted:
    """A form of whatever page. Its size is bounded by the guard. Raises HTTPException for no form.

    `file_max`: bytes of the file that it may bring; one byte more is read, so that a longer one is
    seen to be longer. A file that was looked at may come back as a sealed field, which takes up to
    16/9 of it. Characters that no database keeps are left out.
    """
    values: dict[str, list[str]] = {}
    file, name = b"", ""
    async with request.form(
        max_files=1, max_fields=FIELDS_MAX, max_part_size=2 * file_max + FIELD_BYTES_MAX
    ) as form:  # fmt: skip
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                file, name = await value.read(file_max + 1), value.filename or ""
            else:
                values.setdefault(key, []).append(value.replace("\0", ""))
    return Posted(values, file, name[-80:])


async def posted(request: Request, file_max: int = 0) -> Posted:
    """A form of one's own page, as `read_form`. Raises HTTPException."""
    form = await read_form(request, file_max)
    check_own_page(principal_of(request.scope), form)
    return form


async def _plain(request: Request) -> Posted:
    return await posted(request)


OwnForm = Annotated[Posted, Depends(_plain)]
