"""What is wrong with a value that people wrote, in their words: what stands there, what may. Pure.

pydantic finds the faults and names them for programmers; here they are said for operators. A name
that is not known is told with the nearest that is, and with all that are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]
SHOWN_MAX = 60
"""Characters of a value that are quoted; a longer one is named by what it is."""
_KEY = "[key]"
_FORMS = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "letters, digits, dot, dash and underscore",
    r"^[a-z0-9][a-z0-9_]*$": "small letters, digits and underscore",
    r"^[a-z][a-z0-9_]{0,62}$": "small letters, digits and underscore, a letter first",
    r"^[a-z0-9][a-z0-9-]{0,39}$": "small letters, digits and dash, 40 at most",
    r"^[1-9][0-9]{0,6}[smhd]$": "a number and s, m, h or d, like 90s or 7d",
}
"""What the patterns of names and times ask for."""
_ASKED: Mapping[str, str] = {
    "string": "a text; put it in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list; begin each entry with a dash",
    "tuple": "a list; begin each entry with a dash",
    "dict": "names with values",
    "model": "names with values",
}
"""What is asked for by the first word of pydantic's name of a fault."""
_BOUNDS = {
    "greater_than": ("gt", "is not above"),
    "greater_than_equal": ("ge", "is below"),
    "less_than": ("lt", "is not below"),
    "less_than_equal": ("le", "is above"),
}
_TYPES: Mapping[type, str] = {
    str: "string", int: "int", float: "float", bool: "bool", list: "list", tuple: "list",
    frozenset: "list", dict: "dict",
}  # fmt: skip


def path_of(error: ErrorDetails) -> Loc:
    """Where a fault stands, as the file's own keys and counts say it."""
    return tuple(step for step in error["loc"] if step != _KEY)


def words(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One fault in one line: what is wrong, what was expected, how to mend it."""
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(str(error["loc"][-1]), _names(_found(model, error["loc"][:-1])))
    if kind == "missing":
        return _missing(model, error["loc"])
    context = error.get("ctx", {})
    said = _said(kind, error["input"], context) or error["msg"].removeprefix("Value error, ")
    return f"(its name) {said}" if error["loc"][-1:] == (_KEY,) else said


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant."""
    spelt = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), spelt, n=1, cutoff=0.6)
    return spelt[found[0]] if found else None


def _unknown(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    mend = f"did you mean {near}?" if near else "check its spelling or delete it"
    all_known = f" (there are: {', '.join(known)})" if known else ""
    return f"is not a name known here; {mend}{all_known}"


def _missing(model: type[BaseModel], loc: Loc) -> str:
    """`add it`, and what goes there."""
    holder = _found(model, loc[:-1])
    for inner in _models(holder):
        for name, field in inner.model_fields.items():
            if str(loc[-1]) in (name, field.alias):
                return f"is missing; add it: {_field_asks(field)}"
    return "is missing; add it"


def _field_asks(field: FieldInfo) -> str:
    asked = _asks(field.annotation)
    forms = [_FORMS[p] for m in field.metadata if (p := getattr(m, "pattern", None)) in _FORMS]
    asked = forms[0] if forms else asked
    return f"{asked} ({field.description})" if field.description else asked


def _asks(annotation: Any) -> str:
    """What a field holds, in words."""
    if found := list(_literals(annotation)):
        return f"one of {', '.join(found)}"
    if models := list(_models(annotation)):
        return f"names with values ({', '.join(_names(models[0]))})"
    plain = _bare(annotation)
    asked = _ASKED.get(_TYPES.get(get_origin(plain) or plain, ""), "a value")
    return asked.partition(";")[0]


def _said(kind: str, value: Any, context: Mapping[str, Any]) -> str | None:
    """A fault of a value in words, None for one that says it well enough itself."""
    for said in (_of_choice, _of_form, _of_bound, _of_size, _of_type):
        if found := said(kind, value, context):
            return found
    return None


def _of_choice(kind: str, value: Any, context: Mapping[str, Any]) -> str | None:
    if kind not in ("literal_error", "enum"):
        return None
    expected = str(context["expected"])
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near, said = nearest(str(value), known), f"{_shown(value)} is not one of {expected}"
    return f"{said}; did you mean {near}?" if near else said


def _of_form(kind: str, value: Any, context: Mapping[str, Any]) -> str | None:
    if kind != "string_pattern_mismatch":
        return None
    pattern = str(context["pattern"])
    form = _FORMS.get(pattern)
    return f"{_shown(value)} has not the form asked for: {form or f'the pattern {pattern}'}"


def _of_bound(kind: str, value: Any, context: Mapping[str, Any]) -> str | None:
    if kind not in _BOUNDS:
        return None
    name, side = _BOUNDS[kind]
    return f"{_shown(value)} {side} {context[name]}"


def _of_size(kind: str, value: Any, context: Mapping[str, Any]) -> str | None:
    if kind.endswith("too_short"):
        least = context["min_length"]
        return f"has less than {least} of what belongs here" if value else "is empty; fill it in"
    return f"has more than {context['max_length']}" if kind.endswith("too_long") else None


def _of_type(kind: str, value: Any, _: Mapping[str, Any]) -> str | None:
    asked = _ASKED.get(kind.partition("_")[0])
    if asked is None or not kind.endswith(("_type", "_parsing", "_from_float", "_unicode")):
        return None
    what, _sep, hint = asked.partition("; ")
    if value is None:
        return f"is empty; write {what}, or delete it"
    said = f"{_shown(value)} stands where {what} belongs"
    helps = hint and not (what == "a text" and isinstance(value, dict | list))
    return f"{said}; {hint}" if helps else said


def _shown(value: Any) -> str:
    """A value as it is quoted: what is no scalar, or is long, only by what it is."""
    if isinstance(value, dict):
        return "a mapping of names"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= SHOWN_MAX else "a long text"


def _found(annotation: Any, loc: Loc) -> Any:
    """What may stand at a path below a model."""
    for step in loc:
        if step != _KEY:
            annotation = _below(annotation, step)
    return annotation


def _below(annotation: Any, step: str | int) -> Any:
    for inner in _models(annotation):
        if inner.__name__ == step:
            return inner  # pydantic names the arm of a union that it tried.
        for name, field in inner.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
    return next((args[-1] for args in _inside(annotation)), None)


def _inside(annotation: Any) -> Iterator[tuple[Any, ...]]:
    """The arguments of what holds others: lists, tuples, dicts."""
    for plain in _arms(annotation):
        args = tuple(arg for arg in get_args(plain) if arg is not ...)
        if args and get_origin(plain) is not Literal:
            yield args


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for plain in _arms(annotation):
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            yield plain


def _literals(annotation: Any) -> Iterator[str]:
    for plain in _arms(annotation):
        if get_origin(plain) is Literal:
            yield from map(str, get_args(plain))


def _arms(annotation: Any) -> Iterator[Any]:
    """The types that a value may have, without what is said about them."""
    plain = _bare(annotation)
    if get_origin(plain) in (Union, UnionType):
        for arm in get_args(plain):
            yield from _arms(arm)
    else:
        yield plain


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _names(annotation: Any) -> list[str]:
    """The names that may stand there, as a file writes them."""
    return [
        field.alias or name
        for inner in _models(annotation)
        for name, field in inner.model_fields.items()
    ]
