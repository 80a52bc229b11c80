"""Whether site file, passwords and adapters agree about the devices. Pure."""

from collections.abc import Collection, Iterator

from schemas.site import Site


def faults(
    site: Site, adapters: Collection[str], passwords: Collection[str], *, asked: bool
) -> Iterator[str]:
    """One line a fault: what, where, how to mend it. `asked`: devices must give a password."""
    known = set()
    for estate in site.estates:
        for device in estate.devices:
            known.add(device.id)
            where = f"device {device.id} of estate {estate.id}"
            if device.adapter not in adapters:
                yield (
                    f"{where}: there is no adapter {device.adapter!r}; mend its name, or give its "
                    "folder with --adapters"
                )
            if asked and device.id not in passwords:
                yield f"{where}: has no password; run `devices add {device.id} --make …`"
    for name in sorted(set(passwords) - known):
        yield (
            f"device {name}: has a password and stands in no site file; add it under devices:, "
            "or its readings stand for themselves"
        )
