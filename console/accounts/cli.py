"""`smart-community accounts`: who may come in, from the machine that the database is on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.lifecycle.table import Role
from console.register.terminal import By, Data, Database, Why, opened, signed

if TYPE_CHECKING:
    from console.accounts.book import Account, AccountBook
    from console.register.office import RegisterOffice

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The login.")]
Areas = Annotated[
    list[str] | None,
    typer.Option("--area", help="A place, an estate or a node of the trees; * is everywhere."),
]
ALL = 100_000


def accounts_app() -> typer.Typer:
    """The commands."""
    app = typer.Typer(no_args_is_help=True, help="Who may come in, as what, and where.")
    app.command("add")(add)
    app.command("list")(list_accounts)
    app.command("password")(password)
    app.command("unlock")(unlock)
    return app


def add(  # noqa: PLR0913 - one parameter for each option of the command
    login: Login,
    role: Annotated[Role, typer.Option(help="As what.")],
    area: Areas = None,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May also make accounts.")] = False,
    why: Why = "",
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Make an account; its password is asked for and must be changed at the first login.

    Example: smart-community accounts add wang --role police --area office-1 --data DATA
    """
    with opened(data, database) as office:
        from console.rest.people import AccountAsked

        asked = AccountAsked(
            login=login, name=name or login, role=role, areas=tuple(area or ()), admin=admin
        )
        book, account = _book(office), asked.account(office.clock())
        made = book.make(account, _asked(), signed(office, by, why))
        typer.echo(f"{made.login}: {made.role}, {', '.join(made.areas) or 'no area'}")


def list_accounts(data: Data = Path("data"), database: Database = None) -> None:
    """The accounts, one a line.

    Example: smart-community accounts list --data DATA
    """
    with opened(data, database) as office:
        for account in _book(office).accounts(ALL):
            typer.echo(_line(account))


def password(
    login: Login,
    why: Why = "",
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Give an account another password, to be changed at the first login; its sessions end.

    Example: smart-community accounts password wang --data DATA
    """
    with opened(data, database) as office:
        book = _book(office)
        book.set_password(login, _asked(), signed(office, by, why), must_change=True)
        typer.echo(f"{login}: another password")


def unlock(
    login: Login,
    why: Why = "",
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Give a login that was locked its tries again.

    Example: smart-community accounts unlock wang --data DATA
    """
    with opened(data, database) as office:
        _book(office).unlock(login, signed(office, by, why))
        typer.echo(f"{login}: may try again")


def _book(office: "RegisterOffice") -> "AccountBook":
    from console.accounts.book import AccountBook
    from console.accounts.passwords import Passwords

    book = AccountBook(office.engine, Passwords())
    book.ensure_first(office.clock())
    return book


def _asked() -> str:
    """A password, typed twice; nothing of it is shown."""
    return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))


def _line(account: "Account") -> str:
    marks = [
        word
        for word, holds in (
            ("admin", account.admin), ("code", account.totp_on),
            ("no password", not account.has_password),
            ("switched off", account.disabled_at is not None),
        )
        if holds
    ]  # fmt: skip
    said = (account.login, account.name, account.role, ",".join(account.areas), *marks)
    return "  ".join(said)
