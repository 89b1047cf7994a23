"""YAML in its one layout: lines are moved, never written anew.

Indentation is two spaces a level, members of a list stand two in from their key, a dash is followed by one
space, at most one blank line separates two lines, nothing trails. The scanner's tokens say what each line is;
only what stands before the first word of a line changes, so that quotes, anchors, block texts, what is inside
brackets and every comment stay as they were typed. The order of keys stays too.

What cannot be moved safely stays where it is: the result must hold the same events and the same characters
but for blanks, else the top-level section that breaks this is left alone, and the whole text if need be.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import yaml
from yaml import CSafeLoader

from mlinfra.config.lines import Line, Scan, scan

_OTHER_BREAKS = "\x85\u2028\u2029"
"""YAML 1.1 breaks lines here, editors do not."""


def layout(text: str) -> str:
    """The text in its one layout; the text itself where it is no YAML, or nothing can be moved safely.

    Lines keep their kind of end. ``layout(layout(text)) == layout(text)``, and both texts mean the same.
    """
    windows = "\r\n" in text
    plain = text.replace("\r\n", "\n") if windows else text
    if "\r" in plain or any(sign in plain for sign in _OTHER_BREAKS):
        return text
    try:
        found = _safest(plain)
    except (yaml.YAMLError, UnicodeEncodeError):
        return text
    return found.replace("\n", "\r\n") if windows else found


def _safest(text: str) -> str:
    meaning = list(_events(text))
    read = scan(text)
    laid = _laid(read, read.unsafe)
    if _same(text, meaning, laid):
        return laid
    left = frozenset(
        section
        for section in sorted({line.section for line in read.lines})
        if not _same(text, meaning, _laid(read, read.sections - {section}))
    )
    laid = _laid(read, left | read.unsafe)
    return laid if _same(text, meaning, laid) else text


def _laid(read: Scan, left: Set[int]) -> str:
    """The lines in their places; those of sections in ``left`` as they are."""
    result: list[str] = []
    blank = True  # blank lines at the start go
    for line in read.lines:
        if line.section in left or line.verbatim:
            result.append(line.text if line.section in left or line.moved is None else line.moved)
            blank = False
        elif not line.text.strip():
            if not blank:
                result.append("")
            blank = True
        else:
            result.append(_moved(line))
            blank = False
    while result and not read.ends_in_text and not result[-1]:
        result.pop()
    # Without a break at its end a block text has none either; one more would be its own.
    ended = read.ended or not read.ends_in_text
    return "\n".join(result) + ("\n" if result and ended else "")


def _moved(line: Line) -> str:
    text = line.text if line.open_end else line.text.rstrip(" \t")
    if line.indent is None:
        return text
    return f"{' ' * line.indent}{line.dashes}{text[line.skip :]}"


def _same(before: str, meaning: list[Any], after: str) -> bool:
    if "".join(before.split()) != "".join(after.split()):
        return False
    try:
        return list(_events(after)) == meaning
    except yaml.YAMLError:
        return False


def _events(text: str) -> Iterator[tuple[Any, ...]]:
    """What the text says, without where and how."""
    for event in yaml.parse(text, Loader=CSafeLoader):
        yield (
            type(event).__name__,
            getattr(event, "anchor", None),
            getattr(event, "tag", None),
            getattr(event, "implicit", None),
            getattr(event, "value", None),
            getattr(event, "style", None),
        )
