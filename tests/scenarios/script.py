"""A scenario's text: read into steps, compared with what happened, written back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

SECTION = re.compile(r"-- (file|copy|run)(?: (\S+))? --")
ANYTHING = "…"
LINES = "[..]"


@dataclass(frozen=True)
class Write:
    """A file with its content."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Copy:
    """A folder of the repository."""

    source: str


@dataclass(frozen=True)
class Run:
    """One command and what is expected of it. ``answer`` is what somebody at a terminal types."""

    command: str
    line: int
    own_process: bool = False
    answer: str | None = None
    code: int = 0
    expected: tuple[str, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What stands before the program's name."""
        return dict(word.split("=", 1) for word in self._words()[0])

    @property
    def arguments(self) -> list[str]:
        """The program and its arguments."""
        return self._words()[1]

    def _words(self) -> tuple[list[str], list[str]]:
        words = shlex.split(self.command)
        count = next((i for i, word in enumerate(words) if not re.match(r"[A-Za-z_]\w*=", word)), len(words))
        return words[:count], words[count:]


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    stdout: str
    stderr: str = ""

    @property
    def lines(self) -> list[str]:
        """Both streams as a scenario shows them, no blank line at the end."""
        found = [line.rstrip() for line in self.stdout.splitlines()]
        found += [f"2| {line.rstrip()}".rstrip() for line in self.stderr.splitlines()]
        return trimmed(found)


@dataclass(frozen=True)
class Scenario:
    """One file."""

    path: Path
    about: tuple[str, ...]
    steps: tuple[Write | Copy | Run, ...] = field(default=())

    def dump(self) -> str:
        """The text of the file again."""
        lines = [*self.about]
        running = False
        for step in self.steps:
            match step:
                case Write(name, content):
                    lines += [f"-- file {name} --", *content]
                    running = False
                case Copy(source):
                    lines += [f"-- copy {source} --"]
                    running = False
                case Run():
                    lines += [] if running else ["-- run --"]
                    lines += [f"{'%' if step.own_process else '$'} {step.command}"]
                    lines += [] if step.answer is None else [f"< {step.answer}"]
                    lines += [f"? {step.code}", *step.expected, ""]
                    running = True
        return "\n".join(trimmed(lines)) + "\n"


def read(path: Path) -> Scenario:
    """Read a scenario. Raises ValueError with the line that makes no sense."""
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [(number, match) for number, line in enumerate(lines) if (match := SECTION.fullmatch(line))]
    steps: list[Write | Copy | Run] = []
    for (at, match), (end, _) in zip(starts, [*starts[1:], (len(lines), None)], strict=True):
        body = lines[at + 1 : end]
        match match[1], match[2]:
            case "file", str(name):
                steps.append(Write(name, tuple(trimmed(body))))
            case "copy", str(source):
                steps.append(Copy(source))
            case "run", None:
                steps.extend(_runs(path, body, at + 2))
            case _:
                raise ValueError(f"{path}:{at + 1}: {lines[at]!r} makes no sense")
    about = lines[: starts[0][0]] if starts else lines
    return Scenario(path, tuple(about), tuple(steps))


def _runs(path: Path, lines: Sequence[str], first: int) -> Iterator[Run]:
    run: Run | None = None
    expected: list[str] = []
    for number, line in enumerate(lines, first):
        mark, _, rest = line.partition(" ")
        if mark in ("$", "%"):
            if run:
                yield replace(run, expected=tuple(trimmed(expected)))
            run, expected = Run(rest, number, own_process=mark == "%"), []
        elif run is None:
            if line.strip():
                raise ValueError(f"{path}:{number}: a command is due, not {line!r}")
        elif mark == "?" and not expected:
            run = replace(run, code=int(rest))
        elif mark == "<" and not expected:
            run = replace(run, answer=rest)
        else:
            expected.append(line)
    if run:
        yield replace(run, expected=tuple(trimmed(expected)))


def trimmed(lines: Sequence[str]) -> list[str]:
    """Without blank lines at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return list(lines[:end])


def fits(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Whether what was printed is what was expected, wildcards considered."""
    pattern = "".join(
        "(?:[^\n]*\n)*?" if line.strip() == LINES else f"{_pattern(line)}\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def updated(expected: Sequence[str], actual: Sequence[str]) -> tuple[str, ...]:
    """What to expect from now on: what was printed, in the old words where these still fit."""
    if fits(expected, actual):
        return tuple(map(_varying, expected))
    general = [line for line in expected if ANYTHING in line and line.strip() != LINES]
    new = [
        next((g for g in general if re.fullmatch(_pattern(g), line)), line) for line in map(_varying, actual)
    ]
    found: list[str] = []
    for tag, i, j, m, n in SequenceMatcher(None, expected, new, autojunk=False).get_opcodes():
        skips = [line for line in expected[i:j] if line.strip() == LINES]
        found += new[m:n] if tag == "equal" or not skips else skips[:1]
    return tuple(found)


_VARIES = (
    (r"(refreshed with [\d,]+ requests? in) \S+( s| min)\b.*", rf"\1 {ANYTHING}"),
    (r"(Locked since) .* UTC", rf"\1 {ANYTHING} UTC"),
    (r"(ends by itself in) .* UTC", rf"\1 {ANYTHING} UTC"),
    (r"\(Python .*\)", f"(Python {ANYTHING})"),
    (r'("lineage": ?)"[-0-9a-f]{36}"', rf'\1"{ANYTHING}"'),
    (r'("at": )[\d.]+', rf"\1{ANYTHING}"),
    (r'("seconds": )[\d.]+', rf"\1{ANYTHING}"),
)
"""What another run or machine would print otherwise, and what stands for it in a scenario."""


def _varying(line: str) -> str:
    for pattern, general in _VARIES:
        line = re.sub(pattern, general, line)
    return line


def _pattern(line: str) -> str:
    return "[^\n]*".join(map(re.escape, line.split(ANYTHING)))
