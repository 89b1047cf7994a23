"""The row of ``network_rules``, which storage accounts, key vaults and registries share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlinfra.providers.azure.types.schema import Property, choice, strings

_BYPASSES = ("AzureServices", "Logging", "Metrics")


def network_rules(
    source: str, *, path: str = "properties.networkAcls", several_bypasses: bool = False, subnets: bool = True
) -> Property:
    """Who gets through the firewall. ``several_bypasses``: ``bypass`` is a list (storage) and not one word.

    Lists are sets: services answer them in an order of their own.
    """
    fields = [
        Property(
            "default_action",
            "defaultAction",
            choice("Allow", "Deny", description="What happens to whom no rule names.", x_exposes=["Allow"]),
            source,
            required=True,
        ),
        Property(
            "ip_rules",
            "ipRules",
            strings(
                description="Addresses and CIDR ranges that are let in.", x_unordered=True, x_exposes=True
            ),
            source,
            write=_to_ip_rules,
            read=_from_ip_rules,
        ),
    ]
    if several_bypasses:
        schema = {
            "type": "array",
            "items": {"enum": list(_BYPASSES), "x-case-insensitive": True},
            "x-unordered": True,
            "description": "Which services of Azure itself are let in; [] is none.",
        }
        fields.append(Property("bypass", "bypass", schema, source, write=_joined, read=_split))
    elif subnets:
        words = choice("AzureServices", "None", description="Whether services of Azure itself are let in.")
        fields.append(Property("bypass", "bypass", words, source))
    if subnets:
        schema = {
            "type": "array",
            "items": {"type": "string", "x-id": True},
            "x-unordered": True,
            "description": "Ids of the subnets that are let in.",
        }
        fields.append(
            Property("subnets", "virtualNetworkRules", schema, source, write=_to_subnets, read=_from_subnets)
        )
    return Property(
        "network_rules",
        path,
        {"description": "The firewall; left out, everybody gets through that may otherwise."},
        source,
        fields=tuple(fields),
    )


def _to_ip_rules(addresses: Sequence[str]) -> list[dict[str, Any]]:
    return [{"value": address} for address in addresses]


def _from_ip_rules(rules: Sequence[dict[str, Any]]) -> list[str]:
    """A single address is answered with ``/32`` by some services (B, T)."""
    return [str(rule.get("value", "")).removesuffix("/32") for rule in rules]


def _to_subnets(ids: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": id} for id in ids]


def _from_subnets(rules: Sequence[dict[str, Any]]) -> list[str]:
    return [str(rule.get("id", "")) for rule in rules]


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words) or "None"


def _split(words: str) -> list[str]:
    return [word for part in words.split(",") if (word := part.strip()) and word != "None"]
