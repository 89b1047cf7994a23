"""An example for each key of a document for editors.

Bodies that show what there is are laid over the document: what they have at a key are examples of it, and
the first that fits is taken. Where they have none, a value that the key itself names is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlinfra.config.vocabulary import JsonSchema

_ONE = ("items", "additionalProperties", "then", "else")
_SEVERAL = ("anyOf", "oneOf", "allOf")


def illustrated(document: JsonSchema, samples: Iterable[Any]) -> JsonSchema:
    """The document with an example at every key that has none and can be written; the first sample that has
    one counts."""
    drawing = _Illustrating(document)
    for sample in samples:
        drawing.lay(document, sample)
    return drawing.drawn(document)


class _Illustrating:
    """Which values lie at which schema. Parts are told by their identity: the document holds them all."""

    def __init__(self, document: JsonSchema) -> None:
        self._document = document
        self._values: dict[int, list[Any]] = {}

    def lay(self, schema: Any, value: Any) -> None:
        """Remember a value at a schema and what is in it further down; each once."""
        if not isinstance(schema, Mapping):
            return
        found = self._values.setdefault(id(schema), [])
        if any(value is other for other in found):
            return
        found.append(value)
        for part, item in self._beneath(schema, value):
            self.lay(part, item)

    def _beneath(self, schema: Mapping[str, Any], value: Any) -> Iterator[tuple[Any, Any]]:
        """What the same value, or what is in it, lies at as well. All cases of a choice: what does not fit is
        passed over later."""
        if "$ref" in schema:
            yield self._target(schema["$ref"]), value
        for word in _SEVERAL:
            yield from ((part, value) for part in schema.get(word, ()))
        yield from ((schema.get(word), value) for word in ("then", "else"))
        if isinstance(value, Mapping):
            known, free = schema.get("properties", {}), schema.get("additionalProperties")
            yield from ((known.get(name, free), item) for name, item in value.items())
        elif isinstance(value, list):
            yield from ((schema.get("items"), item) for item in value)

    def _target(self, reference: str) -> Any:
        found: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return found

    def drawn(self, schema: Mapping[str, Any]) -> JsonSchema:
        """A copy of a schema with examples at the keys in it."""
        copy: JsonSchema = dict(schema)
        for word in ("properties", "$defs"):
            if word in schema:
                parts = schema[word].items()
                copy[word] = {name: self.drawn(part) | self._example(part, word) for name, part in parts}
        for word in _ONE:
            if isinstance(schema.get(word), Mapping):
                copy[word] = self.drawn(schema[word])
        for word in _SEVERAL:
            if word in schema:
                copy[word] = [self.drawn(part) for part in schema[word]]
        return copy

    def _example(self, part: Mapping[str, Any], word: str) -> JsonSchema:
        """``examples`` of one key; nothing where it has them, or where nothing can be written."""
        if word == "$defs" or "$ref" in part or "examples" in part or part.get("not") == {}:
            return {}
        test = self._test(part)
        for value in (*self._values.get(id(part), ()), *_named(part)):
            if value is not None and test.is_valid(value):
                return {"examples": [value]}
        return {}

    def _test(self, part: Mapping[str, Any]) -> Any:
        from jsonschema import Draft202012Validator  # 50 ms, for nobody else

        return Draft202012Validator({**part, "$defs": self._document.get("$defs", {})})


def _named(part: Mapping[str, Any]) -> Iterator[Any]:
    """What a key may be, where its schema tells."""
    yield from part.get("enum", ())
    yield part.get("default")
    kind = part.get("type", ())
    if "boolean" in ([kind] if isinstance(kind, str) else kind):
        yield True
    for inner in part.get("anyOf", ()):
        yield from _named(inner)
