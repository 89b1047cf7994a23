"""What stacks and modules look like: bodies out of which the keys of the language have their examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from mlinfra.providers.api import Catalogue, ResourceType

Sample: TypeAlias = Mapping[str, Any]

_SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_GROUP = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg-churn"
_VAULT = {
    "vault": "kv-keys",
    "key": "state",
    "version": "0123456789abcdef0123456789abcdef",
    "cloud": "public",
}
_VARIABLES = {
    "nodes": {
        "type": "number",
        "default": 2,
        "description": "How many nodes the cluster grows to.",
        "sensitive": False,
        "nullable": False,
        "deprecated": "Use var.size instead.",
        "validation": [
            {"condition": "${var.nodes <= 20}", "message": "Ask before taking more than 20 nodes."}
        ],
    }
}
_BLOB = {
    "account": "ststates",
    "container": "states",
    "key": "churn/dev",
    "cloud": "public",
    "tenant": "00000000-0000-0000-0000-000000000002",
    "endpoint": "https://ststates.blob.core.windows.net",
}
_BACKENDS: tuple[Sample, ...] = (
    {"local": {"folder": "state"}},
    {"azure_blob": {**_BLOB, "sas": "${var.state_sas}"}},
    {"azure_blob": {**_BLOB, "access_key": "${var.state_key}"}},
    {"postgres": {"url": "postgresql://mlinfra@db.example.org/states", "name": "churn-dev"}},
    {
        "postgres": {
            "host": "db.example.org",
            "port": 5432,
            "database": "states",
            "user": "mlinfra",
            "password": "${var.password}",
        }
    },
)
_CHECK = {"condition": '${self.location == "westeurope"}', "message": "Data stays in Europe."}

LANGUAGE: tuple[Sample, ...] = (
    {
        "stack": "churn-dev",
        "description": "A pool of nodes for a team.",
        "include": ["teams/*.yaml"],
        "azure": {
            "subscription": "${var.subscription}",
            "location": "westeurope",
            "resource_group": "rg-churn",
            "cloud": "public",
            "tenant": "00000000-0000-0000-0000-000000000002",
            "aliases": {
                "other": {
                    "subscription": "00000000-0000-0000-0000-000000000003",
                    "location": "northeurope",
                    "resource_group": "rg-shared",
                    "cloud": "public",
                    "tenant": "00000000-0000-0000-0000-000000000002",
                }
            },
        },
        "variables": _VARIABLES,
        "inputs": _VARIABLES,
        "locals": {"name": "churn-${var.stage}"},
        "resources": {"resource_group": {"main": {"name": "rg-churn"}}},
        "data": {
            "resource_group": {"shared": {"name": "rg-shared"}},
            "stack_output": {"network": {"stack": "../network", "variables": {"stage": "dev"}}},
        },
        "modules": {
            "pool": {
                "source": "../modules/pool",
                "inputs": {"team": "churn"},
            }
        },
        "outputs": {
            "studio": {
                "value": "${workspace.main.studio_url}",
                "description": "Where the workspace opens in a browser.",
                "sensitive": False,
            }
        },
        "checks": {
            "europe": {
                "condition": '${workspace.main.location == "westeurope"}',
                "message": "Data stays in Europe.",
                "severity": "warning",
            }
        },
        "moved": [{"from": "compute.cpu", "to": 'module.pool["churn"].compute.cpu'}],
        "removed": [{"from": "compute.lab", "destroy": False}],
        "import": [{"to": "resource_group.main", "id": _GROUP}],
        "policy": {
            "file": "policies/team.yaml",
            "rules": {"AZ-NET-001": {"severity": "error"}},
            "declared": {
                "europe": {
                    "match": '${type == "storage_account"}',
                    "require": '${after.location == "westeurope"}',
                    "message": "it lies outside of Europe",
                    "severity": "error",
                    "why": "Data of customers stays in Europe.",
                    "mend": "Write  location: westeurope.",
                }
            },
            "exceptions": [
                {
                    "rule": "AZ-NET-001",
                    "address": "workspace.main",
                    "owner": "ana@example.org",
                    "reason": "The private endpoint comes with the new network.",
                    "expires": "2027-03-31",
                }
            ],
            "strict": True,
        },
    },
    {"import": [{"to": "compute.pool", "id": "${each.value}", "for_each": {"cpu": f"{_GROUP}/…/cpu"}}]},
    *({"backend": backend} for backend in _BACKENDS),
    *({"data": {"stack_output": {"network": {"name": "network-dev", "backend": b}}}} for b in _BACKENDS),
    {"policy": {"exceptions": [{"stack": "churn-dev"}]}},
    {"data": {"stack_output": {"network": {"encryption": {"environment": "NETWORK_STATE_KEY"}}}}},
    {"encryption": {"key_vault": _VAULT, "fallback": "plain"}},
    {"encryption": {"environment": "MLINFRA_STATE_KEY", "fallback": {"passphrase": "${var.passphrase}"}}},
    {"encryption": {"file": "/etc/mlinfra/key", "fallback": {"file": "/etc/mlinfra/earlier-key"}}},
    {"encryption": {"passphrase": "${var.passphrase}", "fallback": {"environment": "MLINFRA_OLD_KEY"}}},
    {"encryption": {"fallback": {"key_vault": _VAULT}}},
)
"""Everything that the language has, but for what stands in resources."""

BESIDE: tuple[Sample, ...] = (
    {
        "file": "compute/cpu.yml",
        "for_each": ["ana", "bruno"],
        "count": 2,
        "when": '${var.stage == "prod"}',
        "depends_on": ["workspace.main"],
        "parent": "workspace.main",
        "provider": "azure.other",
        "lifecycle": {
            "prevent_destroy": True,
            "create_before_destroy": True,
            "keep_on_remove": True,
            "replace_triggered_by": ["environment.sklearn.version"],
            "ignore_changes": ["tags"],
            "allow_unmanaged_loss": True,
            "keep_versions": 3,
            "on_soft_deleted": "recover",
        },
        "checks": {"before": [_CHECK], "after": [_CHECK]},
        "timeouts": {"create": "30m", "update": "30m", "delete": "1h"},
        "import": _GROUP,
    },
    {
        "file": {"path": "compute/cpu.yml", "expressions": True},
        "import": {"id": _GROUP},
    },
)
"""The keys of mlinfra beside a resource's own."""


def samples(catalogue: Catalogue) -> Iterator[Sample]:
    """Stacks and modules, then each type with the bodies that it shows of itself."""
    yield from LANGUAGE
    for name, registered in catalogue.types.items():
        for body in bodies(registered.type):
            yield {"resources": {name: {"main": body}}, "data": {name: {"main": body}}}
        yield {"data": {name: {"main": {"id": _GROUP}}}}
    first = next(iter(catalogue.types), "")
    for beside in BESIDE:
        yield {"resources": {first: {"main": beside}}, "modules": {"pool": beside}}


def bodies(type_: ResourceType[Any]) -> Iterator[Sample]:
    """Those that a type shows of itself: what tests create, and more for the other keys."""
    schema = type_.schema({})
    yield from schema.get("x-examples", {}).values()
    for word in ("x-example", "x-example-update"):
        if word in schema:
            yield schema[word]
    yield from schema.get("x-example-more", ())
