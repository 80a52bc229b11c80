"""Many site files put together into one, each part of it remembering its file and path. Pure.

The first document is the main one. Estates of all are put behind one another, the devices that a
file adds to another's estate behind that estate's own, and templates are laid under the devices
that name them. What comes out is plain content again, to be validated whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.yaml_file import Document, Fault, FileFaults, Path

SHAPES: dict[str, type] = {"estates": list, "devices": dict, "templates": dict}
"""The parts that are put together; what else stands in a file is taken as it is."""
LAID_TOGETHER = ("channels", "inputs")
"""Words of a device that add to those of its template, where others take their place."""


@dataclass(slots=True)
class Whole:
    """The content of all files, and where each part of it came from.

    `_origins` maps the first steps of a path to a document and the path there; `_own` holds each
    device with a template as its file has it.
    """

    content: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _origins: dict[Path, tuple[Document, Path]] = field(default_factory=dict)
    _own: dict[Path, dict[str, Any]] = field(default_factory=dict)

    def fault(self, path: Path, what: str) -> Fault:
        """A fault at a path of the content, told at the file and path it was written at."""
        path = self._of_template(path)
        for length in range(len(path), -1, -1):
            found = self._origins.get(path[:length])
            if found is not None:
                document, start = found
                return document.fault((*start, *path[length:]), what)
        raise KeyError(path)

    def came_from(self, document: Document, there: Path, here: Path) -> None:
        """Remember that what stands at `here` was written at `there` in a document."""
        self._origins[here] = (document, there)

    def lay_under(self, path: Path, device: dict[str, Any], template: dict[str, Any]) -> Any:
        """The device with its template's words where it has none of its own."""
        self._own[path] = device
        both = template | device
        for name in LAID_TOGETHER:
            under, over = template.get(name), device.get(name)
            if isinstance(under, dict) and isinstance(over, dict):
                both[name] = under | over
        return both

    def _of_template(self, path: Path) -> Path:
        """The path in the template, where a device's fault is in what its template says."""
        own = self._own.get(path[:4])
        if own is None or len(path) < 5:
            return path
        template = ("templates", str(own["template"]))
        said = self.content["templates"][template[1]]
        for step in path[4:6]:
            if not isinstance(said, dict) or step not in said:
                return path
            if not isinstance(own, dict) or step not in own:
                return (*template, *path[4:])
            said, own = said[step], own[step]
        return path


def assemble(parts: Sequence[Document]) -> Whole:
    """The documents as one. Raises FileFaults for a document of the wrong shape."""
    whole = Whole()
    for document in parts:
        if fault := _shape_fault(document):
            raise FileFaults([fault])
    whole.came_from(parts[0], (), ())
    for document in parts:
        _take_plain(whole, document, main=document is parts[0])
        _take_templates(whole, document)
        _take_estates(whole, document)
    for document in parts:
        _take_devices(whole, document)
    _lay_templates(whole)
    return whole


def _shape_fault(document: Document) -> Fault | None:
    content = document.content
    if not isinstance(content, dict):
        return document.fault((), "is empty; it must hold keys and values")
    for name, shape in SHAPES.items():
        if not isinstance(content.get(name, shape()), shape):
            asked = "a list, each entry with a dash" if shape is list else "names with values"
            return document.fault((name,), f"must hold {asked}")
    return None


def _take_plain(whole: Whole, document: Document, *, main: bool) -> None:
    for name, value in document.content.items():
        if name in SHAPES:
            continue
        if name == "include" and not main:
            what = "is for the main file alone; name this file's files there"
            whole.faults.append(document.fault((name,), what))
        elif name not in whole.content or (name == "version" and value != 1):
            whole.content[name] = value
            whole.came_from(document, (name,), (name,))


def _take_templates(whole: Whole, document: Document) -> None:
    known = whole.content.setdefault("templates", {})
    for name, template in document.content.get("templates", {}).items():
        if name in known:
            what = "is the name of a template in another file too; give it another"
            whole.faults.append(document.fault(("templates", name), what))
        known.setdefault(name, template)
        whole.came_from(document, ("templates", name), ("templates", name))


def _take_estates(whole: Whole, document: Document) -> None:
    known = whole.content.setdefault("estates", [])
    for index, estate in enumerate(document.content.get("estates", [])):
        whole.came_from(document, ("estates", index), ("estates", len(known)))
        # Devices are added to it, and what was read of a file may be read again.
        known.append(dict(estate) if isinstance(estate, dict) else estate)


def _take_devices(whole: Whole, document: Document) -> None:
    """Put a file's `devices:` behind those of their estates."""
    added = document.content.get("devices", {})
    if not added:
        return
    estates = {e.get("id"): at for at, e in enumerate(whole.content["estates"]) if _holds(e)}
    for name, devices in added.items():
        if name not in estates:
            what = f"{name!r} is not an estate of this site; add it under estates, or mend the name"
            whole.faults.append(document.fault(("devices", name), what))
        elif not isinstance(devices, list):
            whole.faults.append(document.fault(("devices", name), "must hold a list of devices"))
        else:
            _add_devices(whole, estates[name], document, name)


def _holds(estate: Any) -> bool:
    return isinstance(estate, dict) and isinstance(estate.get("devices", []), list)


def _add_devices(whole: Whole, at: int, document: Document, name: str) -> None:
    estate = whole.content["estates"][at]
    here = list(estate.get("devices", []))
    for index, device in enumerate(document.content["devices"][name]):
        there = ("devices", name, index)
        whole.came_from(document, there, ("estates", at, "devices", len(here)))
        here.append(device)
    estate["devices"] = here


def _lay_templates(whole: Whole) -> None:
    templates = whole.content["templates"]
    for at, estate in enumerate(whole.content["estates"]):
        devices = estate.get("devices") if isinstance(estate, dict) else None
        if isinstance(devices, list):
            estate["devices"] = [
                _with_template(whole, ("estates", at, "devices", index), device, templates)
                for index, device in enumerate(devices)
            ]


def _with_template(whole: Whole, path: Path, device: Any, templates: dict[str, Any]) -> Any:
    name = device.get("template") if isinstance(device, dict) else None
    if name is None:
        return device
    template = templates.get(name) if isinstance(name, str) else None
    if isinstance(template, dict):
        return whole.lay_under(path, device, template)
    known = ", ".join(sorted(map(str, templates))) or "none"
    what = f"{name!r} is not a template of this site (there are: {known}); see `devices templates`"
    whole.faults.append(whole.fault((*path, "template"), what))
    return device
