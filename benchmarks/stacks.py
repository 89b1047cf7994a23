"""Stacks of any size, as text: every resource a block of its own, as people write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

Stack: TypeAlias = Callable[[int], Iterator[str]]
"""Makes the text of a stack with so many resources."""

GROUP = 10
"""Resources in a group of `fan_out`: one, and those that refer to it."""

_HEAD = """\
stack: {name}
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: eastus}}
resources:
"""


def fan_out(count: int) -> Iterator[str]:
    """``count`` resources in groups of ten, nine of which refer to the id of the first.

    The shape of the peer's ``data``: each has a name, a location, a size and (nine of ten) a dependency. They
    are the lightest resources there are, so that the engine is measured and not a service. The resource
    group that they lie in comes on top.
    """
    yield _HEAD.format(name="fan-out")
    yield "  resource_group:\n    main: {name: rg-fan-out}\n"
    yield "  user_assigned_identity:\n"
    for i in range(count):
        first = i // GROUP * GROUP
        dependency = f', dep: "${{user_assigned_identity.r{first}.id}}"' if i != first else ""
        yield f'    r{i}: {{name: res-{i}, location: eastus, tags: {{size: "{i}"{dependency}}}}}\n'


_FIXED = """\
  resource_group:
    main: {name: rg-mixed}
  workspace:
    main:
      name: mlw-mixed
      storage_account: ${storage_account.r0.id}
      key_vault: ${key_vault.r0.id}
      application_insights: ${application_insights.r0.id}
"""
_FIXED_COUNT = 2

_MIXED: dict[str, tuple[int, str]] = {
    "storage_account": (3, "name: stmixed{n}, sku: Standard_LRS, tags: {{team: churn}}"),
    "key_vault": (2, "name: kv-mixed-{n}"),
    "log_analytics_workspace": (1, "name: log-mixed-{n}"),
    "application_insights": (
        2,
        "name: appi-mixed-{n}, log_analytics_workspace: '${{log_analytics_workspace.r0.id}}'",
    ),
    "container_registry": (2, "name: crmixed{n}, sku: Basic"),
    "user_assigned_identity": (3, "name: id-mixed-{n}"),
    "compute": (2, "type: amlcompute, name: cpu{n}, size: STANDARD_DS11_V2, max_instances: 2"),
    "datastore": (
        2,
        "type: azure_blob, name: raw{n}, account_name: '${{storage_account.r{n}.name}}', container_name: raw",
    ),
    "environment": (1, "name: env{n}, image: 'docker.io/library/python:3.11', tags: {{team: churn}}"),
    "role_assignment": (
        2,
        "role: Reader, scope: '${{resource_group.main.id}}', "
        "principal: '${{user_assigned_identity.r{n}.principal_id}}', principal_type: ServicePrincipal",
    ),
}
"""Of twenty resources: how many are of a type, and the body of the ``n``-th of that type."""


def mixed(count: int) -> Iterator[str]:
    """``count`` resources of twelve types, in and around one workspace; one asset name in twenty.

    ``count`` is 22 or more: the workspace needs one of each of what it stands on.
    """
    yield _HEAD.format(name="mixed")
    yield _FIXED
    kinds = [kind for kind, (share, _) in _MIXED.items() for _ in range(share)]
    counts = dict.fromkeys(_MIXED, 0)
    for i in range(count - _FIXED_COUNT):
        counts[kinds[i % len(kinds)]] += 1
    for kind, (_, body) in _MIXED.items():
        yield f"  {kind}:\n"
        for n in range(counts[kind]):
            yield f"    r{n}: {{{body.format(n=n)}}}\n"
