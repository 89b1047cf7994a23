"""What a change opens, grants or interrupts, by what the schema of its type says of its keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlinfra.engine.schema import Schema, child, holding
from mlinfra.model.plan import Action, Risk, Threat
from mlinfra.model.value import Attrs, Path, Sensitive, has_unknown, reveal

_WORDS = (("x-exposes", Threat.EXPOSURE), ("x-grants", Threat.RIGHTS))


def risks(action: Action, before: Attrs | None, after: Attrs | None, schema: Schema) -> tuple[Risk, ...]:
    """The risks of one change, each once; those that hang on a value which nobody knows yet are no certain
    ones."""
    if action is Action.NO_OP or action is Action.FORGET:
        return ()
    found: list[Risk] = []
    if action.destroys and schema.get("x-serves"):
        found.append(Risk(Threat.DOWNTIME, says=str(schema["x-serves"])))
    if after is not None:
        for word, threat in _WORDS:
            for name, part in holding(schema, word):
                found += _within((name,), part, word, threat, (before or {}).get(name), after.get(name))
    return tuple(found)


def _within(path: Path, schema: Schema, word: str, threat: Threat, before: Any, after: Any) -> Iterator[Risk]:
    """The risks at one key and in it."""
    said = schema.get(word)
    if said:
        beside = tuple(said) if threat is Threat.RIGHTS and said is not True else ()
        meant = True if threat is Threat.RIGHTS else said
        if has_unknown(after):
            yield Risk(threat, path, beside=beside, certain=False)
        elif _opens(meant, after) and not _covered(meant, before, after):
            yield Risk(threat, path, beside=beside)
    elif isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        for key in schema.get("properties", {}):
            yield from _within((*path, key), child(schema, key), word, threat, old.get(key), after.get(key))


def _opens(said: Any, value: Any) -> bool:
    """Whether a value is one of those that are meant; ``True`` means any that is not empty."""
    value = _plain(value)
    return value not in (None, "", [], {}) if said is True else value in [_plain(each) for each in said]


def _covered(said: Any, before: Any, after: Any) -> bool:
    """Whether it was as open already."""
    if before is None:
        return False
    if said is not True:
        return _opens(said, before)
    old, new = _plain(before), _plain(after)
    if isinstance(old, list) and isinstance(new, list):
        return all(item in old for item in new)
    return bool(old == new)


def _plain(value: Any) -> Any:
    """A value as it is compared: without regard to case, at any depth of lists."""
    if isinstance(value, Sensitive):
        value = reveal(value)
    if isinstance(value, str):
        return value.casefold()
    return [_plain(item) for item in value] if isinstance(value, list) else value
