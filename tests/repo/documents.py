"""The documents as the tests of them see them: code blocks, inline code, tables, sections."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer

from deploy.cli import build_app
from tests.repo.tree import ROOT

GUIDES = ("real-device", "new-make", "bridge", "site-file", "operations", "own-rules")
"""What operators work by, in both languages."""
NAMES = (
    "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
    "schemas/README.md", "docs/adapters.md", "docs/adapters.zh-CN.md",
    *(f"docs/{guide}{tongue}.md" for guide in GUIDES for tongue in ("", ".zh-CN")),
    "docs/situations.md", "docs/situations.zh-CN.md",
    "docs/register.md", "docs/register.zh-CN.md",
    "docs/privacy.md", "docs/privacy.zh-CN.md",
    "docs/telling.md", "docs/telling.zh-CN.md",
)  # fmt: skip
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
PROGRAM = "smart-community"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, and its text without the fences."""

    language: str
    text: str


@cache
def text_of(name: str) -> str:
    """A document by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, *languages: str) -> list[Block]:
    """The fenced blocks of a document, of these languages or of all."""
    found = [Block(match[1], match[2]) for match in FENCE.finditer(text_of(name))]
    return [block for block in found if not languages or block.language in languages]


def prose(name: str) -> str:
    """A document without its fenced blocks."""
    return FENCE.sub("", text_of(name))


def inline(name: str) -> list[str]:
    """Everything between single backticks, outside the fenced blocks."""
    return INLINE.findall(prose(name))


def sections(name: str) -> list[str]:
    """The headings of the second level, in order."""
    return HEADING.findall(prose(name))


def rows(name: str, columns: int) -> list[list[str]]:
    """The rows of all tables with that many columns, cells stripped, rules and heads included."""
    lines = (line for line in prose(name).splitlines() if line.startswith("|"))
    split = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [cells for cells in split if len(cells) == columns]


def shell_lines(name: str) -> Iterator[str]:
    """Each command of the shell blocks, and each inline one that begins with a program's name."""
    for block in blocks(name, "bash"):
        yield from (part.strip() for line in block.text.splitlines() for part in line.split("&&"))
    yield from (code for code in inline(name) if code.startswith((f"{PROGRAM} ", "make ")))


@cache
def commands() -> dict[tuple[str, ...], frozenset[str]]:
    """Every command of the program and its options, by the words one types."""
    return dict(_walk(typer.main.get_command(build_app()), ()))


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    options = {"--help"}
    for param in command.params:
        options.update(option for option in param.opts if option.startswith("--"))
    yield words, frozenset(options)
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, (*words, name))


def fault_of(line: str) -> str | None:
    """What is wrong with a command line of our program, or None."""
    words = [word for word in shlex.split(line) if word != PROGRAM]
    found: tuple[str, ...] = ()
    while words and (*found, words[0]) in commands():
        found = (*found, words.pop(0))
    is_group = any(other[:-1] == found for other in commands() if other)
    if not found or (is_group and words and not words[0].startswith("-")):
        return f"{line}: there is no such command"
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    unknown = options - commands()[found]
    return f"{line}: {sorted(unknown)} are not options of it" if unknown else None


def there(path: str) -> bool:
    """Whether a path of the repository exists."""
    return (ROOT / Path(path)).exists()
