"""The settings of providers: what stands under a top-level key that is a provider's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.config.expression import evaluate
from mlinfra.config.scope import base_scope
from mlinfra.engine.check import Subject, check_body, near
from mlinfra.engine.schema import Schema, with_defaults
from mlinfra.model.configuration import Backend, Config
from mlinfra.model.diagnostic import Diagnostic, error, refuse_errors
from mlinfra.model.value import is_sensitive, reveal
from mlinfra.providers.api import Catalogue

_LANGUAGE = ("stack", "backend", "variables", "locals", "resources", "outputs", "policy")


@dataclass(frozen=True, slots=True)
class Settings:
    """Evaluated settings by provider; of a provider that the stack does not mention, its defaults."""

    by_provider: Mapping[str, Mapping[str, Any]]
    secret: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, provider: str) -> Mapping[str, Any]:
        """All settings, secrets included; for connecting."""
        return self.by_provider.get(provider, {})

    def recordable(self, provider: str) -> dict[str, Any]:
        """Those that may be written into state."""
        hidden = self.secret.get(provider, frozenset())
        return {key: value for key, value in self.of(provider).items() if key not in hidden}

    def current(self, provider: str, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        """Recorded settings with the secrets of today, where they are still the stack's own settings."""
        return self.of(provider) if self.recordable(provider) == dict(recorded) else recorded


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
        node = config.settings.get(name)
        values: dict[str, Any] = {}
        if node is not None:
            values = evaluate(node, scope, problems)
            if not isinstance(values, dict):
                problems.append(error("MLI-CFG-040", f"`{name}` takes a map of settings", "", node.position))
                continue
            problems.extend(check_body(Subject(f"`{name}`", node, node.key or node.position), values, schema))
        found[name] = with_defaults(reveal(values), schema)
        declared = {k for k, p in schema.get("properties", {}).items() if p.get("x-sensitive")}
        secret[name] = frozenset(declared | {k for k, value in values.items() if is_sensitive(value)})
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
    return Settings(found, secret)
