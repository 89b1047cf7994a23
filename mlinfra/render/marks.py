"""A value with marks, taken apart as in Terraform's JSON: bare value, what is unknown, what is sensitive.

In the two maps of marks an object holds only the keys that have something to say, a list says it of every
item, as ``terraform show -json`` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlinfra.model.value import LocalPath, Path, Redacted, Sensitive, Unknown, has_unknown
from mlinfra.render.words import local


def bare(value: Any) -> Any:
    """The value without marks: an unknown key is left out; an unknown item, and all sensitive, is None; a
    local path is text, with the start of its hash."""
    if isinstance(value, Mapping):
        return {key: bare(item) for key, item in value.items() if not isinstance(item, Unknown)}
    if isinstance(value, list | tuple):
        return [bare(item) for item in value]
    if isinstance(value, LocalPath):
        return local(value)
    return None if isinstance(value, Unknown | Sensitive | Redacted) else value


def unknown(value: Any) -> Any:
    """True where the value is unknown."""
    return _where(value, has_unknown)


def sensitive(value: Any) -> Any:
    """True where the value must not be shown."""
    return _where(value, lambda leaf: isinstance(leaf, Sensitive | Redacted) or _tainted(leaf))


def with_value(tree: Any, path: Path, value: Any) -> Any:
    """A copy of ``tree`` with ``value`` at ``path``, maps made on the way."""
    head, rest = path[0], path[1:]
    copy = dict(tree) if isinstance(tree, Mapping) else {}
    copy[head] = with_value(copy.get(head), rest, value) if rest else value
    return copy


def without(tree: Any, path: Path) -> Any:
    """A copy of ``tree`` without what is at ``path``."""
    head, rest = path[0], path[1:]
    if not isinstance(tree, Mapping) or head not in tree:
        return tree
    copy = dict(tree)
    if rest:
        copy[head] = without(copy[head], rest)
    else:
        del copy[head]
    return copy


def _where(value: Any, marked: Callable[[Any], bool]) -> Any:
    if isinstance(value, Mapping):
        found = {key: _where(item, marked) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not False}
    if isinstance(value, list | tuple):
        return [_where(item, marked) for item in value]
    return marked(value)


def _tainted(leaf: Any) -> bool:
    return isinstance(leaf, Unknown) and leaf.sensitive
