"""The access token of the data folder: whoever can read it is the first administrator."""

import os
import secrets
from pathlib import Path


def load_token(file: Path) -> str:
    """The token of the file; made there, for its owner alone to read, at the first start.

    Raises OSError with one line on how to mend it.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        what = f"data folder {file.parent}: {error.strerror}; name another with --data or SC_DATA"
        raise OSError(what) from error
    with os.fdopen(handle, "w", encoding="ascii") as out:
        token = secrets.token_urlsafe(32)
        out.write(token + "\n")
    return token
