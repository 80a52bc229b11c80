"""Who is let in, as the cookies of their sessions. Imports nothing of the console: the parts of the
load that run in processes of their own must be there at once.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class People:
    """The cookie of each open page and each phone."""

    officers: list[str]
    phones: list[str]

    @classmethod
    def read(cls, folder: Path) -> "People":
        """As they were written down."""
        return cls(**json.loads((folder / "people.json").read_text()))
