"""Phones that ask for their list as the phone's own script does: spread evenly over their period,
with the tag of what they have, and gzip; a new connection each time, since the last one is long
closed. What they show anew is what the answer brought.
"""

import asyncio
import gzip
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.office.people import People

TAG = re.compile(r'<main data-tag="([^"]*)"')
ANSWER_S = 20.0


@dataclass
class Asked:
    """What became of all that was asked; times in ms."""

    times: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    octets: int = 0


async def ask(port: int, cookie: str, tag: str) -> tuple[str, str, int]:
    """One question: the status, the tag for the next one, the size of the answer."""
    lines = [
        "GET /m HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Cookie: {cookie}",
        "Accept: */*", "Accept-Encoding: gzip", "Accept-Language: zh-CN", "Connection: close",
        *([f"If-None-Match: {tag}"] if tag else []),
    ]  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = await reader.read(-1)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1].decode()
    if status != "200":
        return status, tag, len(answer)
    page = gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body
    found = TAG.search(page.decode())
    return status, found[1].replace("&#34;", '"') if found else "", len(answer)


async def poll(
    phone: tuple[int, str], asked: Asked, until: float, wait: tuple[float, float]
) -> None:
    """One phone: asks when its turn comes, until the time is up."""
    (port, cookie), tag = phone, ""
    first, period = wait
    due = time.monotonic() + first
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        began = time.monotonic()
        asked.late.append((began - due) * 1000)
        try:
            async with asyncio.timeout(ANSWER_S):
                status, tag, size = await ask(port, cookie, tag)
        except (OSError, TimeoutError, IndexError) as error:
            status, size = type(error).__name__, 0
        asked.times.append((time.monotonic() - began) * 1000)
        asked.codes[status] = asked.codes.get(status, 0) + 1
        asked.octets += size
        due += period


async def run(folder: Path, port: int, seconds: float, period: float) -> None:
    """All phones for so long; what became of it goes to a file."""
    cookies = People.read(folder).phones
    asked, until = Asked(), time.monotonic() + seconds
    polling = [
        poll((port, cookie), asked, until, (n * period / len(cookies), period))
        for n, cookie in enumerate(cookies)
    ]
    (folder / "phones.ready").touch()
    await asyncio.gather(*polling)
    (folder / "phones.json").write_text(json.dumps(vars(asked)))


if __name__ == "__main__":
    _, place, at_port, lasts, every = sys.argv
    asyncio.run(run(Path(place), int(at_port), float(lasts), float(every)))
