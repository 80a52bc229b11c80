"""Chromium shows a page as an officer sees it: scripts run, Chinese letters are there."""

import functools
import http.server
import json
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.chromium import Chromium

pytest_plugins = ["tests.services.fixtures"]
pytestmark = pytest.mark.services
WAIT_S = 20


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a folder on loopback: the folder, and its address."""
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output free of requests."""


def first_pixel(png: bytes) -> tuple[int, int, int]:
    """Return the top left pixel, which every PNG row filter leaves as it is."""
    packed, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + 12
    red, green, blue = zlib.decompress(packed)[1:4]
    return red, green, blue


def shoot(chromium: Chromium, pages: tuple[Path, str], name: str, text: str) -> bytes:
    folder, address = pages
    script = "document.body.style.background = '#c02040'"
    page = f"<meta charset=utf-8><body><h1>{text}</h1><script>{script}</script>"
    (folder / f"{name}.html").write_text(page, encoding="utf-8")
    png = folder / f"{name}.png"
    return chromium.screenshot(f"{address}/{name}.html", png, width=400, height=300).read_bytes()


def test_chromium_renders_a_page_with_its_script(
    chromium: Chromium, pages: tuple[Path, str]
) -> None:
    png = shoot(chromium, pages, "gate", "North gate")
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (400, 300)
    assert first_pixel(png) == (0xC0, 0x20, 0x40)


def test_chromium_has_chinese_letters(chromium: Chromium, pages: tuple[Path, str]) -> None:
    """Without a font both would be the same empty box."""
    assert shoot(chromium, pages, "door", "门") != shoot(chromium, pages, "car", "车")


def test_chromium_answers_at_its_devtools_address_after_a_kill(chromium: Chromium) -> None:
    chromium.kill()
    chromium.start()
    with urllib.request.urlopen(f"{chromium.devtools}/json/version", timeout=WAIT_S) as answer:
        assert "Chrome" in json.load(answer)["Browser"]
