"""What libyaml says of a file that is no YAML, in words that say what to do."""

from __future__ import annotations

import re

import yaml

from mlinfra.config import codes, traps
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Position, SourceFile

_ADVICE = (
    (
        "mapping values are not allowed",
        "a second `: ` stands here",
        "A value that holds a colon and a space is put in quotes; a key goes on a line of its own.",
    ),
    (
        "could not find expected ':'",
        "here a `:` is missing",
        "After a key stand a colon and a space:  key: value.",
    ),
    (
        "found unknown escape character",
        "this `\\` starts nothing that YAML knows",
        "Between double quotes a backslash is written twice; between single quotes it is itself.",
    ),
    (
        "did not find expected alphabetic or numeric character",
        "after `*` or `&` a name is missing",
        "If it is meant as text, put quotes around it.",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot start here",
        "Put the first `- ` on a line of its own, below the key.",
    ),
    (
        "did not find expected '-' indicator",
        "this line does not fit the list above it",
        "Every member of a list starts with `- `, all in the same column.",
    ),
    ("did not find expected ',' or '}'", "a `{` is open, or a comma is missing", "Look before this place."),
    ("did not find expected ',' or ']'", "a `[` is open, or a comma is missing", "Look before this place."),
    ("did not find expected node content", "a key or a value is missing here", "Look around this place."),
    ("undefined tag handle", "a tag is not taken", "Take it out, or put quotes around the text."),
)  # fmt: skip


def explain(wrong: yaml.YAMLError, source: SourceFile) -> Diagnostic:
    """One message for one error of libyaml, the traps and tabs first."""
    if isinstance(wrong, yaml.reader.ReaderError):
        return _control_character(source)
    mark = getattr(wrong, "problem_mark", None) or getattr(wrong, "context_mark", None)
    problem = str(getattr(wrong, "problem", "") or "")
    if mark is None:
        return error(codes.SYNTAX, f"{source.path} is no YAML", problem)
    index, line, column = mark.index, mark.line, mark.column
    lines = source.text.splitlines()
    trap = traps.in_flow(source, index, line, column)
    if trap is None and "mapping values are not allowed" in problem:
        trap = traps.colon_inside(source, index, line, column)
    if trap is not None:
        return trap
    tab = _tab(source, lines, line)
    if tab is not None:
        return tab
    position = Position(source, line + 1, column + 1)
    context = getattr(wrong, "context_mark", None)
    if index >= len(source.text.rstrip()) and "alphabetic" not in problem:
        return _ends_early(wrong, source, position)
    written = lines[line] if line < len(lines) else ""
    if "did not find expected key" in problem:
        return _no_key(source, lines, position, written)
    if "cannot start any token" in problem:
        character = source.text[index : index + 1]
        return error(
            codes.SYNTAX,
            f"text cannot start with `{character}`",
            "Put quotes around the whole text.",
            position,
        )
    for part, summary, advice in _ADVICE:
        if part in problem:
            if part.endswith(("'}'", "']'")) and context is not None:
                opened = Position(source, context.line + 1, context.column + 1)
                advice = f"The bracket was opened at {opened}; something is missing before this place."
            if "':'" in part and context is not None:
                position = Position(source, context.line + 1, context.column + 1)
            return error(codes.SYNTAX, summary, advice, position)
    return error(codes.SYNTAX, "this is no YAML", f"{problem[:1].upper()}{problem[1:]}.", position)


def _tab(source: SourceFile, lines: list[str], line: int) -> Diagnostic | None:
    """A tab where YAML counts spaces, on the line of the error."""
    if line >= len(lines):
        return None
    indent = re.match(r"[ \t]*(?:- *)?[ \t]*", lines[line])
    column = indent[0].find("\t") if indent else -1
    if column < 0:
        return None
    run = re.match(r"\t+", lines[line][column:])
    return error(
        codes.TAB,
        "a tab stands where YAML wants spaces",
        "YAML is indented with spaces only. Most editors can change them all at once: "
        '"convert indentation to spaces".',
        Position(source, line + 1, column + 1, len(run[0]) if run else 1),
    )


def _ends_early(wrong: yaml.YAMLError, source: SourceFile, position: Position) -> Diagnostic:
    context = str(getattr(wrong, "context", "") or "")
    mark = getattr(wrong, "context_mark", None)
    opened = Position(source, mark.line + 1, mark.column + 1) if mark is not None else position
    if "quoted scalar" in context:
        return error(
            codes.SYNTAX, "this quote is never closed", "Add the other one where the text ends.", opened
        )
    if "flow" in context:
        bracket = source.text[mark.index : mark.index + 1] if mark is not None else "{"
        return error(
            codes.SYNTAX,
            f"this `{bracket}` is never closed",
            f"Add `{'}' if bracket == '{' else ']'}` where it ends.",
            opened,
        )
    if "simple key" in context:
        return error(
            codes.SYNTAX,
            "here a `:` is missing",
            "After a key stand a colon and a space:  key: value.",
            opened,
        )
    return error(codes.SYNTAX, "the file ends too early", "Look at its last lines.", position)


def _no_key(source: SourceFile, lines: list[str], position: Position, written: str) -> Diagnostic:
    stripped = written.lstrip()
    if stripped.startswith("- ") or stripped == "-":
        # The list that this member was meant for: the last line before it that ends a key.
        wanted = next(
            (
                re.match(r" *", above)[0]  # type: ignore[index]
                for above in reversed(lines[: position.line - 1])
                if above.lstrip().startswith("- ")
            ),
            "  ",
        )
        return error(
            codes.SYNTAX,
            "a list member stands where a key should stand",
            f"Indent it, and the lines that belong to it, as the members above: {len(wanted)} "
            f"space{'s' * (len(wanted) != 1)} before the `-`.",
            position,
        )
    if written[: position.column - 1].strip():
        advice = "Quotes go around the whole text; after a `]` or `}` the line ends."
        return error(codes.SYNTAX, "the value has ended before this", advice, position)
    if stripped.startswith(":"):
        return error(codes.SYNTAX, "a key is missing here", "Write the key before the colon.", position)
    return error(
        codes.SYNTAX,
        "this line does not fit the lines above it",
        "Keys that belong together stand in the same column. Look at the spaces before it, and at quotes in "
        "the line above.",
        position,
    )


def _control_character(source: SourceFile) -> Diagnostic:
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", source.text)
    at = found.start() if found else 0
    line = source.text.count("\n", 0, at) + 1
    column = at - source.text.rfind("\n", 0, at)
    character = f"U+{ord(found[0]):04X}" if found else "a control character"
    return error(
        codes.SYNTAX,
        f"the character {character} cannot stand in YAML",
        "Take it out; between double quotes it can be written as \\x…",
        Position(source, line, column),
    )
