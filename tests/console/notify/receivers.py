"""Receivers of messages on this machine: HTTP, with and without digest, and SMTP."""

import hashlib
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOPBACK = "127.0.0.1"
NONCE, REALM = "5f3a", "viid"


@dataclass(frozen=True)
class Request:
    """What was received."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTP server that answers as it is told; `hold` keeps it from answering."""

    port: int = 0
    status: int = 200
    answer: bytes = b"taken"
    location: str = ""
    login: tuple[str, str] | None = None
    requests: list[Request] = field(default_factory=list)
    hold: threading.Event | None = None
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/in"

    @property
    def ids(self) -> list[str]:
        return [one.headers["idempotency-key"] for one in self.requests]


def handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if receiver.login and not is_digest(headers, receiver.login, self.path):
                self.send_response(401)
                challenge = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=MD5'
                self.send_header("WWW-Authenticate", challenge)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            receiver.requests.append(Request(self.path, headers, body))
            receiver.came.set()
            if receiver.hold is not None:
                receiver.hold.wait(20)
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        do_GET = do_POST  # noqa: N815 - a redirect would be followed by it

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def is_digest(headers: dict[str, str], login: tuple[str, str], path: str) -> bool:
    """Whether a request proves that it knows the password (RFC 7616, MD5, qop auth)."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', headers.get("authorization", "")))

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    known = md5(f"{login[0]}:{REALM}:{login[1]}")
    parts = (NONCE, given.get("nc", ""), given.get("cnonce", ""), "auth", md5(f"POST:{path}"))
    return given.get("response") == md5(":".join((known, *parts)))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A sender that was killed leaves a broken connection."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    server = _Server((LOOPBACK, 0), handler_of(receiver))
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Mailbox:
    """An SMTP server; `refuses` is what it says to each recipient instead."""

    port: int = 0
    refuses: str = ""
    letters: list[tuple[list[str], str]] = field(default_factory=list)


@contextmanager
def mailing() -> Iterator[Mailbox]:
    """A mail server on a free port."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            to: list[str] = []
            self.say("220 mail.example")
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "DATA":
                    self.say("354 go on")
                    box.letters.append((to, self.letter()))
                if word == "RCPT":
                    to.append(line)
                self.say(self.answer(word))
                if word == "QUIT":
                    return

        def letter(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line)
            return "".join(lines)

        def answer(self, word: str) -> str:
            if word == "RCPT" and box.refuses:
                return box.refuses
            return "221 bye" if word == "QUIT" else "250 ok"

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((LOOPBACK, 0), Handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
