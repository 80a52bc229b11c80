"""Whether site file, passwords and adapters agree about the devices. Pure."""

from collections import Counter
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


def warnings(site: Site) -> Iterator[str]:
    """What may be meant so, one line each."""
    counted = Counter(device.id for estate in site.estates for device in estate.devices)
    for name in sorted(name for name, count in counted.items() if count > 1):
        estates = ", ".join(e.id for e in site.estates if any(d.id == name for d in e.devices))
        yield (
            f"device {name}: stands in several estates ({estates}), so its HTTP pushes and its "
            "password belong to none of them; its ids or topics must tell them apart"
        )
