"""Regular expressions whose work is bounded: time grows with the pattern times the text, never beyond.

Python's own engine tries one way after the other, and can take longer than the universe on a short text
(``(a+)+$``). This one follows all ways at once (R. Cox, "Regular Expression Matching: the Virtual Machine
Approach", 2009), so that what it finds is what Python's finds: the first match, its choices in the order
written. There is no looking around and no reference back to a group, which cannot be bounded so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

MAX_PATTERN = 500
"""Characters of one pattern."""

MAX_PROGRAM = 2_000
"""Instructions that a pattern becomes; repeats with numbers write their part so many times."""

MAX_LEVELS = 50
"""Groups inside each other."""

Test: TypeAlias = Callable[[str], bool]
Spend: TypeAlias = Callable[[int], None]


class BadPattern(ValueError):
    """A text that is no pattern here; says why."""


class _Step(NamedTuple):
    """One instruction: ``char`` tests a character, ``save`` notes a place, ``split`` prefers ``to``."""

    op: str
    test: Test | None = None
    to: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """``groups`` are the names of the groups, None for those without."""

    steps: tuple[_Step, ...]
    groups: tuple[str | None, ...]

    def search(self, text: str, start: int, spend: Spend) -> tuple[int, ...] | None:
        """The first match from ``start`` on: ends of the whole, then of each group (-1: it took no part)."""
        empty = (-1,) * (2 * len(self.groups) + 2)
        threads: list[tuple[int, tuple[int, ...]]] = []
        seen: set[int] = set()
        best: tuple[int, ...] | None = None
        for at in range(start, len(text) + 1):
            if best is None:
                self._follow(0, at, empty, text, threads, seen)
            elif not threads:
                break
            spend(1 + len(threads) + len(seen) // 4)
            following: list[tuple[int, tuple[int, ...]]] = []
            seen = set()
            character = text[at] if at < len(text) else None
            for step_at, places in threads:
                step = self.steps[step_at]
                if step.test is None:  # the end of the pattern: ways that come after this one do not count
                    best = places
                    break
                if character is not None and step.test(character):
                    self._follow(step_at + 1, at + 1, places, text, following, seen)
            threads = following
        return best

    def _follow(
        self,
        step_at: int,
        at: int,
        places: tuple[int, ...],
        text: str,
        threads: list[tuple[int, tuple[int, ...]]],
        seen: set[int],
    ) -> None:
        """Add the steps that are reached without a character, in the order in which they count."""
        waiting = [(step_at, places)]
        while waiting:
            step_at, places = waiting.pop()
            if step_at in seen:
                continue
            seen.add(step_at)
            step = self.steps[step_at]
            if step.op == "split":
                waiting += [(step.other, places), (step.to, places)]
            elif step.op == "jump":
                waiting.append((step.to, places))
            elif step.op == "save":
                kept = (*places[: step.to], at, *places[step.to + 1 :])
                waiting.append((step_at + 1, kept))
            elif step.op in _HOLDS:
                if _HOLDS[step.op](text, at):
                    waiting.append((step_at + 1, places))
            else:
                threads.append((step_at, places))


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _at_border(text: str, at: int) -> bool:
    before = at > 0 and _word(text[at - 1])
    return before is not (at < len(text) and _word(text[at]))


_HOLDS: dict[str, Callable[[str, int], bool]] = {
    "^": lambda text, at: at == 0,
    "$": lambda text, at: at == len(text),
    "b": _at_border,
    "B": lambda text, at: not _at_border(text, at),
}
_CLASSES: dict[str, Test] = {
    "d": str.isdecimal,
    "w": _word,
    "s": str.isspace,
    "D": lambda c: not c.isdecimal(),
    "W": lambda c: not _word(c),
    "S": lambda c: not c.isspace(),
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}

_Code: TypeAlias = list[_Step]
"""Steps with places relative to their start."""


@lru_cache(maxsize=256)
def compile_pattern(text: str) -> Pattern:
    """The pattern of a text. Raises BadPattern."""
    return _Compiler(text).pattern()


class _Compiler:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise BadPattern(f"a pattern has at most {MAX_PATTERN} characters")
        self.folded = text.startswith("(?i)")
        self.text = text[4:] if self.folded else text
        self.at = 0
        self.groups: list[str | None] = []

    def pattern(self) -> Pattern:
        code = self._choice(0)
        if self.at < len(self.text):
            raise BadPattern("a `)` closes nothing")
        whole = [_Step("save", to=0), *_moved(code, 1), _Step("save", to=1), _Step("match")]
        return Pattern(tuple(whole), tuple(self.groups))

    def _choice(self, level: int) -> _Code:
        if level > MAX_LEVELS:
            raise BadPattern("its groups are nested too deep")
        ways = [self._sequence(level)]
        while self._takes("|"):
            ways.append(self._sequence(level))
        code = ways.pop()
        while ways:
            first = ways.pop()
            code = [
                _Step("split", to=1, other=len(first) + 2),
                *_moved(first, 1),
                _Step("jump", to=len(first) + 2 + len(code)),
                *_moved(code, len(first) + 2),
            ]
        return _bounded(code)

    def _sequence(self, level: int) -> _Code:
        code: _Code = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            code += _moved(self._repeated(self._one(level)), len(code))
            _bounded(code)
        return code

    def _one(self, level: int) -> _Code:
        character = self.text[self.at]
        self.at += 1
        if character == "(":
            return self._group(level)
        if character == "[":
            return [_Step("char", self._class())]
        if character == ".":
            return [_Step("char", lambda c: c != "\n")]
        if character in "^$":
            return [_Step(character)]
        if character == "\\":
            if self.at < len(self.text) and self.text[self.at] in "bB":
                self.at += 1
                return [_Step(self.text[self.at - 1])]
            return [_Step("char", self._any_case(self._escaped()))]
        if character in "*+?{":
            raise BadPattern(
                f"nothing stands before `{character}` to repeat; for itself write \\\\{character}"
            )
        return [_Step("char", self._any_case(character))]

    def _group(self, level: int) -> _Code:
        number: int | None = None
        if self._takes("?"):
            if self._takes("P<"):
                end = self.text.find(">", self.at)
                name = self.text[self.at : end] if end >= 0 else ""
                if not name.isidentifier() or name in self.groups:
                    raise BadPattern("a group's name is a word that no other group has: (?P<name>…)")
                self.at = end + 1
                self.groups.append(name)
                number = len(self.groups)
            elif not self._takes(":"):
                raise BadPattern("after `(?` stands `:` or `P<name>`; there is no looking around")
        else:
            self.groups.append(None)
            number = len(self.groups)
        code = self._choice(level + 1)
        if not self._takes(")"):
            raise BadPattern("a `(` is not closed")
        if number is None:
            return code
        return [_Step("save", to=2 * number), *_moved(code, 1), _Step("save", to=2 * number + 1)]

    def _repeated(self, code: _Code) -> _Code:
        if self._takes("*"):
            least, most = 0, None
        elif self._takes("+"):
            least, most = 1, None
        elif self._takes("?"):
            least, most = 0, 1
        elif self._takes("{"):
            least, most = self._numbers()
        else:
            return code
        lazy = self._takes("?")
        if self.at < len(self.text) and self.text[self.at] in "*+?{":
            raise BadPattern("a repeat cannot be repeated; put a group around it")
        result: _Code = []
        for _ in range(least):
            result += _moved(code, len(result))
            _bounded(result)
        if most is None:
            return _bounded(result + _moved(_loop(code, lazy), len(result)))
        optional: _Code = []
        for _ in range(most - least):
            optional = [*_moved(code, 0), *_moved(optional, len(code))]
            optional = [_either(1, len(optional) + 1, lazy), *_moved(optional, 1)]
            _bounded(optional)
        return _bounded(result + _moved(optional, len(result)))

    def _numbers(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        first, comma, last = self.text[self.at : max(end, self.at)].partition(",")
        if not (first.isdecimal() or (comma and not first and last)) or not (last.isdecimal() or not last):
            raise BadPattern("after `{` stand numbers, {2}, {2,} or {2,4}; for itself write \\\\{")
        self.at = end + 1
        least = int(first[:6] or 0)
        most = (int(last[:6]) if last else None) if comma else least
        if most is not None and most < least:
            raise BadPattern("its first number is larger than its second")
        return least, most

    def _class(self) -> Test:
        negated = self._takes("^")
        tests: list[Test] = []
        first = True
        while first or not self._takes("]"):
            first = False
            if self.at >= len(self.text):
                raise BadPattern("a `[` is not closed")
            start = self._member()
            rest = self.text[self.at : self.at + 2]
            if rest[:1] == "-" and rest != "-]" and len(rest) == 2 and isinstance(start, str):
                self.at += 1
                end = self._member()
                if not isinstance(end, str) or end < start:
                    raise BadPattern("a range in `[…]` goes from one character up to another")
                tests.append(self._range(start, end))
            else:
                tests.append(self._any_case(start))
        if negated:
            return lambda c: not any(test(c) for test in tests)
        return tests[0] if len(tests) == 1 else lambda c: any(test(c) for test in tests)

    def _member(self) -> str | Test:
        character = self.text[self.at]
        self.at += 1
        return self._escaped() if character == "\\" else character

    def _escaped(self) -> str | Test:
        character = self.text[self.at : self.at + 1]
        self.at += 1
        if not character:
            raise BadPattern("it ends with a backslash")
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isalnum():
            raise BadPattern(f"`\\{character}` means nothing in a pattern")
        return character

    def _any_case(self, what: str | Test) -> Test:
        if not isinstance(what, str):
            return what
        if self.folded:
            small = what.lower()
            return lambda c: c.lower() == small
        return what.__eq__

    def _range(self, start: str, end: str) -> Test:
        if self.folded:
            return lambda c: start <= c.lower() <= end or start <= c.upper() <= end
        return lambda c: start <= c <= end

    def _takes(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False


def _loop(code: _Code, lazy: bool) -> _Code:
    return [_either(1, len(code) + 2, lazy), *_moved(code, 1), _Step("jump", to=0)]


def _either(inside: int, past: int, lazy: bool) -> _Step:
    return _Step("split", to=past, other=inside) if lazy else _Step("split", to=inside, other=past)


def _moved(code: _Code, by: int) -> _Code:
    """The same steps at another place: where they lead moves with them."""
    if not by:
        return code
    return [
        step._replace(to=step.to + by, other=step.other + by) if step.op in ("split", "jump") else step
        for step in code
    ]


def _bounded(code: _Code) -> _Code:
    if len(code) > MAX_PROGRAM:
        raise BadPattern("it repeats too much to be worked out")
    return code
