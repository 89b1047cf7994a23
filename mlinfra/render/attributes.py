"""How attributes differ, in lines: scalars side by side, lists by their items, long texts as a diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlinfra.model.plan import AttributeChange, Delta
from mlinfra.model.value import Path, is_sensitive
from mlinfra.render.escape import visible_lines
from mlinfra.render.lines import Kind, Line
from mlinfra.render.words import SENSITIVE, count, inline, name, phrase

SHORT = 60
"""A list that is new stands on one line up to this many characters."""
DIFFED = 4000
"""Lines up to which two texts are compared; the comparison takes quadratic time at its worst."""

_IDENTITIES = ("name", "key", "id")


def changed(change: AttributeChange, mark: str = "") -> list[Line]:
    """The lines of one attribute that differs; what is remarked of it stands at the first of them.

    ``mark`` is a remark of the caller's beside ``# forces replacement``.
    """
    lines = list(_differing(change))
    if lines:
        forces = "forces replacement" if change.forces_replacement else ""
        marks = [each for each in (forces, mark, lines[0].mark) if each]
        lines[0] = replace(lines[0], mark=f"# {', '.join(marks)}" if marks else "")
    return lines


def present(path: Path, value: Any, sign: str = "") -> Iterator[Line]:
    """The lines of a value as it is, or will be; maps are taken apart by key.

    ``sign`` ``+`` or ``-`` says that the whole of it comes or goes.
    """
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from present((*path, key), item, sign)
    elif isinstance(value, str) and "\n" in value:
        lines = visible_lines(value.removesuffix("\n"))
        yield Line(Kind.ATTRIBUTE, name(path), (_text_of(lines),), sign)
        yield from (Line(Kind.TEXT, values=(line,), sign=sign) for line in lines)
    elif isinstance(value, list) and value and len(inline(value)) > SHORT:
        first, *rest = (inline(item) for item in value)
        yield Line(Kind.ATTRIBUTE, name(path), (first,), sign or "·")
        yield from (Line(Kind.ITEM, values=(item,), sign=sign or "·") for item in rest)
    else:
        yield Line(Kind.ATTRIBUTE, name(path), (phrase(value),), sign)


def _differing(change: AttributeChange) -> Iterator[Line]:
    path, before, after = change.path, change.before, change.after
    if change.delta is Delta.RELEASED:
        yield Line(Kind.ATTRIBUTE, name(path), (phrase(before),), mark=Delta.RELEASED.value)
    elif change.delta is Delta.ADDED:
        yield from present(path, after, "+")
    elif change.delta is Delta.REMOVED:
        yield from present(path, before, "-")
    elif isinstance(before, Mapping) and isinstance(after, Mapping) and (before or after):
        yield from _entries(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(path, before, after)
    elif isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after):
        yield from _text(path, before, after)
    else:
        yield Line(Kind.ATTRIBUTE, name(path), (phrase(before), phrase(after)), "~")


def _entries(path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
    """Two maps, key by key; side by side when no key tells why they count as different."""
    differing = [key for key in {**before, **after} if not _same(before, after, key)]
    for key in differing:
        inner = (*path, key)
        if key not in after:
            yield from present(inner, before[key], "-")
        elif key not in before:
            yield from present(inner, after[key], "+")
        else:
            yield from _differing(AttributeChange(inner, Delta.CHANGED, before[key], after[key]))
    if not differing:
        yield Line(Kind.ATTRIBUTE, name(path), (phrase(before), phrase(after)), "~")


def _same(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> bool:
    """Whether both have it alike; Python takes 1 for true."""
    if key not in before or key not in after:
        return False
    return bool(before[key] == after[key]) and inline(before[key]) == inline(after[key])


def _items(path: Path, before: list[Any], after: list[Any]) -> Iterator[Line]:
    """What was taken out, what was added, and how many items stay."""
    identity = _identity(before, after)
    if identity:
        yield from _under(path, _matched(identity, before, after), before, after)
        return
    old, new = [inline(item) for item in before], [inline(item) for item in after]
    gone, come = _without(old, new), _without(new, old)
    stay = len(new) - len(come)
    others = f"{count(stay, 'other')} unchanged" if stay else ""
    if len(gone) == len(come) == 1:
        yield Line(Kind.ATTRIBUTE, name(path), (gone[0], come[0]), "~", others)
        return
    lines = [Line(Kind.ITEM, values=(item,), sign="-") for item in gone]
    lines += [Line(Kind.ITEM, values=(item,), sign="+") for item in come]
    if lines:
        lines[0] = replace(lines[0], mark=others)
    yield from _under(path, lines, before, after)


def _under(path: Path, lines: Iterable[Line], before: list[Any], after: list[Any]) -> Iterator[Line]:
    """The items with the first of them beside the key; when none differs, what it is that does."""
    rest = iter(lines)
    first = next(rest, None)
    if first is None:
        values: tuple[str, ...] = (phrase(before), phrase(after))
        if values[0] != values[1]:
            values = (f"{count(len(after), 'item')}, another order",)
        elif is_sensitive([before, after]):
            values = (f"{count(len(after), 'item')}, {SENSITIVE} changed",)
        yield Line(Kind.ATTRIBUTE, name(path), values, "~")
        return
    yield replace(first, kind=Kind.ATTRIBUTE, key=name(path))
    yield from rest


def _identity(before: list[Any], after: list[Any]) -> str:
    """The key that tells the objects of both lists apart; empty when there is none."""
    if not before or not after or not all(isinstance(item, Mapping) for item in (*before, *after)):
        return ""
    for key in _IDENTITIES:
        sides = [[item.get(key) for item in side] for side in (before, after)]
        if all(all(isinstance(v, str) for v in side) and len(set(side)) == len(side) for side in sides):
            return key
    return ""


def _matched(identity: str, before: list[Any], after: list[Any]) -> Iterator[Line]:
    """Objects by what tells them apart: gone ones, then the rest in their order, changed keys one by one."""
    old = {item[identity]: item for item in before}
    new = {item[identity]: item for item in after}
    for key, item in old.items():
        if key not in new:
            yield Line(Kind.ITEM, values=(inline(item),), sign="-")
    for key, item in new.items():
        if key not in old:
            yield Line(Kind.ITEM, values=(inline(item),), sign="+")
            continue
        for part in {**old[key], **item}:
            if _same(old[key], item, part):
                continue
            was = inline(old[key][part]) if part in old[key] else ""
            will = inline(item[part]) if part in item else ""
            where = f"{inline(key)}.{name((part,))}: "
            if was and will:
                yield Line(Kind.ITEM, values=(f"~ {where}{was}", will), sign="~")
            else:
                yield Line(Kind.ITEM, values=(where + (was or will),), sign="-" if was else "+")


def _without(items: list[str], others: list[str]) -> list[str]:
    """``items`` less ``others``, each as often as it stands there."""
    left = Counter(others)
    result = []
    for item in items:
        if left[item]:
            left[item] -= 1
        else:
            result.append(item)
    return result


def _text(path: Path, before: str, after: str) -> Iterator[Line]:
    """A unified diff, three lines around each place."""
    from difflib import unified_diff  # only texts pay for it

    if before.endswith("\n") and after.endswith("\n"):
        before, after = before[:-1], after[:-1]
    old, new = visible_lines(before), visible_lines(after)
    if len(old) + len(new) > DIFFED:
        yield Line(Kind.ATTRIBUTE, name(path), (_text_of(old), _text_of(new)), "~")
        return
    diff = list(unified_diff(old, new, n=3, lineterm=""))[2:]
    added, removed = (sum(line.startswith(sign) for line in diff) for sign in "+-")
    words = [f"{count(n, 'line')} {how}" for n, how in ((added, "added"), (removed, "taken out")) if n]
    told = ", ".join(words) or "signs that cannot be shown differ"
    yield Line(Kind.ATTRIBUTE, name(path), (told,), "~")
    for line in diff:
        if line.startswith("@@"):
            yield Line(Kind.TEXT, values=(line.strip(),), sign="@")
        else:
            yield Line(Kind.TEXT, values=(line[1:],), sign=line[0].strip())


def _text_of(lines: list[str]) -> str:
    return f"text of {count(len(lines), 'line')}"
