"""The line from the console to each open page: one web socket with cards and the state of things.

What goes over it is written once for all who are shown the same; the page's framework would work
it out anew for each of them. Who is no longer let in, or to other areas, is cut off: the page comes
back by itself and is asked again who it is.
"""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocketDisconnect

from console.guard import principal_of
from console.pages.live import Live
from console.pages.still_let_in import still_let_in
from console.words import Language

CHECK_S = 15.0


def add_wire(app: FastAPI, live: Live) -> None:
    """Adds the pages' web socket to an application."""

    @app.websocket("/page/{language}/live")
    async def wire(socket: WebSocket, language: Language) -> None:
        await socket.accept()
        who = principal_of(socket.scope)
        with live.listening(who, language) as messages:
            parts = [
                asyncio.create_task(_send(socket, messages)),
                asyncio.create_task(_listen(socket)),
                asyncio.create_task(_watch(live, socket)),
            ]
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close()


async def _send(socket: WebSocket, messages: "asyncio.Queue[str]") -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.send_text(await messages.get())


async def _listen(socket: WebSocket) -> None:
    """The page says nothing; its going away is all there is to hear."""
    with suppress(WebSocketDisconnect):
        await socket.receive_text()


async def _watch(live: Live, socket: WebSocket) -> None:
    """Ends once whoever listens is no longer let in as they were."""
    who, office = principal_of(socket.scope), live.office
    while True:
        await asyncio.sleep(CHECK_S)
        with suppress(SQLAlchemyError):  # A busy database is asked again.
            if not await asyncio.to_thread(still_let_in, office.engine, who, office.clock()):
                return
