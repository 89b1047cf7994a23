"""Soft-deleted workspaces: kept, brought back, purged.

Documentation concept-soft-delete: 14 days; data and metadata are kept (datastores, environments, data,
models, jobs), computes and endpoints are gone for good; of role assignments only those of the workspace's own
identity come back; what the workspace stands on has to be there first. Azure publishes no operation that
lists them (Azure/azure-cli#33756), so there is none here.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.kinds import Accept
from mlinfra.simulator.services.ml_dependents import DEPENDENTS
from mlinfra.simulator.services.ml_errors import bad_request, validation_error
from mlinfra.simulator.store import Deleted, Principal, Resource, dump, load
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import DAY, Call, World

WORKSPACE = "Microsoft.MachineLearningServices/workspaces"

RETENTION = 14 * DAY
"""How long a soft-deleted workspace keeps its name."""

_LOST = frozenset({f"{WORKSPACE}/computes"})
"""What lies in a workspace and does not come back with it."""


def keep(world: World, workspace: Resource) -> None:
    """Lay aside what will come back with the workspace, before what lies in it goes. Once is enough."""
    if workspace.data.get("purge") or not workspace.data.get("made") or "kept" in workspace.data:
        return
    beneath = world.store.under(workspace.id)
    workspace.data["kept"] = [
        dump(one) for one in beneath if one.type.startswith(f"{WORKSPACE}/") and one.type not in _LOST
    ]
    world.store.put(workspace)


def bury(world: World, workspace: Resource) -> None:
    """Gone softly unless it was purged. One that was never made has nothing to keep (assumed)."""
    if workspace.data.get("purge") or not workspace.data.get("made"):
        return
    workspace.operation, workspace.state = "", "Succeeded"
    world.store.bury(Deleted(workspace, world.now, world.now + RETENTION))


def revive(call: Call, body: dict[str, Any], id: str) -> Resource | None:
    """What a PUT with ``allowRecoverSoftDeletedWorkspace`` brings back; None where nothing is buried.

    The key is of preview versions (B: 2022-01-01-preview; azure-ai-ml's template sends it with
    2023-04-01-preview): others do not read it. Raises ArmError 400 BadRequest where it is not sent
    (Azure/ResourceModules#3596, whose log shows it at the end of the operation; status 400 to the PUT is
    assumed), ValidationError where something it stands on is gone. The name is blocked in its own group only.
    """
    grave = next(
        (
            one
            for one in call.store.buried(WORKSPACE, call.path.name)
            if one.resource.id.lower() == id.lower()
        ),
        None,
    )
    if grave is None:
        return None
    workspace = grave.resource
    allowed = body["properties"].pop("allowRecoverSoftDeletedWorkspace", "False") == "True"
    if not allowed or not call.api_version.endswith("-preview"):
        raise bad_request(
            f"A soft-deleted workspace '{workspace.name}' exists. Purge or recover it before you "
            "use the name again. https://aka.ms/wsoftdelete"
        )
    for key in DEPENDENTS:
        needed = workspace.properties.get(key)
        if needed and not call.store.exists(needed):
            raise validation_error(f"'{needed}', which the workspace stands on, has to be recovered first.")
    call.store.forget(workspace.id)
    workspace.changed = call.now
    return workspace


def come_back(world: World, workspace: Resource) -> None:
    """The end of a recovery: what was laid aside is there again, and the workspace's identity is known."""
    for one in workspace.data.pop("kept", ()):
        world.store.put(load(one))
    principal = (workspace.body.get("identity") or {}).get("principalId")
    if principal:
        world.store.put_principal(Principal(principal, "ServicePrincipal", workspace.id, world.now))


def purge(call: Call, accept: Accept) -> Answer | None:
    """A DELETE with ``forceToPurge`` of what is soft-deleted already ends it for good.

    Azure/ResourceModules' clean-up sends it after each removal. None where nothing is buried under the id.
    """
    if call.query.get("forcetopurge", "").lower() != "true":
        return None
    for grave in call.store.buried(WORKSPACE, call.path.name):
        if grave.resource.id.lower() == call.path.text.lower():
            operation = call.begin(grave.resource, "purge", accept)
            return Answer(accept.status, None, call.links(operation, accept, grave.resource.id))
    return None
