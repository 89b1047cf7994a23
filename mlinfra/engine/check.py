"""Bodies against the schemas of their types: every problem at once, each in words and with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from mlinfra.engine.fits import fits
from mlinfra.engine.schema import Schema, at, per_schema, properties
from mlinfra.model.address import Address
from mlinfra.model.configuration import META_KEYS, Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Position
from mlinfra.model.value import Attrs, LocalPath, Path, Redacted, Sensitive, Unknown, dotted, transform


def near(name: str, known: Any) -> str:
    """The known name that ``name`` was probably meant to be, as the start of a hint; or nothing."""
    close = get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`? " if close else ""


class Subject(msgspec.Struct, frozen=True):
    """What is being checked: how it is called, where it is written, whose it is."""

    name: str | Address
    body: Node
    position: Position
    address: Address | None = None

    @staticmethod
    def of(block: Block, body: Node) -> Subject:
        """A resource block, with what its body's files hold in place of their paths."""
        return Subject(block.address, body, block.position, block.address)


def check_body(block: Subject, attrs: Attrs, schema: Schema) -> Iterator[Diagnostic]:
    """What is wrong with ``attrs``, as evaluated, before anything is filled in.

    An unknown leaf fits anywhere; a sensitive one is checked and never quoted.
    """
    if not fits(attrs, schema):
        yield from _misfits(block, attrs, schema)
    for name, part in properties(schema, "x-computed"):
        if name in block.body.value and not part.get("x-optional"):
            yield error(
                "MLI-TYP-006",
                f"`{name}` of {block.name} cannot be set",
                f"The service says what it is; take it out, and read it as ${{{block.name}.{name}}}.",
                block.body.value[name].key,
                block.address,
                (name,),
            )


def _misfits(block: Subject, attrs: Attrs, schema: Schema) -> Iterator[Diagnostic]:
    """What jsonschema says is wrong, in our words."""
    from jsonschema.exceptions import relevance

    plain = transform(attrs, _bare)
    seen: set[tuple[Path, str]] = set()
    errors = sorted(_validator(schema).iter_errors(plain), key=lambda e: (list(map(str, e.absolute_path)),))
    # Of what is of another kind, or of none that is known, nothing else can be said.
    kind = ("$schema", schema.get("x-discriminator"))
    of_another_kind = [wrong for wrong in errors if wrong.path and wrong.path[0] in kind]
    for wrong in of_another_kind or errors:
        path = tuple(wrong.absolute_path)
        either = _either(wrong)
        if either:
            yield _missing(block, either, path, schema)
            continue
        while wrong.context and wrong.validator in ("anyOf", "oneOf"):
            wrong = min(wrong.context, key=relevance)
        path = tuple(wrong.absolute_path)
        for found in _worded(block, wrong, path, schema, attrs):
            if (found.path, found.code) not in seen:
                seen.add((found.path, found.code))
                yield found


def _bare(leaf: Any) -> Any:
    if isinstance(leaf, LocalPath):
        return leaf.shown
    return transform(leaf.value, _bare) if isinstance(leaf, Sensitive) else leaf


def _worded(block: Subject, wrong: Any, path: Path, schema: Schema, attrs: Attrs) -> Iterator[Diagnostic]:
    path = _told(attrs, path)
    node = block.body.at(path)
    part, name = at(schema, path), dotted(path)
    subject = f"`{name}` of {block.name}" if path else block.name
    hint = part.get("x-hint", "")
    rule, limit, value = wrong.validator, wrong.validator_value, wrong.instance
    secret = _is_secret(attrs, path) or any(
        at(schema, path[:n]).get("x-sensitive") for n in range(len(path) + 1)
    )
    shown = "what is written" if secret else _quoted(value)
    if rule == "additionalProperties" and isinstance(value, dict):
        known = [
            k for k, p in part.get("properties", {}).items() if not p.get("x-computed") and k != "$schema"
        ]
        for key in [k for k in value if k not in part.get("properties", {})]:
            child = node.value[key] if node.is_map and key in node.value else node
            inside = f" in `{name}`" if path else ""
            kind = _kind(schema, attrs)
            yield error(
                "MLI-CFG-012",
                f"unknown key `{key}`{inside} in {block.name}",
                f"{near(key, known if path else (*known, *META_KEYS))}{kind} takes: {', '.join(known)}.",
                child.key or child.position,
                block.address,
                (*path, key),
            )
        return
    if rule == "required":
        for key in (key for key in limit if key not in value):
            yield _missing(block, [key], path, schema)
        return
    if rule == "not" and "required" in limit:
        keys = " and ".join(f"`{key}`" for key in limit["required"])
        yield error(
            "MLI-TYP-012",
            f"{subject} has {keys}, which exclude each other",
            "Keep one of them.",
            node.value[limit["required"][-1]].key if node.is_map else node.position,
            block.address,
            path,
        )
        return
    if rule == "type":
        wanted = " or ".join(_TYPES[t] for t in ([limit] if isinstance(limit, str) else limit) if t != "null")
        yield error(
            "MLI-TYP-003",
            f"{subject} is {_TYPES[_type_of(value)]}, it should be {wanted}",
            hint or _type_hint(value, limit, secret=secret),
            node.position,
            block.address,
            path,
        )
        return
    if rule == "not":  # nothing is valid: the key is known, and refused with a reason
        yield error(
            "MLI-TYP-013",
            f"{subject} cannot be set",
            hint,
            node.key or node.position,
            block.address,
            path,
        )
        return
    code, summary, advice = "MLI-TYP-004", f"{subject} cannot be {shown}", ""
    if rule == "x-id":
        code, summary = "MLI-TYP-014", f"{subject} still holds {wrong.message}"
        advice, hint = "That stands for a value of your own: write it in its place.", ""
    elif rule == "enum":
        advice = f"{near(str(value), limit)}It can be: {', '.join(map(str, limit))}."
    elif rule == "const":
        advice = f"It can only be {_quoted(limit)}."
    elif rule in ("pattern", "minLength", "maxLength", "format"):
        code = "MLI-TYP-005"
        advice = _LENGTHS.get(rule, "It must match {}.").format(limit)
    elif rule in ("minimum", "exclusiveMinimum"):
        advice = f"It must be {limit} or more."
    elif rule in ("maximum", "exclusiveMaximum"):
        advice = f"It must be {limit} or less."
    elif rule in ("minItems", "maxItems", "uniqueItems"):
        advice = {
            "minItems": f"It needs at least {limit} entries.",
            "maxItems": f"It takes at most {limit} entries.",
            "uniqueItems": "Each entry may stand in it once.",
        }[rule]
    yield error(
        code,
        summary,
        hint
        if rule in ("pattern", "minLength", "maxLength") and hint
        else " ".join(filter(None, [advice, hint])),
        node.position,
        block.address,
        path,
    )


def _either(wrong: Any) -> list[str]:
    """The keys one of which is missed, where each alternative of an ``anyOf`` asks for one key alone."""
    if wrong.validator != "anyOf" or any(set(each) != {"required"} for each in wrong.validator_value):
        return []
    parts = wrong.schema.get("properties", {})
    keys = [key for each in wrong.validator_value for key in each["required"]]
    return [key for key in keys if "x-alias-of" not in parts.get(key, {})]


def _missing(block: Subject, keys: list[str], path: Path, schema: Schema) -> Diagnostic:
    """A key is needed, or one of several."""
    node, wanted = block.body.at(path), at(schema, (*path, keys[0]))
    subject = f"`{dotted(path)}` of {block.name}" if path else block.name
    return error(
        "MLI-TYP-002",
        f"{subject} needs {' or '.join(f'`{key}`' for key in keys)}",
        " ".join(filter(None, [_sentence(wanted.get("description", "")), wanted.get("x-hint", "")])),
        (node.key or node.position) if path else block.position,
        block.address,
        (*path, keys[0]),
    )


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
    "null": "nothing",
}
_LENGTHS = {
    "minLength": "It must be at least {} characters long.",
    "maxLength": "It must be at most {} characters long.",
}


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def _type_hint(value: Any, wanted: Any, *, secret: bool) -> str:
    if wanted == "string" and isinstance(value, int | float) and not secret:
        return f'Write it in quotes: "{str(value).lower() if isinstance(value, bool) else value}".'
    if wanted in ("integer", "number") and isinstance(value, str) and not secret and value.isdigit():
        return f"Write it without quotes: {value}."
    return ""


def _kind(schema: Schema, attrs: Attrs) -> str:
    chosen = attrs.get(schema.get("x-discriminator", ""))
    title = chosen if isinstance(chosen, str) else schema.get("title", "It")
    return f"{'An' if title[:1].lower() in 'aeio' else 'A'} {title}" if title != "It" else title


def _told(attrs: Attrs, path: Path) -> Path:
    """The part of a path that may be told: the keys of a secret map are secrets too."""
    return next((path[:n] for n in range(1, len(path)) if _is_secret(attrs, path[:n])), path)


def _is_secret(attrs: Attrs, path: Path) -> bool:
    value: Any = attrs
    for part in path:
        if isinstance(value, Sensitive | Redacted):
            return True
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(value, Sensitive | Redacted)


def _quoted(value: Any) -> str:
    """A value as people would write it: text in quotes, cut where it is long."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}…"'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _sentence(text: str) -> str:
    return text if not text or text.endswith(".") else f"{text}."


_PLACEHOLDER = re.compile(r"<[A-Za-z][A-Za-z0-9 _-]*>")


def _no_placeholder(_: Any, is_id: bool, value: Any, part: Mapping[str, Any]) -> Iterator[Any]:
    """What is left of an example in an id (``<SUBSCRIPTION_ID>``)."""
    from jsonschema.exceptions import ValidationError

    found = _PLACEHOLDER.search(value) if is_id and isinstance(value, str) else None
    if found:
        yield ValidationError(found[0])


def _is_but_for_case(value: Any, limit: Any, part: Mapping[str, Any]) -> bool:
    """Whether a word is one of an ``enum``, where its case (with ``x-pascal`` its underscores too) means
    nothing."""
    if not (part.get("x-case-insensitive") and isinstance(value, str) and limit is part.get("enum", ())):
        return False
    dropped = "_" if part.get("x-pascal") else ""
    folded = {str(each).replace(dropped, "").casefold() for each in part["enum"]}
    return value.replace(dropped, "").casefold() in folded


@per_schema
def _validator(schema: Schema) -> Any:
    """One validator per schema; an `Unknown` leaf passes every rule."""
    from jsonschema import Draft202012Validator, validators

    def lenient(rule: Any) -> Any:
        def check(validator: Any, limit: Any, value: Any, part: Mapping[str, Any]) -> Any:
            if isinstance(value, Unknown) or _is_but_for_case(value, limit, part):
                return ()
            return rule(validator, limit, value, part)

        return check

    extend: Any = validators.extend  # untyped in the stubs
    rules = {name: lenient(rule) for name, rule in Draft202012Validator.VALIDATORS.items()}
    rules["x-id"] = _no_placeholder
    return extend(Draft202012Validator, rules)(schema)
