"""The program `smart-community`: every part's commands, gathered in one place."""

import logging

import typer

import console.cli
import deploy.embedded.cli
import deploy.kafka.cli
import deploy.prove.cli
import deploy.rejects.cli
import deploy.retention.cli
import deploy.simulation.cli
import ingest.cli
import ingest.kit.cli
import ingest.run
import processors.cli
from deploy.embedded.keeper_logs import KeeperLogs, kept_in
from deploy.embedded.place import told_files
from deploy.embedded.process import watch_parent
from deploy.tracebacks import hide_variables


def _processors(app: typer.Typer) -> None:
    """With the keeper's file as the log where there is one."""
    processors.cli.register(app, lambda data: KeeperLogs(data) if kept_in(data) else None)


def _console(app: typer.Typer) -> None:
    """With the site file that the stack of a folder was started with."""
    console.cli.register(app, lambda data: told_files(data).get("site"))


# `deploy.prove.cli` adds itself to `devices`.
REGISTER = (
    deploy.embedded.cli.register,
    deploy.kafka.cli.register,
    deploy.rejects.cli.register,
    deploy.retention.cli.register,
    deploy.simulation.cli.register,
    ingest.cli.register,
    ingest.kit.cli.register,
    ingest.run.register,
    _processors,
    _console,
)


def build_app() -> typer.Typer:
    """The program with all its commands."""
    app = typer.Typer(
        name="smart-community", no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False, rich_markup_mode=None,
        help="Correlates the gates, barriers and cameras of residential estates into a short feed.",
    )  # fmt: skip
    for register in REGISTER:
        register(app)
    return app


def main() -> None:
    """Run the program."""
    watch_parent()
    hide_variables()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    build_app()()


if __name__ == "__main__":
    main()
