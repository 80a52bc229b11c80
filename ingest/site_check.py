"""What the adapters know that the site file must answer for. Pure."""

from collections.abc import Iterator, Mapping

from schemas.device_site import DeviceSite
from schemas.site import Site
from schemas.site_faults import face_faults
from schemas.site_files import Loaded
from schemas.yaml_file import Fault, FileFaults, Source

FACES_MAX = 100_000
"""From so many on a holder of faces must report to the province's internet office within 30 working
days (article 15 of the 2025 measures on face recognition)."""
FACES_WARNED_FROM = FACES_MAX * 8 // 10


def is_face_device(device: DeviceSite, face_adapters: frozenset[str]) -> bool:
    """Whether a device recognises faces: by its own or its template's word, or by its family.

    A family of devices that do nothing else (`recognises_faces` in adapter.yaml) is believed unless
    the device says that its recognition is switched off.
    """
    if "recognises_faces" in device.model_fields_set:
        return device.recognises_faces
    return device.adapter in face_adapters


def unpapered_faces(site: Site, source: Source, face_adapters: frozenset[str]) -> Iterator[Fault]:
    """The papers missing for devices whose family recognises faces; see `face_faults`."""
    for at, estate in enumerate(site.estates):
        for index, device in enumerate(estate.devices):
            if not device.recognises_faces and is_face_device(device, face_adapters):
                yield from face_faults(source, device, ("estates", at, "devices", index))


def checked(loaded: Loaded, face_adapters: frozenset[str]) -> Site:
    """The site, if its face devices have their papers. Raises FileFaults."""
    if faults := list(unpapered_faces(loaded.site, loaded.source, face_adapters)):
        raise FileFaults(faults)
    return loaded.site


def faces_enrolled(site: Site) -> dict[str, int]:
    """How many faces the devices of each estate know, as the site file counts them."""
    return {
        estate.id: sum(device.face.faces_enrolled for device in estate.devices if device.face)
        for estate in site.estates
    }


def face_warnings(enrolled: Mapping[str, int]) -> Iterator[str]:
    """One line for each estate that comes near the number that must be reported, and for all."""
    known = {f"estate {name}": count for name, count in enrolled.items()}
    if len(known) > 1:
        known["all estates together"] = sum(enrolled.values())
    for who, count in known.items():
        if count >= FACES_MAX:
            yield f"{who}: {count} faces enrolled; {FACES_MAX} and more must be reported"
        elif count >= FACES_WARNED_FROM:
            yield f"{who}: {count} faces enrolled; from {FACES_MAX} on they must be reported"
