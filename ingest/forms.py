"""The form of a payload: which names stand where in it, and never what they say. Pure.

A message that is not understood is held against the forms of those that are, so that a person sees
at once what is different. Names only: a form may be shown where a value may not. A name that looks
like a value (a long number, an odd sign) is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from ingest.converters import lenient_json, text_of
from ingest.message import Unreadable
from ingest.multipart import parts
from ingest.xml_tree import read_xml

Written = Literal[
    "JSON", "XML", "names and values", "CSV", "broken JSON", "broken XML", "text", "binary data",
    "nothing",
]  # fmt: skip
NAMES_MAX = 2_000
DEPTH_MAX = 24
ALIKE_MIN = 0.3
"""Below this share of common names two messages have nothing to do with each other (our judgement;
two makes that both say `time`, `id` and `type` come to 0.2)."""
OWN_ADAPTER = 0.05
INSIDE_GAIN = 0.2

_PLAIN = re.compile(r"^(?!.*\d{5})[\w@:#. -]{1,48}$")
_PAIR = re.compile(r"\s*([A-Za-z_][\w.\[\]-]{0,47})\s*[=:]\s*([^\t\r\n&;,]*)")
_PAIRS_START = re.compile(r"^\s*[A-Za-z_][\w.\[\]-]{0,47}\s*=")
_SEPARATORS = re.compile(r"[\t\r\n&;,]+")
_NO_NAME = "‹a value›"


@dataclass(frozen=True, slots=True)
class Form:
    """How a payload is written, and the kind of value under each name, in the order they stand.

    Names are paths: `info.time`, `events[].kind`, `EventNotificationAlert.channelID`.
    """

    written: Written
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class KnownForm:
    """The form of a message that is understood: a case of an adapter."""

    adapter: str
    case: str
    form: Form


@dataclass(frozen=True, slots=True)
class Likeness:
    """The nearest known form, how alike it is (0 to 1), and the first difference in words."""

    known: KnownForm
    share: float
    difference: str

    def words(self) -> str:
        """One line for a person."""
        return f"like {self.known.adapter}/{self.known.case} {self.difference}"


def form_of(payload: bytes) -> Form:
    """The form of any payload; never raises."""
    if not payload.strip():
        return Form("nothing", {})
    try:
        return _structured(payload) or _text_form(payload)
    except (Unreadable, RecursionError, ValueError):
        return Form("binary data", {})


def _structured(payload: bytes) -> Form | None:
    """JSON or XML, also as the first readable part of a multipart body; None for neither."""
    broken: Form | None = None
    for body in (payload, *(part.body for part in _parts(payload))):
        start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        try:
            if start in (b"{", b"["):
                return Form("JSON", _names(lenient_json(body)))
            if start == b"<":
                root, content = read_xml(body)
                return Form("XML", _names({root: content}))
        except (Unreadable, RecursionError):
            broken = broken or Form("broken XML" if start == b"<" else "broken JSON", {})
    return broken


def _names(value: Any) -> dict[str, str]:
    return dict(islice(_walk(value, "", 0), NAMES_MAX))


def _parts(payload: bytes) -> Iterable[Any]:
    looks_so = payload.lstrip()[:2] == b"--" or b"\n--" in payload[:4096]
    return parts(payload) if looks_so else ()


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Every path below a value with its kind; elements of a list share one path."""
    if path:
        yield path, _kind(value)
    if depth >= DEPTH_MAX:
        return
    if isinstance(value, dict):
        for key, below in value.items():
            name = str(key) if _PLAIN.match(str(key)) else _NO_NAME
            yield from _walk(below, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for below in value:
            yield from _walk(below, f"{path}[]", depth + 1)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _text_form(payload: bytes) -> Form:
    text = text_of(payload)
    if any(mark in text for mark in "\x00\ufffd"):
        return Form("binary data", {})
    if _PAIRS_START.match(text):
        found = (_PAIR.match(part) for part in _SEPARATORS.split(text))
        return Form("names and values", {pair[1]: "text" for pair in found if pair})
    first = next(iter(text.strip().splitlines()), "")
    delimiter = max(";,\t|", key=first.count)
    cells = first.count(delimiter) + 1
    if cells >= 3:
        return Form("CSV", {f"cell {number + 1}": "text" for number in range(cells)})
    return Form("text", {})


def nearest(form: Form, known: Iterable[KnownForm], adapter: str | None = None) -> Likeness | None:
    """The known form that has most names in common, None where none has enough.

    `adapter` is who refused the message; among equals its own forms go first.
    """
    pool = [item for item in known if item.form.written == form.written and item.form.names]
    best: tuple[float, KnownForm, str] | None = None
    for inside, shown in _views(form):
        for item in pool:
            share = _share(shown, item.form) - (INSIDE_GAIN if inside else 0.0)
            share += OWN_ADAPTER if item.adapter == adapter else 0.0
            if best is None or share > best[0]:
                best = (share, item, inside)
    if best is None or best[0] < ALIKE_MIN:
        return None
    share, item, inside = best
    if inside:
        return Likeness(item, share, f"but everything stands inside `{inside}`")
    family = [other.form for other in pool if other.adapter == item.adapter]
    return Likeness(item, min(1.0, share), difference(form, item.form, family))


def _views(form: Form) -> Iterator[tuple[str, Form]]:
    """The form itself, and what stands below each of its outermost names, as a form of its own."""
    yield "", form
    for name, kind in form.names.items():
        if "." in name or "[" in name or kind not in ("an object", "a list"):
            continue
        cut = len(name) + (3 if kind == "a list" else 1)
        below = {path[cut:]: what for path, what in form.names.items() if len(path) > cut
                 and path.startswith((f"{name}.", f"{name}[]."))}  # fmt: skip
        if below:
            yield name, Form(form.written, below)


def _share(one: Form, other: Form) -> float:
    """Common names as a share of all names (Jaccard), one of another kind counting half."""
    both, together = one.names.keys() & other.names.keys(), one.names.keys() | other.names.keys()
    odd = sum(one.names[name] != other.names[name] for name in both)
    return (len(both) - odd / 2) / len(together) if together else 0.0


def difference(form: Form, known: Form, family: Iterable[Form] = ()) -> str:
    """The first difference of a form from a known one, in words.

    What is missing goes first, and of that what most of the adapter's messages (`family`) have;
    then another kind of value; then a name more. Nothing of these: the values must be it.
    """
    missing = [name for name in known.names if name not in form.names]
    if missing:
        others = list(family) or [known]
        common = max(missing, key=lambda name: sum(name in other.names for other in others))
        return f"but without `{common}`"
    for name, kind in known.names.items():
        if kind != form.names[name] and "nothing" not in (kind, form.names[name]):
            return f"but `{name}` is {form.names[name]} and not {kind}"
    more = next((name for name in form.names if name not in known.names), None)
    return f"but with `{more}`" if more else "in every name: a value is not understood"
