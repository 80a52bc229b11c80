"""The icon of all pages: drawn here, and part of each page, so that no browser asks for one."""

from base64 import b64encode

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#12365c" '
    'd="M16 2 4 6v9c0 8 5 13 12 15 7-2 12-7 12-15V6z"/>'
    '<path fill="#fff" d="m16 8 2 5h6l-5 3 2 6-5-4-5 4 2-6-5-3h6z"/></svg>'
)
ICON_LINK = (
    f'<link rel="icon" href="data:image/svg+xml;base64,{b64encode(ICON.encode()).decode()}">'
)
"""The line of a page's head that shows it."""
