"""Links that a site or a device gives: shown only where they lead somewhere. Pure."""

from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "rtsp", "rtsps"})


def safe_link(url: str | None) -> str:
    """A link that only leads somewhere; "" for none, and for one that would run in the page."""
    return url if url and urlsplit(url).scheme.lower() in SCHEMES else ""
