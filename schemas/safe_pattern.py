"""Regular expressions that an operator may write: those that no text can make slow. Pure.

Sigma's own set of signs is allowed (`.`, anchors, quantifiers, classes, choices, groups), and of
these nothing whose cost explodes: no repeat of a group that repeats or chooses by itself, since
`(a+)+$` on thirty letters takes for ever, and one rule must not stop all others.
"""

import re

REPEATS_MAX = 3
"""Repeats without an end in one pattern: each multiplies the cost by the length of the text."""
LOOKED_AT_MAX = 200
"""Characters of a value that are looked at."""
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_ENDLESS = re.compile(r"[*+]|\{\d+,\}")
_REPEAT = re.compile(r"[*+]|\{\d+(?:,\d*)?\}")


def pattern_fault(text: str) -> str | None:
    """What is wrong with a pattern, or None."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression: {error}"
    tokens = _TOKEN.findall(text)
    if "(?" in "".join(tokens) or any(re.fullmatch(r"\\[0-9]", token) for token in tokens):
        return "has (?…) or a reference back, which Sigma does not know; take it out"
    if _nested(tokens):
        return "repeats a group that repeats or chooses by itself; write it without"
    if sum(bool(_ENDLESS.fullmatch(token)) for token in tokens) > REPEATS_MAX:
        return f"has more than {REPEATS_MAX} repeats without an end; split it"
    return None


def _nested(tokens: list[str]) -> bool:
    """Whether a group is repeated in which something is repeated or chosen."""
    open_groups: list[bool] = []
    closed = False
    for token in tokens:
        if closed and _REPEAT.fullmatch(token):
            return True
        closed = False
        if token == "(":
            open_groups.append(False)
        elif token == ")" and open_groups:
            closed = open_groups.pop()
            if open_groups:
                open_groups[-1] = open_groups[-1] or closed
        elif open_groups and (token in ("|", "?") or _REPEAT.fullmatch(token)):
            open_groups[-1] = True
    return False


def wildcard_fault(text: str) -> str | None:
    """What is wrong with a text with Sigma's wildcards, or None."""
    if len([part for part in _parts(text) if part == "*"]) > REPEATS_MAX:
        return f"has more than {REPEATS_MAX} stars; use contains with a list and `all`"
    return None


def wildcard_pattern(text: str) -> str | None:
    r"""The regular expression of a text with `*` or `?`, None for one without.

    A backslash before a wildcard or another backslash makes it a plain character, as in Sigma.
    """
    parts = _parts(text)
    if not {"*", "?"} & set(parts):
        return None
    return "".join({"*": ".*", "?": "."}.get(part) or re.escape(_plain(part)) for part in parts)


def plain_text(text: str) -> str:
    """A text without wildcards as it is meant: escapes taken away."""
    return "".join(map(_plain, _parts(text)))


def _parts(text: str) -> list[str]:
    return re.findall(r"\\[*?\\]|.", text, re.DOTALL)


def _plain(part: str) -> str:
    return part[1:] if len(part) == 2 else part
