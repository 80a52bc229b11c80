"""`smart-community devices prove`: one device, seven checks, one page."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.devices.cli import devices_app
from deploy.devices.common import Broker


@devices_app.command("prove")
def prove(  # noqa: PLR0913 - one parameter for each option of the command
    name: Annotated[str, typer.Argument(help="The device's name, as the site file has it.")],
    recorded: Annotated[
        Path | None, typer.Option(help="A file or folder of messages; without it listen.")
    ] = None,
    listen: Annotated[float, typer.Option(min=0, help="Seconds to listen after the steps.")] = 60,
    no_steps: Annotated[
        bool, typer.Option("--no-steps", help="Only listen; without it swipes are asked for.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write the page to this file as well.")] = None,
    save: Annotated[Path | None, typer.Option(help="Keep what was heard in this .ndjson.")] = None,
    site: Annotated[
        Path | None, typer.Option(help="The site file; without it the stack's.")
    ] = None,
    adapters: Annotated[
        Path | None, typer.Option(help="A folder with your own adapters; without it the stack's.")
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="Read it with this adapter or make.")] = None,
    topic: Annotated[
        str,
        typer.Option(help="Where it speaks, with + and #; of files that name none, their topic."),
    ] = "",
    tz: Annotated[
        str | None, typer.Option(help="The zone of its times without a site file.")
    ] = None,
    data: Annotated[Path, typer.Option(envvar="SC_DATA", help="The stack's folder.")] = Path(
        "data"
    ),
    lang: Annotated[str, typer.Option(help="zh or en.")] = "en",
    broker: Broker = None,
) -> None:
    """Say on one page whether a device is understood, and if not, why.

    Listens to the device and asks for swipes step by step, or reads a recording: .ndjson with
    topic, payload or payload_base64, and received_at, or one payload a file. Exit status 1 when it
    is not understood. What --save keeps is in clear: cards, plates, names.

    Example: smart-community devices prove gate-1-reader --html gate-1-reader.html
    """
    # An MQTT client takes a second to load, so the work is loaded when it is asked for.
    from deploy.prove.run import Options, run_proof

    run_proof(
        Options(
            name=name, recorded=recorded, listen_s=listen, steps=not no_steps, html=html, save=save,
            site=site, adapters=adapters, adapter=adapter, topic=topic, tz=tz, data=data, lang=lang,
            broker=broker,
        )
    )  # fmt: skip
