"""A list of devices written as a file of the site: what it would change, and the text. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.devices.stanza import line

Devices = Mapping[str, list[dict[str, Any]]]
WRITTEN = "# Written by `smart-community devices import"
"""How a file begins that is a list's, and may be written anew."""


def file_text(devices: Devices, source: str) -> str:
    """The include file: the same list gives the same text, whatever stood there before."""
    rows = [
        f"{WRITTEN} {source}`.",
        "# Change the list and import it again: what is written here by hand is lost then.",
        "version: 1",
        "devices:" if devices else "devices: {}",
    ]
    for estate, found in devices.items():
        rows.append(f"  {line({estate: 0})[3:].partition(':')[0]}:")
        rows.extend(f"    {line(device)}" for device in found)
    return "\n".join(rows) + "\n"


def is_written(text: str) -> bool:
    """Whether a file is a list's own, or holds nothing yet."""
    return text.startswith(WRITTEN) or not text.strip()


def differences(before: Devices, after: Devices) -> Iterator[str]:
    """One line for each device that is new, changed or gone; `=` only counts those that stay."""
    old, new = _by_key(before), _by_key(after)
    for key, device in new.items():
        if key not in old:
            yield f"+ {key[0]} {key[1]}"
        elif old[key] != device:
            fields = sorted(
                name for name in old[key].keys() | device.keys()
                if old[key].get(name) != device.get(name)
            )  # fmt: skip
            yield f"~ {key[0]} {key[1]}: {', '.join(fields)}"
    yield from (f"- {estate} {name}" for estate, name in old if (estate, name) not in new)


def _by_key(devices: Devices) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (estate, str(device.get("id"))): device
        for estate, found in devices.items()
        for device in found
    }
