"""The routes of the register and of watch entries, as one piece of an application."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from console.register.api import register_router
from console.register.office import RegisterOffice
from console.watch.api import watch_router


def add_register(app: FastAPI, register: RegisterOffice) -> None:
    """Add them to an application, and have it say what is wrong without repeating what was sent."""
    app.include_router(register_router(register))
    app.include_router(watch_router(register))
    app.exception_handler(RequestValidationError)(_refused)


async def _refused(_: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong with a request, without what it said: clear values are not sent about."""
    faults = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": faults}, 422)
