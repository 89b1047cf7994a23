"""A quick yes: does a value fit its schema? What this cannot tell at once is left to jsonschema.

Nearly every body fits. Importing jsonschema costs 50 ms and asking it 40 µs a resource; what says yes here
costs a tenth of that. It never says why not, and it may say no to what fits: so it knows the rules that our
schemas have, and to any other it says no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized
from typing import Any, TypeAlias

from mlinfra.engine.schema import Schema, per_schema
from mlinfra.model.value import LocalPath, Sensitive, Unknown

Test: TypeAlias = Callable[[Any], bool]
Rule: TypeAlias = Callable[[Any, Schema], Test]
"""The value of a word of JSON Schema, and the schema that it stands in, made into a test."""


def fits(value: Any, schema: Schema) -> bool:
    """Whether jsonschema would surely find nothing wrong.

    `Unknown` leaves fit anywhere, `Sensitive` ones where their value does, a `LocalPath` where its text does.
    """
    return _test(schema)(value)


def _compiled(schema: Schema) -> Test:
    tests = tuple(
        _RULES.get(word, _unsure)(limit, schema)
        for word, limit in schema.items()
        if word in _RULES or not (word in _ANNOTATIONS or word.startswith("x-"))
    )

    def test(value: Any) -> bool:
        if type(value) not in _JSON:
            return _marked(value, test)
        for one in tests:  # noqa: SIM110  # `all` takes twice the time
            if not one(value):
                return False
        return True

    return test


_test = per_schema(_compiled)


def _marked(value: Any, test: Test) -> bool:
    if isinstance(value, Sensitive):
        return test(value.value)
    if isinstance(value, LocalPath):
        return test(value.shown)
    return isinstance(value, Unknown)


_JSON = frozenset({str, bool, int, float, list, dict, type(None)})
_NUMBERS = (int, float)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def _type(limit: Any, _schema: Schema) -> Test:
    # By the exact class: True is an int to isinstance, and no number to JSON Schema.
    wanted = frozenset(
        kind for name in ([limit] if isinstance(limit, str) else limit) for kind in _TYPES.get(name, ())
    )
    return lambda value: type(value) in wanted


def _enum(limit: Any, schema: Schema) -> Test:
    words = frozenset(word for word in limit if isinstance(word, str))
    if schema.get("x-case-insensitive"):
        folded = frozenset(map(str.casefold, words))
        return lambda value: isinstance(value, str) and value.casefold() in folded
    return lambda value: isinstance(value, str) and value in words


# What a rule says is said of values of its own kind alone: text has no minimum, a number no pattern.


def _pattern(limit: Any, _schema: Schema) -> Test:
    found = re.compile(limit).search
    return lambda value: type(value) is not str or found(value) is not None


def _minimum(limit: Any, _schema: Schema) -> Test:
    return lambda value: type(value) not in _NUMBERS or value >= limit


def _maximum(limit: Any, _schema: Schema) -> Test:
    return lambda value: type(value) not in _NUMBERS or value <= limit


def _shortest(kind: type[Sized]) -> Rule:
    return lambda limit, _schema: lambda value: not isinstance(value, kind) or len(value) >= limit


def _longest(kind: type[Sized]) -> Rule:
    return lambda limit, _schema: lambda value: not isinstance(value, kind) or len(value) <= limit


def _required(limit: Any, _schema: Schema) -> Test:
    wanted = frozenset(limit)
    return lambda value: type(value) is not dict or value.keys() >= wanted


def _items(limit: Any, _schema: Schema) -> Test:
    each = _compiled(limit)
    return lambda value: type(value) is not list or all(map(each, value))


def _any_of(limit: Any, _schema: Schema) -> Test:
    tests = [_compiled(schema) for schema in limit]
    return lambda value: any(test(value) for test in tests)


def _not(limit: Any, schema: Schema) -> Test:
    """Turned round where the test says an exact yes or no: of ``required`` alone."""
    if limit.keys() != {"required"}:
        return _unsure(limit, schema)
    every = _required(limit["required"], limit)
    return lambda value: type(value) is dict and not every(value)


def _all_of(limit: Any, _schema: Schema) -> Test:
    tests = [_compiled(schema) for schema in limit]
    return lambda value: all(test(value) for test in tests)


def _if(limit: Any, schema: Schema) -> Test:
    """With ``then`` alone, and where the test says an exact yes or no: of patterns of members."""
    parts = limit.get("properties", {}).values()
    if limit.keys() - {"required", "properties"} or any(part.keys() != {"pattern"} for part in parts):
        return _unsure(limit, schema)
    holds, then = _compiled(limit), _compiled(schema.get("then", {}))
    return lambda value: not holds(value) or then(value)


def _then(_limit: Any, _schema: Schema) -> Test:
    """Judged with ``if``; without it nothing is said."""
    return lambda _value: True


def _members(limit: Any, schema: Schema) -> Test:
    known = {name: _compiled(part) for name, part in limit.items()}
    free = schema.get("additionalProperties", True)
    other = _compiled(free) if isinstance(free, Mapping) else lambda _value: bool(free)

    def test(value: Any) -> bool:
        if type(value) is dict:
            for name, item in value.items():
                if not known.get(name, other)(item):
                    return False
        return True

    return test


def _free(_limit: Any, schema: Schema) -> Test:
    """``additionalProperties``: judged with ``properties`` where both are there."""
    return (lambda _value: True) if "properties" in schema else _members({}, schema)


def _id(limit: Any, _schema: Schema) -> Test:
    """No placeholder of an example, such as ``<SUBSCRIPTION_ID>``."""
    return lambda value: not limit or type(value) is not str or "<" not in value


def _unsure(_limit: Any, _schema: Schema) -> Test:
    return lambda _value: False


_ANNOTATIONS = frozenset({"$schema", "title", "description", "default"})
_RULES: Mapping[str, Rule] = {
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "minLength": _shortest(str),
    "maxLength": _longest(str),
    "minItems": _shortest(list),
    "maxProperties": _longest(dict),
    "required": _required,
    "items": _items,
    "anyOf": _any_of,
    "allOf": _all_of,
    "if": _if,
    "then": _then,
    "not": _not,
    "properties": _members,
    "additionalProperties": _free,
    "x-id": _id,
}
