"""What of a vault and a workspace is softly gone: asked for, recovered, purged; against the simulator."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Grave, ProviderError, SoftDeletes
from mlinfra.providers.azure import provider
from tests.providers.azure.fake import GROUP, FakeTransport, Reply, connection, error
from tests.providers.azure.types.test_lifecycles import Cloud, cloud, simulator
from tests.providers.azure.types.test_ml_lifecycles import Lab, lab

__all__ = ["cloud", "lab", "simulator"]

VAULT: Any = provider.types["key_vault"]
WORKSPACE: Any = provider.types["workspace"]


def buried(cloud: Cloud, **body: Any) -> tuple[str, Attrs]:
    """A vault that is deleted: its id, and what is wanted of the next one."""
    attrs = cloud.attrs("key_vault", {"name": "kv-kept", **body})
    id = str(cloud.create("key_vault", attrs)["id"])
    cloud.delete("key_vault", id)
    cloud.simulator.advance(10)
    return id, attrs


def step(cloud: Cloud, name: str, op: Op, id: str, attrs: Attrs) -> Attrs | None:
    type_ = provider.types[name]
    progress = type_.begin(cloud.conn, op, id, None, attrs)
    while not isinstance(progress, Done):
        cloud.simulator.advance(progress.after)
        progress = type_.resume(cloud.conn, progress)
    return progress.attrs


def test_both_types_keep_names_and_no_others_do() -> None:
    keeping = {name for name, type_ in provider.types.items() if isinstance(type_, SoftDeletes)}
    assert keeping == {"key_vault", "workspace"}


def test_a_deleted_vault_is_found_with_the_day_on_which_its_name_is_free(cloud: Cloud) -> None:
    id, attrs = buried(cloud, soft_delete_retention_days=7)
    other = id.replace("kv-kept", "kv-other")
    found = VAULT.graves(cloud.conn, {id: attrs, other: {**attrs, "name": "kv-other"}})
    assert found == {id: Grave(id, "2026-01-12"), other: None}


def test_a_protected_vault_cannot_be_purged(cloud: Cloud) -> None:
    id, attrs = buried(cloud, purge_protection=True)
    assert VAULT.graves(cloud.conn, {id: attrs})[id].purgeable is False
    with pytest.raises(ProviderError) as caught:
        step(cloud, "key_vault", Op.PURGE, id, attrs)
    assert not caught.value.retryable


def test_who_may_not_look_at_deleted_vaults_is_told_nothing() -> None:
    message = (
        "The client 'c' does not have authorization to perform action "
        "'Microsoft.KeyVault/locations/deletedVaults/read' over scope '/subscriptions/s'."
    )
    id = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
    asked = f"{GROUP.partition('/resourceGroups')[0]}/providers/Microsoft.KeyVault/locations/westeurope"
    refused = Reply(403, error("AuthorizationFailed", message))
    transport = FakeTransport({f"get {asked}/deletedVaults/kv".lower(): refused})
    assert VAULT.graves(connection(transport), {id: {"location": "westeurope"}}) == {}
    assert len(transport.asked) == 1


def test_a_vault_whose_location_is_not_known_is_not_asked_for() -> None:
    transport = FakeTransport({})
    assert VAULT.graves(connection(transport), {f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv": {}}) == {}
    assert transport.asked == []


def test_a_recovered_vault_has_what_it_had(cloud: Cloud) -> None:
    id, attrs = buried(cloud, tags={"team": "churn"}, soft_delete_retention_days=7)
    wanted = {**attrs, "tags": {"team": "forecast"}}
    found = step(cloud, "key_vault", Op.RECOVER, id, wanted)
    assert found is not None and found["tags"] == {"team": "churn"}
    assert step(cloud, "key_vault", Op.RECOVER, id, wanted) == found  # an earlier try got through


def test_a_purged_vault_leaves_its_name(cloud: Cloud) -> None:
    id, attrs = buried(cloud)
    assert step(cloud, "key_vault", Op.PURGE, id, attrs) is None
    assert step(cloud, "key_vault", Op.PURGE, id, attrs) is None  # there is nothing left to purge
    assert cloud.create("key_vault", attrs)["id"] == id


def test_nobody_tells_which_workspaces_are_softly_gone(lab: Lab) -> None:
    made = lab.workspace()
    lab.delete("workspace", made["id"])
    assert WORKSPACE.graves(lab.conn, {made["id"]: made}) == {}


def test_a_recovered_workspace_is_the_one_that_was_deleted(lab: Lab) -> None:
    made = lab.workspace()
    lab.delete("workspace", made["id"])
    attrs = lab.attrs("workspace", {"name": "mlw", **lab.needs})
    found = step(lab, "workspace", Op.RECOVER, made["id"], attrs)
    assert found is not None and found["workspace_id"] == made["workspace_id"]


def test_a_purged_workspace_leaves_its_name(lab: Lab) -> None:
    made = lab.workspace()
    lab.delete("workspace", made["id"])
    attrs = lab.attrs("workspace", {"name": "mlw", **lab.needs})
    assert step(lab, "workspace", Op.PURGE, made["id"], attrs) is None
    assert lab.create("workspace", attrs)["workspace_id"] != made["workspace_id"]


def test_a_workspace_that_is_alive_is_not_purged(lab: Lab) -> None:
    made = lab.workspace()
    with pytest.raises(ProviderError) as caught:
        WORKSPACE.begin(lab.conn, Op.PURGE, made["id"], None, made)
    assert caught.value.code == "MLI-AZ-CHANGED"
    assert lab.read("workspace", made["id"]) is not None
