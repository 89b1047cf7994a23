"""Rules that are a table: which attributes of which types, and what they must not be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Change, Plan
from mlinfra.model.value import LocalPath, Mark, Path, dotted
from mlinfra.policy.api import About, Settings, cannot_tell, found, made


class Unsure(Enum):
    """In place of a value that is unknown, or secret."""

    UNSURE = "unsure"


UNSURE = Unsure.UNSURE

Test: TypeAlias = Callable[[Any, Settings], bool]
"""Whether a value (None: nothing is written) is what the rule looks for."""


def seen(attrs: Mapping[str, Any] | None, path: Path) -> Any:
    """The value at ``path``; None where nothing is written, `UNSURE` where it cannot be seen."""
    value: Any = attrs
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return UNSURE if hidden(value) else None
    return UNSURE if hidden(value) else value


def hidden(value: Any) -> bool:
    """Whether a leaf is a value that is unknown, or secret."""
    return isinstance(value, Mark) and not isinstance(value, LocalPath)


def is_(*words: Any) -> Test:
    """One of these; texts without regard to case."""
    folded = {word.casefold() if isinstance(word, str) else word for word in words}
    return lambda value, _: (value.casefold() if isinstance(value, str) else value) in folded


def is_not(*words: Any) -> Test:
    """None of these, nothing written included."""
    same = is_(*words)
    return lambda value, settings: not same(value, settings)


@dataclass(frozen=True, slots=True)
class Look:
    """One attribute of one type, and what it must not be.

    ``only`` are attributes that must have these values, or nothing is looked at; ``unless``, with which
    nothing is wrong. ``says`` is a sentence's end: it follows the address.
    """

    type: str
    path: Path
    bad: Test
    says: str
    only: Mapping[Path, Test] = field(default_factory=dict)
    unless: Mapping[Path, Test] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A rule that looks at values, each by itself."""

    code: str
    name: str
    about: About
    looks: tuple[Look, ...]

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each attribute that is what it must not be."""
        by_type: dict[str, list[Look]] = {}
        for look in self.looks:
            by_type.setdefault(look.type, []).append(look)
        for change in made(plan):
            for look in by_type.get(change.type, ()):
                yield from self._looked(change, look, settings)

    def _looked(self, change: Change, look: Look, settings: Settings) -> Iterable[Diagnostic]:
        attrs = change.after
        if not all(test(seen(attrs, path), settings) for path, test in look.only.items()):
            return
        value = seen(attrs, look.path)
        if value is not UNSURE and not look.bad(value, settings):
            if not (isinstance(value, list) and any(map(hidden, value))):
                return
            value = UNSURE  # a member of the list that cannot be seen may be what is looked for
        guards = [(seen(attrs, path), test) for path, test in look.unless.items()]
        if any(guard is not UNSURE and test(guard, settings) for guard, test in guards):
            return
        if value is UNSURE or any(guard is UNSURE for guard, _ in guards):
            yield cannot_tell(
                change, look.path, f"whether {change.address} {look.says} depends on `{dotted(look.path)}`"
            )
        else:
            yield found(change, look.path, f"{change.address} {look.says}")
