"""What a plain form says, from a page of the session that sends it."""

from urllib.parse import parse_qs

from fastapi import HTTPException, Request

from console.around.asking import Asked
from console.guard import is_csrf_token

Form = dict[str, str]


async def posted(asked: Asked, request: Request) -> Form:
    """The fields of a form. Raises HTTPException where another session's page sent it.

    The guard bounds its size.
    """
    try:
        told = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=40)
    except ValueError as error:
        raise HTTPException(422, "this is no form") from error
    form = {name: values[0].strip().replace("\0", "") for name, values in told.items()}
    if asked.who.session is not None and not is_csrf_token(asked.who, form.get("csrf", "")):
        raise HTTPException(403, "this form is of another session; open the page again")
    return form
