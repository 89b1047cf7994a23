"""One layout: what it looks like, that it changes no meaning, and that a second time changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml import CSafeLoader

from mlinfra.config.inputs import plain
from mlinfra.config.layout import layout
from mlinfra.config.source import read_value
from mlinfra.model.source import SourceFile
from tests.scenarios.script import Write, read

ROOT = Path(__file__).parents[2]


def meaning(text: str) -> Any:
    """Every event but for its place; None when it is no YAML."""
    try:
        events = list(yaml.parse(text, Loader=CSafeLoader))
    except (yaml.YAMLError, UnicodeEncodeError):
        return None
    hidden = ("start_mark", "end_mark")
    return [(type(e).__name__, {k: v for k, v in vars(e).items() if k not in hidden}) for e in events]


def harmless(text: str) -> str:
    """The text laid out: it means what it did, has all its signs, and a second time changes nothing."""
    laid = layout(text)
    assert meaning(laid) == meaning(text)
    assert "".join(laid.split()) == "".join(text.split())
    assert layout(laid) == laid
    return laid


CASES = {
    "indentation of two": ("a:\n    b:\n        c: 1\n    d: 2\n", "a:\n  b:\n    c: 1\n  d: 2\n"),
    "lists stand in": (
        "a:\n- 1\n-   2\nb:\n      - x: 1\n        y: 2\n",
        "a:\n  - 1\n  - 2\nb:\n  - x: 1\n    y: 2\n",
    ),
    "lists in lists": ("-   -  a\n    -  b\n-\n    c: 1\n", "- - a\n  - b\n-\n  c: 1\n"),
    "blank lines": ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "trailing blanks": ("a: 1  \n# b \t\nc:\t\n  d: 2", "a: 1\n# b\nc:\n  d: 2\n"),
    "order and quotes stay": ("b: 'x'\na: \"y\"\nc: 0x1F\n", "b: 'x'\na: \"y\"\nc: 0x1F\n"),
    "space within a line stays": ("a:   1   # why\nbcd: 2   # so\n", "a:   1   # why\nbcd: 2   # so\n"),
    "a comment between a key and its flow value": (
        "a:\n      # why\n      {b: 1}\nc: # so\n   [1,\n    2]\n",
        "a:\n  # why\n  {b: 1}\nc: # so\n  [1,\n   2]\n",
    ),
    "comments go with what they stand beside": (
        "a:\n    # of b\n    b:\n        c: 1\n        # of c\n    # of the end of a\n# of d\nd: 2\n"
        "    # of nothing\n",
        "a:\n  # of b\n  b:\n    c: 1\n    # of c\n  # of the end of a\n# of d\nd: 2\n# of nothing\n",
    ),
    "a block text keeps its own indentation": (
        "a:\n    b: |\n          one\n            two\n\n          three\n    c: >-\n     x\n",
        "a:\n  b: |\n    one\n      two\n\n    three\n  c: >-\n    x\n",
    ),
    "a block text that counts its spaces": (
        "a:\n    b: |2\n         one\n       two\n",
        "a:\n  b: |2\n       one\n     two\n",
    ),
    "blank lines that a block text keeps": (
        "a:\n    b: |+\n        x\n\n\nc: 1\n",
        "a:\n  b: |+\n    x\n\n\nc: 1\n",
    ),
    "a block text without an end": ("a:\n    b: |\n        x", "a:\n  b: |\n    x"),
    "texts of several lines": (
        "a:\n    b: one\n      two\n\n      three\n    c: \"x\n      y  \n\n      z\"\n",
        "a:\n  b: one\n    two\n\n    three\n  c: \"x\n    y  \n\n    z\"\n",
    ),
    "anchors, aliases, tags": (
        "a: &x\n    b: 1\nc:\n    <<: *x\nd:\n      &y\n      e: !!str 1\n",
        "a: &x\n  b: 1\nc:\n  <<: *x\nd:\n  &y\n  e: !!str 1\n",
    ),
    "flow over several lines": (
        "a:\n    b: {c: 1,\n        # why\n        d: [2,\n        3]\n    }\n",
        "a:\n  b: {c: 1,\n      # why\n      d: [2,\n      3]\n  }\n",
    ),
    "documents": ("---\na:\n    b: 1\n...\n", "---\na:\n  b: 1\n...\n"),
    "ends of lines of Windows": ("a:\r\n    b: 1\r\n", "a:\r\n  b: 1\r\n"),
    "an empty file": ("\n\n", ""),
    "comments alone": ("\n# a\n\n\n   # b\n", "# a\n\n# b\n"),
    "a section with a key that is marked is left alone": (
        "a:\n    ? b\n    : c\nd:\n    e: 1\n",
        "a:\n    ? b\n    : c\nd:\n  e: 1\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES)
def test_what_it_looks_like(text: str, wanted: str) -> None:
    assert layout(text) == wanted
    harmless(text)


@pytest.mark.parametrize(
    "text", ["a: [", "a: b: c\n", "\ta: 1\n", "a: 1\rb: 2\n", "a: \u2028 b\n", "a: \x00\n"]
)
def test_what_cannot_be_read_stays_as_it_is(text: str) -> None:
    assert layout(text) == text


def samples() -> Iterator[Any]:
    tests = ROOT / "tests"
    for path in sorted((tests / "scenarios").glob("*.txt")):
        for number, step in enumerate(read(path).steps):
            if isinstance(step, Write) and step.name.endswith((".yaml", ".yml")):
                yield pytest.param("\n".join(step.lines) + "\n", id=f"{path.stem}-{number}")
    for path in sorted([*ROOT.glob("examples/**/*.y*ml"), *(tests / "config" / "errors").glob("**/*.y*ml")]):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield pytest.param(text, id=path.relative_to(ROOT).as_posix())


@pytest.mark.parametrize("text", list(samples()))
def test_files_of_this_repository_mean_the_same_afterwards(text: str) -> None:
    laid = harmless(text)
    before, after = (read_value(SourceFile("x", t), [], expressions=False) for t in (text, laid))
    if before is not None and after is not None:
        assert plain(before) == plain(after)
    assert (before is None) is (after is None)


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/mlinfra.yaml")), ids=lambda p: p.parent.name)
def test_our_own_stacks_are_in_the_layout(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert layout(text) == text


# ---- generated -------------------------------------------------------------------------------------------

_TEXTS = [
    "x",
    "1",
    "'it''s'",
    '"a\\tb"',
    "~",
    "a b c",
    "${var.x}",
    "&k v",
    "!!str 5",
    "'# no'",
    "\"${a.b['c']}\"",
]
_FLOWS = [
    "{}",
    "[]",
    "[1, {a: b}]",
    "{a: [1,2],\n{i}b: c}",
    "[\n{i}1,\n\n{i}# in it\n{i}2\n{o}]",
    '["a\n{i}b", c]',
]
_BLOCKS = ["|", "|-", "|+", ">", ">-", ">+", "|2", ">2-", "| # said"]
_LONG = ["one\n{i}two", "'one\n\n{i}two'", '"one \\\n{i}two"', "one\n\n\n{i}two # end"]
_COMMENTS = ["# a comment", "#", "# key: value", "#\t- x"]


class Writer:
    """Writes a random document in random, valid layout."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.lines: list[str] = []

    def pick(self, choices: list[str]) -> str:
        return str(self.draw(st.sampled_from(choices)))

    def often(self, chance: int) -> bool:
        return bool(self.draw(st.integers(0, 9)) < chance)

    def noise(self, column: int) -> None:
        for _ in range(self.draw(st.integers(0, 2))):
            at = self.draw(st.integers(0, column + 6)) if self.often(3) else column
            self.lines.append(self.pick(["", "", "   ", *(" " * at + comment for comment in _COMMENTS)]))

    def body(self, column: int, depth: int, flush: bool) -> None:
        """A map or list at this column; ``flush``: a list may stand at the parent's column."""
        as_list = self.often(4)
        start = column if as_list and flush and self.often(4) else column + self.draw(st.integers(1, 5))
        self.members(start, depth, as_list)

    def members(self, column: int, depth: int, as_list: bool) -> None:
        for number in range(self.draw(st.integers(1, 3))):
            self.noise(column)
            head = f"-{' ' * self.draw(st.integers(1, 3))}" if as_list else f"k{number}:"
            self.lines.append(" " * column + head)
            self.value(column, depth, as_list)

    def value(self, column: int, depth: int, in_list: bool) -> None:
        kind = self.draw(st.integers(0, 9)) if depth < 3 else self.draw(st.integers(3, 9))
        gap = "" if in_list else " " * self.draw(st.integers(1, 3))
        deeper = column + self.draw(st.integers(1, 5))
        if kind < 2:
            if self.often(3):
                self.lines[-1] = self.lines[-1].rstrip() + self.pick(["  # why", " &a", "   "])
            self.body(column, depth + 1, flush=not in_list)
        elif kind == 2 and in_list:
            at = len(self.lines[-1])
            mark = len(self.lines)
            self.members(at, depth + 1, self.often(3))
            first = next(
                (n for n in range(mark, len(self.lines)) if self.lines[n].strip()[:1] not in ("", "#")), mark
            )
            self.lines[mark - 1] += self.lines[first].lstrip()
            del self.lines[mark : first + 1]
        elif kind == 3:
            self.text_block(column, gap, deeper)
        elif kind < 6:
            choice = self.pick(_FLOWS if kind == 4 else _LONG)
            filled = choice.replace("{i}", " " * (deeper + 1)).replace("{o}", " " * deeper)
            self.append(gap + filled)
        elif kind == 6 and not in_list:
            self.noise(deeper)
            self.lines.append(" " * deeper + self.pick([*_TEXTS, "{a: 1}"]))
        else:
            self.append(gap + self.pick(_TEXTS) + self.pick(["", "", " # why", "   "]))

    def text_block(self, column: int, gap: str, deeper: int) -> None:
        header = self.pick(_BLOCKS)
        self.lines[-1] += gap + header
        at = column + 2 if "2" in header else deeper
        for _ in range(self.draw(st.integers(0, 4))):
            self.lines.append(
                self.pick(["", " " * at + "text", " " * at + "text", " " * at + "# no comment"])
            )
            if self.often(2) and self.lines[-1].strip():
                self.lines.append(" " * (at + 2) + "further in  ")

    def append(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.lines[-1] += first
        self.lines += rest


@st.composite
def documents(draw: Any) -> str:
    writer = Writer(draw)
    writer.members(draw(st.sampled_from([0, 0, 0, 2])), 0, writer.often(2))
    writer.noise(0)
    return "\n".join(writer.lines) + str(draw(st.sampled_from(["\n", "\n", "", "\n\n\n"])))


@given(documents())
def test_whatever_is_written_means_the_same_afterwards(text: str) -> None:
    harmless(text)


_PIECES = [
    "a:", "b: 1", "c: {d: 1,", "e: 2}", "- x", "- f: 1", "-   g: 1", "- - y", "-", "# why", "h: |", "i: >-",
    "j: |+", "k: |1", "text", "'one", "two'", "[1,", "2]", "? l", ": m", "&n", "*n", "o: *n", "!!map", "---",
    "...", "", "  ", "\tx", 'p: "q', 'r"', "%YAML 1.1", "s: t u", "- |", "- >+", "<<: *n", "v: ${w}",
]  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(_PIECES)), max_size=12), st.sampled_from(["\n", ""])
)
def test_whatever_can_be_read_means_the_same_afterwards(pieces: list[tuple[int, str]], end: str) -> None:
    harmless("\n".join(" " * indent + piece for indent, piece in pieces) + end)


def test_a_large_file_is_done_at_once() -> None:
    text = "a:\n" + "".join(f"    k{n}:\n        - x: {n}\n          y: [1, 2]\n" for n in range(20_000))
    laid = layout(text)
    assert laid.startswith("a:\n  k0:\n    - x: 0\n      y: [1, 2]\n")
    assert layout(laid) == laid
