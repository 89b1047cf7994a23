"""Comparing what no schema describes (``x-loose``): only what is written counts, in lists too.

A service fills in what nobody wrote, also in the objects of a list; it leaves out what it will not say (a
password); and it keeps named objects in an order of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_NAMES = ("name", "id")
"""Keys by which objects of a list are paired, where all have one."""


def as_written(live: Any, written: Any) -> Any:
    """``live`` reduced to the keys of ``written`` at every depth; lists in its order.

    Objects of a list belong together by name or id where every written one has it, else by place. What has
    no counterpart stays whole, and so differs.
    """
    if isinstance(live, dict) and isinstance(written, dict):
        return {key: as_written(value, written[key]) for key, value in live.items() if key in written}
    if isinstance(live, list) and isinstance(written, list):
        return list(_paired(live, written))
    return live


def _paired(live: list[Any], written: list[Any]) -> Iterator[Any]:
    name = next((name for name in _NAMES if _named(live, name) and _named(written, name)), None)
    if name is None:
        for place, item in enumerate(live):
            yield as_written(item, written[place]) if place < len(written) else item
        return
    left = {str(item[name]).casefold(): item for item in live}
    for item in written:
        found = left.pop(str(item[name]).casefold(), None)
        if found is not None:
            yield as_written(found, item)
    yield from left.values()


def _named(items: list[Any], name: str) -> bool:
    """Whether every object has this key, and each another value."""
    names = [item.get(name) for item in items if isinstance(item, dict)]
    known = {each.casefold() for each in names if isinstance(each, str)}
    return bool(items) and len(known) == len(items)


def with_unanswered(live: Any, sent: Any) -> Any:
    """``live`` with what was sent last and is not answered at all; lists by place, where both are as long."""
    if live is None:
        return sent
    if isinstance(live, dict) and isinstance(sent, dict):
        return {**live, **{key: with_unanswered(live.get(key), value) for key, value in sent.items()}}
    if isinstance(live, list) and isinstance(sent, list) and len(live) == len(sent):
        return [with_unanswered(one, other) for one, other in zip(live, sent, strict=True)]
    return live


def as_sent(live: Any, observed: Any, sent: Any) -> Any:
    """``live`` with texts as they were sent where the service spelled them in its own way right after, and
    still does: a short reference that it made a long one of is no difference.
    """
    if isinstance(live, dict) and isinstance(observed, dict) and isinstance(sent, dict):
        return {
            key: as_sent(value, observed.get(key), sent[key]) if key in sent else value
            for key, value in live.items()
        }
    if isinstance(live, list) and isinstance(observed, list) and isinstance(sent, list):
        if len(live) == len(observed) == len(sent):
            return [as_sent(*three) for three in zip(live, observed, sent, strict=True)]
        return live
    return sent if isinstance(live, str) and isinstance(sent, str) and live == observed else live
