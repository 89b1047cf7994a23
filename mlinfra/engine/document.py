"""The JSON Schema (draft 2020-12) of ``mlinfra.yaml`` and ``module.yaml``: editors complete keys
by it and mark mistakes.

The language's own keys come from `mlinfra.config.vocabulary`, the rest from the schemas by which the engine
itself checks settings and bodies: so an editor and ``mlinfra validate`` say the same. Our own ``x-`` words
are left out; what they tell people goes into the descriptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.config.vocabulary import (
    CALL,
    CHECK,
    DEFINITIONS,
    DIALECT,
    INPUTS,
    LIFECYCLE,
    META,
    OUTPUT,
    TOP,
    VARIABLE,
    JsonSchema,
    section,
    worked_out,
)
from mlinfra.engine.illustrations import illustrated
from mlinfra.engine.neighbours import SCHEMA, STACK_OUTPUT
from mlinfra.engine.samples import samples
from mlinfra.engine.schema import Schema
from mlinfra.engine.settings import ALIASES
from mlinfra.providers.api import Catalogue, ResourceType
from mlinfra.state.seal.schema import SCHEMA as ENCRYPTION

_META = "#/$defs/meta/properties/{}"
_NESTED = ("anyOf", "oneOf", "allOf")


def stack_document(catalogue: Catalogue, stores: Mapping[str, Schema]) -> JsonSchema:
    """The schema of a stack with these providers and stores (the schemas of their settings, by kind).

    The same ones give the same document.
    """
    backend = _backend(stores)
    definitions, blocks = _blocks(catalogue, backend)
    document: JsonSchema = {
        "$schema": DIALECT,
        "title": "mlinfra stack",
        "description": "What belongs together and is planned and applied together.",
        "type": "object",
        "properties": {
            **{key: TOP[key] for key in ("stack", "include")},
            "backend": {
                "description": "Where the recorded state is kept; left out, in files of the repository. "
                "Expressions in it read variables and the environment.",
                "type": ["object", "null"],
                **backend,
            },
            "encryption": dict(ENCRYPTION),
            **{name: _settings(provider.settings_schema) for name, provider in catalogue.providers.items()},
            **{key: TOP[key] for key in ("variables", "locals")},
            **blocks,
            **{key: TOP[key] for key in ("modules", "moved", "removed", "import", "outputs")},
            **{key: TOP[key] for key in ("checks", "policy")},
        },
        "required": ["stack"],
        "additionalProperties": False,
        "$defs": definitions,
    }
    return illustrated(document, samples(catalogue))


def module_document(catalogue: Catalogue, stores: Mapping[str, Schema]) -> JsonSchema:
    """The schema of a ``module.yaml`` with these providers and stores."""
    definitions, blocks = _blocks(catalogue, _backend(stores))
    document: JsonSchema = {
        "$schema": DIALECT,
        "title": "mlinfra module",
        "description": "What is written once and used by many stacks.",
        "type": "object",
        "properties": {
            "description": {"description": "What the module is for.", "type": ["string", "null"]},
            "inputs": INPUTS,
            "locals": TOP["locals"],
            **blocks,
            "modules": TOP["modules"],
            "outputs": TOP["outputs"],
        },
        "additionalProperties": False,
        "$defs": definitions,
    }
    return illustrated(document, samples(catalogue))


def _backend(stores: Mapping[str, Schema]) -> JsonSchema:
    """One store with its settings."""
    return {
        "properties": {name: _plain(schema) for name, schema in stores.items()},
        "additionalProperties": False,
        "maxProperties": 1,
    }


def _blocks(catalogue: Catalogue, backend: JsonSchema) -> tuple[JsonSchema, JsonSchema]:
    """All definitions, and ``resources`` and ``data`` with the types of these providers."""
    definitions: JsonSchema = {
        **DEFINITIONS,
        "variable": VARIABLE,
        "output": OUTPUT,
        "check": CHECK,
        "call": CALL,
        "lifecycle": LIFECYCLE,
        "meta": {"properties": dict(META)},
    }
    types: JsonSchema = {}
    sources: JsonSchema = {STACK_OUTPUT: _outputs(backend)}
    for name, registered in catalogue.types.items():
        bodies = _bodies(name, registered.type)
        definitions |= bodies
        types[name] = section(
            bodies[name].get("description", f"Resources of type {name}."), {"$ref": f"#/$defs/{name}"}
        )
        definitions[f"data.{name}"] = _source(registered.type)
        sources[name] = section(f"What exists of type {name}.", {"$ref": f"#/$defs/data.{name}"})
    return definitions, {
        "resources": {
            "description": "What should exist: type, then name, then the resource's own keys.",
            "type": ["object", "null"],
            "properties": types,
            "additionalProperties": False,
        },
        "data": {
            "description": "What exists already and is only read: type, then name, then what says which "
            "one is meant. Read as ${data.type.name.key}.",
            "type": ["object", "null"],
            "properties": sources,
            "additionalProperties": False,
        },
    }


def _settings(schema: Schema) -> JsonSchema:
    """The settings of a provider, and further ones under names of their own."""
    usual = _plain(schema)
    differing = {word: said for word, said in usual.items() if word not in ("required", "title")}
    aliases = section(
        "Further settings of this provider, each with what differs; blocks and modules choose one with "
        "provider:.",
        {**differing, "description": "What differs from the usual settings."},
    )
    return {**usual, "properties": {**usual.get("properties", {}), ALIASES: aliases}}


def kinds(type_: ResourceType[Any]) -> dict[str, Schema]:
    """The schema of each kind that the discriminator of a type chooses; empty for a type of one kind."""
    usual = type_.schema({})
    word = usual.get("x-discriminator")
    if not word:
        return {}
    values: Iterable[Any] = usual["properties"].get(word, {}).get("enum", ())
    return {str(value): type_.schema({word: value}) for value in values}


# ---- resources -------------------------------------------------------------------------------------------


def _bodies(name: str, type_: ResourceType[Any]) -> dict[str, JsonSchema]:
    """The definitions of one type: under its own name what a block may hold, beside it one for each kind."""
    usual = type_.schema({})
    by_kind = kinds(type_)
    if not by_kind:
        return {name: {**_heading(usual, name), **_body(usual)}}
    word = usual["x-discriminator"]
    told = usual["properties"][word]
    definitions = {f"{name}.{kind}": _body(schema) for kind, schema in by_kind.items()}
    definitions[f"{name}.any"] = _body(_united(by_kind.values()), required=False)
    chosen = [(kind, {"properties": {word: _exactly(kind, told)}, "required": [word]}) for kind in by_kind]
    undecided = {"not": {"anyOf": [test for _, test in chosen]}}
    cases = [{"if": test, "then": {"$ref": f"#/$defs/{name}.{kind}"}} for kind, test in chosen]
    if word in usual.get("required", ()):
        cases.append({"if": undecided, "then": {"$ref": f"#/$defs/{name}.any"}})
        needed = _unless_in_file([word], usual)
    else:
        # Left out, it is the usual kind; in a file or worked out, it may be any.
        written = {"anyOf": [{"required": [word]}, {"required": ["file"]}]}
        cases.append({"if": {"allOf": [undecided, written]}, "then": {"$ref": f"#/$defs/{name}.any"}})
        cases.append({"if": {"not": written}, "then": _body(usual)})
        needed = {}
    heading = _heading(_united(by_kind.values()), name)
    of_block = {
        "type": "object" if needed else ["object", "null"],
        "properties": {word: _written(told)},
        **needed,
        "allOf": cases,
    }
    return {name: {**heading, **of_block}, **definitions}


def _source(type_: ResourceType[Any]) -> JsonSchema:
    """What says which resource is meant: its name and what else its id is made of, or the id alone."""
    by_kind = kinds(type_) or {"": type_.schema({})}
    return {
        "type": ["object", "null"],
        "properties": {
            **_members(_any_name(_united(by_kind.values()))),
            "id": {"description": "Its id in Azure; then nothing else is needed.", "type": "string"},
            "parent": {"$ref": _META.format("parent")},
        },
        "additionalProperties": False,
        "if": {"required": ["id"]},
        "then": {"maxProperties": 1},
    }


def _outputs(backend: JsonSchema) -> JsonSchema:
    """Blocks of other stacks' outputs; ``backend`` is what may stand under that."""
    block = _plain(SCHEMA)
    told = block["properties"]["backend"]
    about = {"description": told["description"]}
    block["properties"]["backend"] = {**about, "type": "object", **backend, "minProperties": 1}
    return section(SCHEMA["description"], block)


def _any_name(schema: Schema) -> Schema:
    """The same keys without what a new name must look like: what Azure made itself has names of its own."""
    parts = schema["properties"].items()
    free = {key: {word: said for word, said in part.items() if word != "pattern"} for key, part in parts}
    return {**schema, "properties": free}


def _heading(schema: Schema, name: str) -> JsonSchema:
    about = schema.get("description", "")
    return {"title": schema.get("title", name), **({"description": about} if about else {})}


def _body(schema: Schema, *, required: bool = True) -> JsonSchema:
    """What may stand in a block of this schema, the keys of mlinfra included."""
    needs = [name for name in schema.get("required", ()) if required]
    return {
        "type": ["object", "null"] if not needs else "object",
        "properties": {**_members(schema), **{key: {"$ref": _META.format(key)} for key in META}},
        "additionalProperties": False,
        **(_unless_in_file(needs, schema) if needs else {}),
    }


def _unless_in_file(needs: list[str], schema: Schema) -> JsonSchema:
    """These keys are needed, by their name or an older one, unless the body may have them from a file."""
    older: dict[str, list[str]] = {}
    for name, part in schema.get("properties", {}).items():
        older.setdefault(part.get("x-alias-of", ""), []).append(name)
    plain = [name for name in needs if name not in older]
    either = [
        {"anyOf": [{"required": [each]} for each in (name, *older[name])]} for name in needs if name in older
    ]
    then: JsonSchema = {**({"required": plain} if plain else {}), **({"allOf": either} if either else {})}
    return {"if": {"not": {"required": ["file"]}}, "then": then}


def _united(schemas: Iterable[Schema]) -> Schema:
    """The keys of all kinds together, for a block whose kind cannot be read off it."""
    first, *rest = schemas
    members: dict[str, Any] = dict(first.get("properties", {}))
    for schema in rest:
        for key, part in schema.get("properties", {}).items():
            told = members.setdefault(key, part)
            if told != part:  # it means something else there: only that it exists can be said
                members[key] = {"description": told.get("description", part.get("description", ""))}
    titles = {str(s["title"]): None for s in (first, *rest) if s.get("title")}
    abouts = {str(s["description"]): None for s in (first, *rest) if s.get("description")}
    return {"title": ", ".join(titles), "description": " ".join(abouts), "properties": members}


# ---- one schema, for editors -----------------------------------------------------------------------------


def _members(schema: Schema) -> JsonSchema:
    """The properties that a user may write."""
    found = schema.get("properties", {})
    return {
        name: _written(part)
        for name, part in found.items()
        if not part.get("x-computed") or part.get("x-optional")
    }


def _written(part: Schema) -> JsonSchema:
    """A value as it may be written: as the schema has it, or an expression, or the path of a YAML file."""
    plain = _plain(part)
    if part.get("x-path") == "yaml":
        about = plain.pop("description", "")
        in_a_file: JsonSchema = {"type": "string", "minLength": 1, "description": "The path of a YAML file."}
        plain = {"description": about, "anyOf": [plain, in_a_file]}
    return worked_out(plain)


def _plain(part: Schema) -> JsonSchema:
    """The schema in the words of the standard; values inside it may be expressions."""
    found: JsonSchema = {}
    for word, said in part.items():
        if word.startswith("x-") or word in ("$schema", "description", "enum"):
            continue
        if word == "properties":
            found[word] = _members(part)
        elif word in ("items", "additionalProperties") and isinstance(said, Mapping):
            found[word] = _written(said)
        elif word in _NESTED:
            found[word] = [_plain(each) for each in said]
        elif word == "not":
            found[word] = _plain(said)
        else:
            found[word] = said
    if "x-alias-of" in part:
        found["deprecated"] = True
    if "enum" in part:
        found |= _one_of(part)
    about = _about(part)
    return {**({"description": about} if about else {}), **found}


def _one_of(part: Schema) -> JsonSchema:
    values = list(part["enum"])
    if not part.get("x-case-insensitive"):
        return {"enum": values}
    folded = "|".join(_any_case(str(value), part) for value in values if isinstance(value, str))
    return {"anyOf": [{"enum": values}, {"type": "string", "pattern": f"^({folded})$"}]}


def _exactly(value: str, part: Schema) -> JsonSchema:
    """The test for one value of the discriminator."""
    if not part.get("x-case-insensitive"):
        return {"const": value}
    return {"type": "string", "pattern": f"^{_any_case(value, part)}$"}


def _any_case(text: str, part: Schema) -> str:
    """A pattern for the text in upper and lower case: JSON Schema's patterns have no flag for it."""
    folded = "".join(_either(char) for char in text)
    return folded.replace("_", "_?") if part.get("x-pascal") else folded


def _either(char: str) -> str:
    if char.isascii() and char.isalpha():
        return f"[{char.upper()}{char.lower()}]"
    return (
        char
        if char.isascii() and (char.isalnum() or char in "_ ")
        else f"\\{char}"
        if char.isascii()
        else char
    )


def _about(part: Schema) -> str:
    """What the key is, what it looks like, and what becomes of the resource when it changes."""
    told = [part.get("description", ""), part.get("x-hint", "")]
    if "x-alias-of" in part:
        told.append(f"An older name of {part['x-alias-of']}")
    if part.get("x-immutable"):
        told.append("Changing it replaces the resource")
    elif "x-in-place" in part:
        told.append("Some changes of it replace the resource")
    elif part.get("x-one-way"):
        told.append("Once set it cannot be changed")
    if part.get("x-sensitive"):
        told.append("It is secret: never recorded and never shown")
    return " ".join(_sentence(text) for text in told if text)


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
