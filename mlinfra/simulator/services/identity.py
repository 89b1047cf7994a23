"""Microsoft.ManagedIdentity: user-assigned identities and their federated credentials.

Wire facts: the REST specification 2023-01-31 and recordings of azure-cli (ids answer ``/resourcegroups/``).
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.identities import USER_ASSIGNED
from mlinfra.simulator.kinds import Accept, Kind, Names, Service
from mlinfra.simulator.shapes import Items, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.world import Call

VERSIONS = ("2024-11-30", "2023-01-31", "2018-11-30", "2015-08-31-preview")

MOST_CREDENTIALS = 20
"""Federated credentials of one identity (documentation workload-identity-federation-considerations)."""


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """A new identity is a new principal, also when one of the same name was deleted before."""
    if prior is None:
        assert call.kind is not None
        id = canonical_id(call, call.kind)
        principal = call.world.principal("ServicePrincipal", id)
        body["properties"].update(
            tenantId=call.world.tenant, principalId=principal.id, clientId=call.ids.guid("client", id)
        )


def _prepare_credential(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    others = [
        one
        for one in call.store.under(call.path.parent, CREDENTIALS.type)
        if prior is None or one.id != prior.id
    ]
    if prior is None and len(others) >= MOST_CREDENTIALS:
        text = f"An identity can have {MOST_CREDENTIALS} federated identity credentials at most."
        raise ArmError(400, "BadRequest", text)
    for other in others:
        same = all(other.properties.get(key) == properties.get(key) for key in ("issuer", "subject"))
        if same:
            text = f"Issuer and subject combination already exists for this Managed Identity: '{other.name}'."
            raise ArmError(409, "FederatedCredentialAlreadyExists", text)


IDENTITIES = Kind(
    type=USER_ASSIGNED,
    api_versions=VERSIONS,
    short={"*": "no tokens are issued to it"},
    names=Names(pattern=re.compile(r"[a-zA-Z0-9][-_a-zA-Z0-9]{2,127}")),
    shape=Object({"properties": Object({"isolationScope": Text(among=("None", "Regional"))})}),
    computed=(("properties", "tenantId"), ("properties", "principalId"), ("properties", "clientId")),
    # R: a relative Location that is the identity itself, and no operation
    create=Accept(status=201, headers=("self-relative",)),
    id_group="resourcegroups",
    state="",
    prepare=_prepare,
)

CREDENTIALS = Kind(
    type=USER_ASSIGNED + "/federatedIdentityCredentials",
    api_versions=("2024-11-30", "2023-01-31", "2022-01-31-preview"),
    short={"*": "nobody signs in by it"},
    names=Names(pattern=re.compile(r"[a-zA-Z0-9][-_a-zA-Z0-9]{2,119}")),
    shape=Object(
        {
            "properties": Object(
                {"issuer": Text(), "subject": Text(), "audiences": Items(Text(), most=1)},
                required=("issuer", "subject", "audiences"),
            )
        },
        required=("properties",),
    ),
    location="none",
    tags=0,
    state="",
    patch=None,
    list_scopes=("parent",),
    prepare=_prepare_credential,
)


SERVICE = Service(namespace="Microsoft.ManagedIdentity", kinds=(IDENTITIES, CREDENTIALS))
