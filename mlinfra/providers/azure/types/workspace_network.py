"""The managed network of a workspace: isolation mode and outbound rules.

Azure adds rules of its own (category Required, Recommended, Dependency). They are nobody's attribute and must
not be sent back: "it would result in bad request" (P/operations/_workspace_operations_base.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.ml_words import newer, pascal, refused, shaped, snake, spelled
from mlinfra.providers.azure.types.schema import Property, choice, flag, text

_SOURCE = "P/_schema/workspace/networking.py; S ManagedNetworkSettings"

_MODES = ("disabled", "allow_internet_outbound", "allow_only_approved_outbound")
"""In the order in which a workspace may move, never back (D:how-to-managed-network)."""

_TYPES = {"fqdn": "FQDN", "service_tag": "ServiceTag", "private_endpoint": "PrivateEndpoint"}

_DESTINATION = {
    "service_tag": "serviceTag",
    "protocol": "protocol",
    "port_ranges": "portRanges",
    "service_resource_id": "serviceResourceId",
    "subresource_target": "subresourceTarget",
    "spark_enabled": "sparkEnabled",
}


def _rules_schema() -> dict[str, Any]:
    destination = shaped(
        {
            "type": ["string", "object"],
            "description": "A host name (fqdn), or what the service tag or the private endpoint leads to.",
        },
        _SOURCE,
        Property("service_tag", "", text(description="service_tag: the name of the tag."), _SOURCE),
        Property(
            "protocol",
            "",
            text(description="service_tag: TCP, UDP, ICMP or *.", x_case_insensitive=True),
            _SOURCE,
        ),
        Property("port_ranges", "", text(description="service_tag: ports, as in `80, 8080-8089`."), _SOURCE),
        Property(
            "service_resource_id",
            "",
            text(description="private_endpoint: the id of the target.", x_id=True),
            _SOURCE,
        ),
        Property(
            "subresource_target",
            "",
            text(description="private_endpoint: the part of it, as in `blob`.", x_case_insensitive=True),
            _SOURCE,
        ),
        Property(
            "spark_enabled", "", flag(description="private_endpoint: whether Spark jobs use it too."), _SOURCE
        ),
        refused("address_prefixes", newer("2025-12-01"), "B; S has it read-only"),
    )
    return shaped(
        {
            "type": "array",
            "description": "What may be reached from it; rules that Azure adds by itself are left alone.",
            "x-key": "name",
        },
        _SOURCE,
        Property("name", "", text(minLength=1, description="The rule's name."), _SOURCE, required=True),
        Property(
            "type",
            "",
            choice(*_TYPES, description="What kind of rule.", x_case_insensitive=True),
            _SOURCE,
            required=True,
        ),
        Property("destination", "", destination, _SOURCE, required=True),
        refused("fqdns", newer("2025-12-01"), "B"),
    )


def _write_rules(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {rule["name"]: _write_rule(rule) for rule in rules}


def _write_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    destination = rule["destination"]
    if isinstance(destination, Mapping):
        destination = {_DESTINATION[key]: value for key, value in destination.items() if value is not None}
    return {
        "type": _TYPES.get(str(rule["type"]).lower(), rule["type"]),
        "category": "UserDefined",
        "destination": destination,
    }


def _read_rules(rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_read_rule(name, rules[name]) for name in sorted(rules) if users_own(rules[name])]


def _read_rule(name: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    words = {arm.lower(): word for word, arm in _TYPES.items()}
    destination = rule.get("destination")
    if isinstance(destination, Mapping):
        destination = {
            key: destination[arm] for key, arm in _DESTINATION.items() if destination.get(arm) is not None
        }
    kind = str(rule.get("type", ""))
    return {"name": name, "type": words.get(kind.lower(), kind), "destination": destination}


def users_own(rule: Any) -> bool:
    """Whether a rule was written by people and not by the service."""
    return isinstance(rule, Mapping) and str(rule.get("category") or "UserDefined").lower() == "userdefined"


MANAGED_NETWORK = Property(
    "managed_network",
    "properties.managedNetwork",
    {"description": "The network that Azure manages for the workspace. Its isolation only ever grows."},
    "P/operations; D:how-to-managed-network; B",
    fields=(
        Property(
            "isolation_mode",
            "isolationMode",
            choice(*_MODES, description="How far it is closed.", x_case_insensitive=True, x_pascal=True),
            _SOURCE + "; D:how-to-managed-network (never back)",
            required=True,
            write=pascal,
            read=snake,
        ),
        Property(
            "outbound_rules",
            "outboundRules",
            _rules_schema(),
            _SOURCE + "; P/operations",
            write=_write_rules,
            read=_read_rules,
            whole=True,
        ),
        refused("firewall_sku", newer("2024-10-01"), _SOURCE),
    ),
)
"""The row of ``managed_network``."""


def writable_network(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What was read, fit to be sent back: no state, only the rules of people."""
    kept = {key: value for key, value in raw.items() if key in ("isolationMode", "managedNetworkKind")}
    rules = raw.get("outboundRules")
    if isinstance(rules, Mapping):
        kept["outboundRules"] = {
            name: {key: value for key, value in rule.items() if key not in ("status", "parentRuleNames")}
            for name, rule in rules.items()
            if users_own(rule)
        }
    return kept


def refuse_less_isolation(prior: Attrs | None, desired: Attrs) -> None:
    """Raise ProviderError when the network should become more open than it is: Azure never does that."""
    before, after = _mode(prior), _mode(desired)
    if before in _MODES and after in _MODES and _MODES.index(after) < _MODES.index(before):
        raise ProviderError(
            "MLI-AZ-ONE-WAY",
            f"a managed network cannot go back from {before} to {after}",
            path=("managed_network", "isolation_mode"),
            hint=f"Write {before}; another mode takes a new workspace.",
            sent=False,
        )


def _mode(attrs: Attrs | None) -> str:
    network = (attrs or {}).get("managed_network")
    return str(spelled(network.get("isolation_mode", ""), _MODES)) if isinstance(network, Mapping) else ""


def normal_network(value: Any) -> Any:
    """Modes and kinds of rules in az ml's spelling."""
    if not isinstance(value, Mapping):
        return value
    result = dict(value)
    if isinstance(result.get("isolation_mode"), str):
        result["isolation_mode"] = spelled(result["isolation_mode"], _MODES)
    if isinstance(result.get("outbound_rules"), list):
        result["outbound_rules"] = [
            {**rule, "type": rule["type"].lower()}
            if isinstance(rule, Mapping) and isinstance(rule.get("type"), str)
            else rule
            for rule in result["outbound_rules"]
        ]
    return result
