"""``data:``: what exists already and is only read. It is never changed, never recorded, and is no drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.config.expression import evaluate
from mlinfra.config.references import resource_reads
from mlinfra.config.scope import Scope, base_scope
from mlinfra.engine.blocks import unknown_type
from mlinfra.engine.context import Context
from mlinfra.engine.marks import known_part
from mlinfra.engine.refresh import Wanted, refresh
from mlinfra.engine.schema import Schema
from mlinfra.engine.scope import KeyedScope
from mlinfra.engine.settings import Settings
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.value import Attrs, Unknown, is_sensitive
from mlinfra.providers.api import Catalogue, ProviderError


class SourceScope:
    """One of them: what is written to find it, and what was read; all else is unknown until it is read."""

    __slots__ = ("_attrs", "_observed", "_schema")

    def __init__(self, attrs: Attrs, observed: Attrs | None, schema: Schema) -> None:
        self._attrs, self._observed, self._schema = attrs, observed, schema

    def find(self, name: str) -> Any:
        """The value of one attribute; KeyError when the type has no such key.

        Of one that was not read even the kind is not known, and so neither what keys it has.
        """
        if self._observed is not None and name in self._observed:
            return self._observed[name]
        if name in self._attrs:
            return self._attrs[name]
        if self._observed is None:
            part = self._schema["properties"].get(name, {})
            return Unknown(sensitive=bool(part.get("x-sensitive")))
        if name not in self._schema["properties"]:
            raise KeyError(name)
        return None

    def names(self) -> Iterable[str]:
        """Every key of the type."""
        return list(self._schema["properties"])


def read_sources(
    config: Config, settings: Settings, context: Context, problems: list[Diagnostic], *, read: bool
) -> KeyedScope:
    """What ``data`` means in expressions. Without ``read`` nobody is asked, and all is unknown.

    What is not there goes to ``problems``. Raises MlinfraError when the service cannot be asked.
    """
    scope = base_scope(config)
    asked = [(b, _wanted(b, scope, settings, context.catalogue, problems)) for b in config.data]
    found = [(block, wanted) for block, wanted in asked if wanted is not None]
    live = refresh([wanted for _, wanted in found], context) if read and found else None
    scopes: dict[str, dict[str, SourceScope]] = {}
    for block, wanted in found:
        seen = live.get(wanted.id) if live is not None else None
        if live is not None and seen is None:
            problems.append(_absent(block, wanted))
        attrs = {**wanted.pattern, "id": wanted.id}
        observed = seen.attrs if seen is not None else None
        schema = wanted.registered.type.schema(known_part({**attrs, **(observed or {})}))
        source = SourceScope(attrs, observed, schema)
        scopes.setdefault(block.address.type, {})[block.address.name] = source
    return KeyedScope({name: KeyedScope(members) for name, members in scopes.items()})


def _wanted(
    block: Block, scope: Scope, settings: Settings, catalogue: Catalogue, problems: list[Diagnostic]
) -> Wanted | None:
    registered = catalogue.types.get(block.address.type)
    if registered is None:
        problems.append(unknown_type(block, catalogue))
        return None
    reads = next(iter(resource_reads(block.body, {})), None)
    if reads is not None:
        problems.append(
            error(
                "MLI-REF-013",
                f"{block.label} reads {'.'.join(reads[0][:2])}, which this stack makes",
                "What is only read is read before anything is made: write it with variables and locals.",
                reads[1],
            )
        )
        return None
    used = settings.of(registered.provider.name)
    attrs = _filled(evaluate(block.body, scope, problems), registered.type.schema({}), used)
    try:
        known = registered.type.normalize(known_part(attrs)) if "id" not in attrs else known_part(attrs)
        id = known.get("id") or registered.type.identify(known)
    except ProviderError as wrong:
        problems.append(error(wrong.code, wrong.summary, wrong.hint, block.position))
        return None
    if not isinstance(id, str) or any(map(is_sensitive, attrs.values())):
        problems.append(
            error(
                "MLI-REF-014",
                f"it cannot be told which {block.address.type} {block.label} is",
                "Write its id:, or its name: with what it lives in, none of it secret.",
                block.position,
            )
        )
        return None
    return Wanted(id, block.address, registered, used, known)


def _filled(written: Any, schema: Schema, settings: Mapping[str, Any]) -> Attrs:
    """What is written, and of what is not, what the provider's settings have."""
    attrs = {key: value for key, value in dict(written).items() if value is not None}
    for name, part in schema["properties"].items():
        places = (place.removeprefix("settings.") for place in part.get("x-from", ()) if place[:2] == "se")
        value = next((settings[key] for key in places if settings.get(key) is not None), None)
        if name not in attrs and value is not None and "id" not in attrs and name != "location":
            attrs[name] = value
    return attrs


def _absent(block: Block, wanted: Wanted) -> Diagnostic:
    return error(
        "MLI-PLN-014",
        f"there is no {block.address.type} for {block.label} to read",
        f"At {wanted.id}\nCheck the name and where it lives. What this stack makes stands under resources:",
        block.position,
    )
