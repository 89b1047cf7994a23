"""A body held against its schema, as the published specifications mean it.

A plain JSON Schema check fails on bodies that are right, so this one

- follows discriminators to the definition that is meant, and ``allOf`` to all it inherits;
- reads null as left out, as Azure does in both directions;
- does not require what is ``readOnly``, and takes it in a request, where Azure drops it; nor in an answer
  what can be written but not read (``x-ms-mutability``: secrets);
- takes any word for an enumeration that says ``modelAsString``, since Azure may know more than the
  specification;
- takes ids in any casing, and in answers the words of enumerations too (``FULL`` for ``Full``).

Everything else is strict: types, formats, bounds, patterns, words of closed enumerations in their casing,
required keys, and keys that no definition has. Of those an answer may have what `Extras` knows from real
answers; a request may not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from conformance.specification.documents import Documents, Node
from conformance.specification.schemas import Flat, Schemas

Extras: TypeAlias = Callable[[str], bool]
"""Whether a key that the specification lacks is known from real answers, by its path: ``a.b[].c``."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}

_FORMATS: Mapping[str, re.Pattern[str]] = {
    "date-time": re.compile(
        r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?",
    ),
    "duration": re.compile(r"P(\d+(\.\d+)?[YMWD])*(T(\d+(\.\d+)?[HMS])+)?"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "arm-id": re.compile(r"/.+"),
    "byte": re.compile(r"[A-Za-z0-9+/]*={0,2}"),
    "base64url": re.compile(r"[A-Za-z0-9_-]*={0,2}"),
}


class Checker:
    """Checks bodies against the schemas of one set of documents."""

    def __init__(self, documents: Documents) -> None:
        self._schemas = Schemas(documents)

    def request(self, schema: Node, body: Any) -> list[str]:
        """What is wrong with a request's body, a line for each; empty when it is valid."""
        return list(self._check(schema, body, "", None, answer=False))

    def answer(self, schema: Node, body: Any, extras: Extras) -> list[str]:
        """What is wrong with an answer's body."""
        return list(self._check(schema, body, "", extras, answer=True))

    def _check(
        self, node: Node, value: Any, path: str, extras: Extras | None, *, answer: bool
    ) -> Iterator[str]:
        if value is None:
            return
        if isinstance(value, dict):
            node, wrong = self._schemas.meant(node, value)
            if wrong:
                yield f"{path or 'the body'}: {wrong}"
        flat = self._schemas.flat(node)
        if (problem := _wrong_type(flat, value)) is not None:
            yield f"{path or 'the body'}: {problem}"
            return
        if isinstance(value, dict):
            yield from self._object(flat, value, path, extras, answer=answer)
        elif isinstance(value, list):
            yield from _bounds(flat.facets, len(value), path, "minItems", "maxItems")
            if "items" in flat.facets:
                inner = Node(self._file(node), flat.facets["items"])
                for one in value:
                    yield from self._check(inner, one, f"{path}[]", extras, answer=answer)
        else:
            yield from _scalar(flat.facets, value, path, answer=answer)

    def _file(self, node: Node) -> str:
        return self._schemas.documents.follow(node).file

    def _object(
        self, flat: Flat, value: Mapping[str, Any], path: str, extras: Extras | None, *, answer: bool
    ) -> Iterator[str]:
        for key in sorted(flat.required):
            if value.get(key) is None and not self._one_way(flat.keys.get(key), answer=answer):
                yield f"{path or 'the body'}: lacks {key}"
        open_ = not flat.keys and flat.more is None and not flat.closed and not flat.discriminator
        for key, one in value.items():
            where = f"{path}.{key}" if path else key
            if key in flat.keys:
                yield from self._check(flat.keys[key], one, where, extras, answer=answer)
            elif flat.more is not None:
                yield from self._check(flat.more, one, f"{path}.*", extras, answer=answer)
            elif not open_ and one is not None and (extras is None or not extras(where)):
                yield f"{where}: no such key"

    def _one_way(self, node: Node | None, *, answer: bool) -> bool:
        """Whether a key is only ever answered; or, in an answer, only ever sent."""
        if node is None:
            return False
        facets = {**self._schemas.flat(node).facets, **node.value}
        written = facets.get("x-ms-mutability", ["read"])
        return bool(facets.get("readOnly")) or (answer and "read" not in written)


def _wrong_type(flat: Flat, value: Any) -> str | None:
    wanted = flat.facets.get("type") or ("object" if flat.keys or flat.more else "")
    types = _TYPES.get(wanted)
    if types is None or (isinstance(value, types) and (not isinstance(value, bool) or wanted == "boolean")):
        return None
    if wanted == "integer" and isinstance(value, float) and value.is_integer():
        return None
    return f"{value!r} is no {wanted}"


def _scalar(facets: Mapping[str, Any], value: Any, path: str, *, answer: bool) -> Iterator[str]:
    words: list[Any] = facets.get("enum") or []
    folded = {str(word).lower() for word in words} if answer else set()
    known = not words or value in words or str(value).lower() in folded
    if not known and not facets.get("x-ms-enum", {}).get("modelAsString"):
        yield f"{path}: {value!r} is none of {', '.join(map(str, words))}"
    if isinstance(value, str):
        form = _FORMATS.get(facets.get("format", ""))
        if form is not None and not form.fullmatch(value):
            yield f"{path}: {value!r} is no {facets['format']}"
        if "pattern" in facets and not re.search(facets["pattern"], value):
            yield f"{path}: {value!r} does not match {facets['pattern']}"
        yield from _bounds(facets, len(value), path, "minLength", "maxLength")
    elif not isinstance(value, bool):
        yield from _bounds(facets, value, path, "minimum", "maximum")


def _bounds(facets: Mapping[str, Any], size: float, path: str, low: str, high: str) -> Iterator[str]:
    if low in facets and size < facets[low]:
        yield f"{path}: {size} is less than {low} {facets[low]}"
    if high in facets and size > facets[high]:
        yield f"{path}: {size} is more than {high} {facets[high]}"
