"""The settings of providers: what stands under a top-level key that is a provider's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.config.expression import evaluate
from mlinfra.config.names import bad_name
from mlinfra.config.scope import Scope
from mlinfra.config.scopes import base_scope
from mlinfra.engine.check import Subject, check_body, near
from mlinfra.engine.schema import Schema, with_defaults
from mlinfra.model.configuration import Backend, Block, Config
from mlinfra.model.diagnostic import Diagnostic, error, refuse_errors
from mlinfra.model.module import Call, Definition
from mlinfra.model.source import Node
from mlinfra.model.value import is_sensitive, reveal
from mlinfra.providers.api import Catalogue

_LANGUAGE = (
    "stack",
    "backend",
    "encryption",
    "variables",
    "locals",
    "resources",
    "modules",
    "outputs",
    "policy",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Evaluated settings by the name of a provider (``azure``), or of one and an alias (``azure.other``).

    Of a provider that the stack does not mention, its defaults.
    """

    by_provider: Mapping[str, Mapping[str, Any]]
    secret: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def chosen(self, block: Block, provider: str) -> str:
        """The name of the settings that the resources of a block are made with."""
        alias = block.provider.value if block.provider is not None else ""
        return alias if alias.startswith(f"{provider}.") and alias in self.by_provider else provider

    def of(self, provider: str) -> Mapping[str, Any]:
        """All settings, secrets included; for connecting."""
        return self.by_provider.get(provider, {})

    def recordable(self, provider: str) -> dict[str, Any]:
        """Those that may be written into state."""
        hidden = self.secret.get(provider, frozenset())
        return {key: value for key, value in self.of(provider).items() if key not in hidden}

    def current(self, provider: str, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        """Recorded settings with the secrets of today, where they are still the stack's own settings."""
        for name in self.by_provider:
            if name.partition(".")[0] == provider and self.recordable(name) == dict(recorded):
                return self.of(name)
        return recorded


def backend_settings(backend: Backend, schema: Schema) -> dict[str, Any]:
    """The settings of the store, held against its kind's schema, whole and plain. Raises MlinfraError."""
    written = dict(backend.settings)
    subject = Subject(
        f"`{backend.kind}` of `backend`", backend.node, backend.node.key or backend.node.position
    )
    refuse_errors(check_body(subject, written, schema))
    return with_defaults(reveal(written), schema)


def provider_settings(config: Config, catalogue: Catalogue, problems: list[Diagnostic]) -> Settings:
    """Evaluate and check the settings of every provider; a key that is no provider's is a problem."""
    found: dict[str, Mapping[str, Any]] = {}
    secret: dict[str, frozenset[str]] = {}
    scope = base_scope(config)
    for name, provider in catalogue.providers.items():
        schema = provider.settings_schema
        written: dict[str, tuple[Node | None, dict[str, Any]]] = {name: (None, {})}
        node = config.settings.get(name)
        if node is not None:
            written = _written(name, node, scope, problems)
        declared = {k for k, p in schema.get("properties", {}).items() if p.get("x-sensitive")}
        for each, (place, values) in written.items():
            if place is not None:
                subject = Subject(f"`{each}`", place, place.key or place.position)
                problems.extend(check_body(subject, values, schema))
            found[each] = with_defaults(reveal(values), schema)
            secret[each] = frozenset(declared | {k for k, value in values.items() if is_sensitive(value)})
    for key, node in config.settings.items():
        if key not in catalogue.providers:
            known = (*_LANGUAGE, *catalogue.providers)
            problems.append(
                error(
                    "MLI-CFG-041",
                    f"unknown key `{key}` at the top of the stack",
                    f"{near(key, known)}A stack takes: {', '.join(known)}.",
                    node.key or node.position,
                )
            )
    problems.extend(_unknown_aliases(config, catalogue, found))
    return Settings(found, secret)


def _written(
    name: str, node: Node, scope: Scope, problems: list[Diagnostic]
) -> dict[str, tuple[Node | None, dict[str, Any]]]:
    """What is written of a provider, and of each of its aliases: what differs there."""
    values = evaluate(node, scope, problems)
    if not isinstance(values, dict):
        problems.append(_no_map(f"`{name}`", "", node))
        return {}
    aliases = values.pop(ALIASES, None) or {}
    usual = {key: child for key, child in node.value.items() if key != ALIASES}
    found: dict[str, tuple[Node | None, dict[str, Any]]] = {
        name: (Node(usual, node.position, node.key), values)
    }
    if not isinstance(aliases, dict):
        problems.append(_no_map(f"`{ALIASES}` of `{name}`", _ALIASED, node.value[ALIASES]))
        return found
    for alias, own in aliases.items():
        place = node.value[ALIASES].value[alias]
        wrong = bad_name(alias, "alias", place.key or place.position)
        if wrong is not None:
            problems.append(wrong)
        elif isinstance(own, dict):
            body = Node({**usual, **place.value}, place.position, place.key)
            found[f"{name}.{alias}"] = body, {**values, **own}
        else:
            problems.append(_no_map(f"alias `{alias}` of `{name}`", _ALIASED, place))
    return found


def _no_map(what: str, advice: str, node: Node) -> Diagnostic:
    return error("MLI-CFG-040", f"{what} takes a map of settings", advice, node.position)


ALIASES = "aliases"
"""Where a provider's further settings stand, each under a name of its own."""
_ALIASED = "For example  aliases: {other: {subscription: …}}: what differs there; all else is as above."


def _unknown_aliases(config: Config, catalogue: Catalogue, known: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """What ``provider:`` of blocks and calls names and there is not; each place once."""
    seen: set[Definition] = set()
    for module in config.modules.values():
        definition = module.definition
        if definition in seen:
            continue
        seen.add(definition)
        named: list[Block | Call] = [*definition.blocks, *definition.data, *definition.calls.values()]
        for one in named:
            if one.provider is None:
                continue
            alias = one.provider.value
            registered = catalogue.types.get(one.address.type) if one.address is not None else None
            provider = registered.provider.name if registered is not None else alias.partition(".")[0]
            if alias in known and alias.startswith(f"{provider}."):
                continue
            aliases = [name for name in known if "." in name]
            declared = f"There is: {', '.join(aliases)}. " if aliases else ""
            yield error(
                "MLI-CFG-042",
                f"`{alias}` of {one.label} is no alias of the provider `{provider}`",
                f"{near(alias, aliases)}{declared}Declare it in the stack:  "
                f"{provider}: {{{ALIASES}: {{{alias.partition('.')[2]}: {{…}}}}}}.",
                one.provider.position,
                one.address,
            ).within(module.via)
