"""A resource type's schemas → `TypeExplained`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlinfra.engine.check import near
from mlinfra.engine.document import kinds
from mlinfra.engine.schema import Schema
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.explanation import KeyTaken, KindExplained, TypeExplained
from mlinfra.providers.api import Catalogue, Registered


def explain_type(catalogue: Catalogue, name: str, kind: str = "") -> TypeExplained:
    """What a type takes: the keys that all its kinds take alike, and those of each kind, or of one.

    Raises MlinfraError for a type or a kind that there is not, with the near one.
    """
    registered = catalogue.types.get(name)
    if registered is None:
        raise MlinfraError(_unknown("resource type", name, sorted(catalogue.types)))
    found = _explained(registered)
    known = [one.name for one in found.kinds]
    if kind and kind not in known:
        raise MlinfraError(_unknown(f"kind of {name}", kind, known))
    return replace(found, kinds=tuple(one for one in found.kinds if kind in ("", one.name)))


def _unknown(what: str, name: str, known: Sequence[str]) -> Diagnostic:
    there = f"There are: {', '.join(known)}." if known else "It has one kind only."
    return error("MLI-TYP-016", f"there is no {what} `{name}`", f"{near(name, known)}{there}")


def _explained(registered: Registered) -> TypeExplained:
    type_ = registered.type
    usual = type_.schema({})
    by_kind = kinds(type_) or {"": usual}
    keys = {kind: {key.path: key for key in _keys(schema)} for kind, schema in by_kind.items()}
    first, *rest = keys.values()
    shared = tuple(key for path, key in first.items() if all(other.get(path) == key for other in rest))
    common = {key.path for key in shared}
    examples: Mapping[str, Any] = usual.get("x-examples", {})
    alone = len(by_kind) == 1
    return TypeExplained(
        name=type_.name,
        provider=registered.provider.name,
        about=str(usual.get("description") or usual.get("title", type_.name)),
        keys=tuple(key for key in shared if _settable(key.schema)),
        computed=tuple(key for key in shared if not _settable(key.schema)),
        kinds=()
        if alone
        else tuple(
            KindExplained(
                kind,
                tuple(k for p, k in keys[kind].items() if p not in common and _settable(k.schema)),
                examples.get(kind, schema.get("x-example", {})),
            )
            for kind, schema in by_kind.items()
        ),
        example=usual.get("x-example", {}) if alone else {},
        data=str(usual.get("x-data", "")),
    )


def _settable(part: Schema) -> bool:
    return not part.get("x-computed") or bool(part.get("x-optional"))


def _keys(schema: Schema, prefix: str = "", *, replaces: bool = False) -> Iterator[KeyTaken]:
    """Every key, those in objects and lists too; what is in one that replaces does so as well.

    Older names of a key are left out.
    """
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        if "x-alias-of" in part:
            continue
        here = replaces or bool(part.get("x-immutable"))
        yield KeyTaken(prefix + name, part, name in required, here)
        yield from _keys(part, f"{prefix}{name}.", replaces=here)
        items = part.get("items", {})
        if isinstance(items, Mapping):
            yield from _keys(items, f"{prefix}{name}[].", replaces=here)
