"""What a form says, from a page of the session that sends it; with a file where it sends one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile

from console.around.asking import Asked
from console.guard import is_csrf_token

FIELDS_MAX = 80
FILE_MAX = 4 * 1024 * 1024
"""Bytes of a list that is sent by a page; a longer one is brought in by the command."""
PART_MAX = 2 * FILE_MAX + 4096
"""Of one field: a list that was looked at comes back sealed, which takes up to 16/9 of it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The values of a form by name, and the file of it."""

    values: Mapping[str, Sequence[str]]
    file: bytes = b""
    file_name: str = ""

    def get(self, name: str) -> str:
        """The first value, without blanks around it; empty where there is none."""
        return (self.values.get(name) or ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a name that say something."""
        return tuple(one.strip() for one in self.values.get(name, ()) if one.strip())


async def posted(asked: Asked, request: Request) -> Posted:
    """The form. Raises HTTPException where another session's page sent it, or the file is long.

    The guard bounds its size.
    """
    values: dict[str, list[str]] = {}
    file, name = b"", ""
    async with request.form(
        max_files=1, max_fields=FIELDS_MAX, max_part_size=PART_MAX
    ) as form:  # fmt: skip
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                file, name = await value.read(FILE_MAX + 1), value.filename or ""
            else:
                values.setdefault(key, []).append(value.replace("\0", ""))
    told = Posted(values, file, name[-80:])
    if asked.who.session is not None and not is_csrf_token(asked.who, told.get("csrf")):
        raise HTTPException(403, "this form is of another session; open the page again")
    return told
