"""The line from the console to each open page: one web socket with cards and the state of things.

What goes over it is written once a language and put to all pages as it is; the page's framework
would work it out anew for each of them.
"""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect

from console.pages.live import Live
from console.words import Language


def add_wire(app: FastAPI, live: Live) -> None:
    """Adds the pages' web socket to an application."""

    @app.websocket("/page/{language}/live")
    async def wire(socket: WebSocket, language: Language) -> None:
        await socket.accept()
        with live.listening(language) as messages:
            sending = asyncio.create_task(_send(socket, messages))
            # The page says nothing; its going away is all there is to hear.
            with suppress(WebSocketDisconnect):
                await socket.receive_text()
            sending.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending


async def _send(socket: WebSocket, messages: "asyncio.Queue[str]") -> None:
    while True:
        await socket.send_text(await messages.get())
