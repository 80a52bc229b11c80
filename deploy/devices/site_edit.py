"""A device written into a file of the site, without touching what people wrote around it. Pure."""

from typing import cast

import yaml

HEADER = "# Devices taken in by `smart-community devices adopt`. Yours to edit.\nversion: 1\n"


class CannotEdit(ValueError):
    """The file is written in a way that is left to its author; one line that says what to do."""


def with_device(text: str, estate: str, item: str) -> str:
    """The text with one more item (`- {…}`) under `devices:` of an estate."""
    text = _ended(text) or HEADER
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    key, devices = _value(root, "devices")
    if key is None:
        return f"{text}devices:\n  {_key(estate)}:\n    {item}\n"
    if _is_empty(devices):
        return _insert(text, key.start_mark.line, f"  {_key(estate)}:\n    {item}\n")
    _must_be_block(devices, yaml.MappingNode, "devices:")
    name, items = _value(devices, estate)
    if name is None:
        first = cast(yaml.MappingNode, devices).value[0][0]
        indent = " " * first.start_mark.column
        block = f"{indent}{_key(estate)}:\n{indent}  {item}\n"
        return _insert(text, _last_line(devices), block)
    if _is_empty(items):
        indent = " " * (name.start_mark.column + 2)
        return _insert(text, name.start_mark.line, f"{indent}{item}\n")
    _must_be_block(items, yaml.SequenceNode, f"{estate}:")
    return _insert(text, _last_line(items), f"{' ' * items.start_mark.column}{item}\n")


def with_include(text: str, name: str) -> str:
    """The main file with one more file under `include:`."""
    text = _ended(text)
    key, names = _value(yaml.compose(text, Loader=yaml.SafeLoader), "include")
    if key is None:
        return f"{text}include:\n  - {name}\n"
    if isinstance(names, yaml.SequenceNode) and not names.flow_style and names.value:
        return _insert(text, _last_line(names), f"{' ' * names.start_mark.column}- {name}\n")
    if isinstance(names, yaml.SequenceNode) and names.flow_style:
        end = names.end_mark.index - 1
        return f"{text[:end]}{', ' if names.value else ''}{name}{text[end:]}"
    raise CannotEdit(f"line {key.start_mark.line + 1}: add {name} to include: by hand")


def _value(node: yaml.Node | None, name: str) -> tuple[yaml.Node | None, yaml.Node]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == name:
            return key, value
    return None, yaml.ScalarNode("", "")


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~")


def _must_be_block(node: yaml.Node, shape: type[yaml.CollectionNode], what: str) -> None:
    if not isinstance(node, shape) or node.flow_style or not node.value:
        line = node.start_mark.line + 1
        raise CannotEdit(f"line {line}: write what stands under {what} one below the other first")


def _last_line(node: yaml.Node) -> int:
    """The last line that belongs to a node, without the comments and blanks behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    mark = node.end_mark
    return mark.line - (mark.column == 0 and mark.line > node.start_mark.line)


def _insert(text: str, after: int, block: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: after + 1], block, *lines[after + 1 :]])


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _key(estate: str) -> str:
    """An estate's id as a key; one that YAML would take for a number is put in quotes."""
    return yaml.safe_dump({estate: 0}, default_flow_style=False, allow_unicode=True).split(":")[0]
