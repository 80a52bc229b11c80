"""The one template engine of the plain pages: all that it is given is text and never markup."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from console.icon import ICON_LINK

SHARED = "console.shared"


@cache
def templates(*packages: str) -> Environment:
    """Jinja2 with the pages of some packages and what all share; a name not given is a fault."""
    found = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in (*packages, SHARED)]),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.globals["icon"] = Markup(ICON_LINK)
    return found
