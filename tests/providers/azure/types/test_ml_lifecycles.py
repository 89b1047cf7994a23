"""Workspaces, computes and role assignments through their lives, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mlinfra.engine.schema import comparable, with_defaults
from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import provider
from mlinfra.simulator import Simulator
from tests.providers.azure.types.test_lifecycles import Cloud


class Lab(Cloud):
    """A cloud with all that a workspace needs."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        names = {
            "storage_account": "stlab",
            "key_vault": "kv-lab",
            "application_insights": "appi-lab",
            "user_assigned_identity": "id-lab",
        }
        self.made = {
            name: self.create(name, self.attrs(name, {"name": word})) for name, word in names.items()
        }
        self.needs = {name: self.made[name]["id"] for name in names if name != "user_assigned_identity"}

    def attrs(self, name: str, body: Mapping[str, Any]) -> Attrs:
        if name not in ("compute", "datastore", "role_assignment"):
            return super().attrs(name, body)
        type_ = provider.types[name]
        return type_.normalize(with_defaults(dict(body), type_.schema(dict(body))))

    def workspace(self, **body: Any) -> Attrs:
        return self.create("workspace", self.attrs("workspace", {"name": "mlw", **self.needs, **body}))

    def compute(self, workspace: Attrs, **body: Any) -> tuple[Attrs, Attrs]:
        """What was wanted, and what was made."""
        place = {"workspace": workspace["id"], "location": workspace["location"]}
        wanted = self.attrs("compute", {"name": "one", **place, **body})
        return wanted, self.create("compute", wanted)

    @property
    def principal(self) -> str:
        return str(self.made["user_assigned_identity"]["principal_id"])


@pytest.fixture
def lab() -> Iterator[Lab]:
    simulator = Simulator()
    yield Lab(simulator)
    simulator.close()


def differing(name: str, wanted: Mapping[str, Any], found: Attrs) -> dict[str, Any]:
    """What a plan would see: compared by the schema's words, write-only keys aside."""
    schema = provider.types[name].schema(found)
    different = {}
    for key, value in wanted.items():
        one, other = (comparable({key: side}, schema) for side in (value, found.get(key)))
        if one != other:
            different[key] = (value, found.get(key))
    return different


# Workspaces ---------------------------------------------------------------------------------------


def test_a_workspace_and_its_changes(lab: Lab) -> None:
    made = lab.workspace(description="first", display_name="Lab", tags={"team": "churn"})
    assert made["principal_id"] and made["workspace_id"] and made["studio_url"].startswith("https://ml.azure")
    assert lab.read("workspace", made["id"]) == made

    change = {"description": "second", "image_build_compute": "cpu", "v1_legacy_mode": True}
    updated = lab.update("workspace", made, change)
    assert differing("workspace", {**made, **change}, updated) == {}


def test_a_user_identity_is_given_and_taken_away(lab: Lab) -> None:
    made = lab.workspace()
    user = {"resource_id": lab.made["user_assigned_identity"]["id"]}
    both = {"type": "system_assigned,user_assigned", "user_assigned_identities": [user]}
    updated = lab.update("workspace", made, {"identity": both})
    assert differing("workspace", {"identity": both}, updated) == {}
    assert updated["principal_id"] == made["principal_id"], "it stays the same principal"


def test_rules_of_a_managed_network_come_and_go(lab: Lab) -> None:
    host = {"name": "host", "type": "fqdn", "destination": "packages.example.org"}
    tag = {
        "name": "tag",
        "type": "service_tag",
        "destination": {"service_tag": "DataFactory", "protocol": "TCP", "port_ranges": "80, 8080"},
    }
    network = {"isolation_mode": "allow_only_approved_outbound", "outbound_rules": [host, tag]}
    made = lab.workspace(managed_network=network)
    assert differing("workspace", {"managed_network": network}, made) == {}

    network = {**network, "outbound_rules": [tag]}
    updated = lab.update("workspace", made, {"managed_network": network})
    assert differing("workspace", {"managed_network": network}, updated) == {}

    with pytest.raises(ProviderError) as caught:
        lab.update("workspace", updated, {"managed_network": {"isolation_mode": "disabled"}})
    assert caught.value.code == "MLI-AZ-ONE-WAY"


def test_a_workspace_that_is_deleted_keeps_its_name(lab: Lab) -> None:
    made = lab.workspace()
    lab.delete("workspace", made["id"])
    assert lab.read("workspace", made["id"]) is None
    with pytest.raises(ProviderError) as caught:
        lab.workspace()
    assert caught.value.code == "MLI-AZ-SOFT-DELETED"


def test_what_a_workspace_points_to_must_be_there(lab: Lab) -> None:
    with pytest.raises(ProviderError) as caught:
        lab.workspace(key_vault=f"{lab.needs['key_vault']}-not-there")
    assert "kv-lab-not-there" in str(caught.value)


# Computes -----------------------------------------------------------------------------------------

CLUSTER = {
    "type": "amlcompute",
    "size": "Standard_DS11_v2",
    "tier": "low_priority",
    "min_instances": 0,
    "max_instances": 2,
    "idle_time_before_scale_down": "PT5M",
    "ssh_settings": {"admin_username": "ana", "admin_password": "Not-a-secret-1"},
    "identity": {"type": "system_assigned"},
    "tags": {"team": "churn"},
}
INSTANCE = {
    "type": "computeinstance",
    "size": "Standard_DS11_v2",
    "description": "for Ana",
    "schedules": {
        "compute_start_stop": [
            {"action": "stop", "trigger": {"type": "cron", "expression": "0 18 * * *"}},
            {
                "action": "start",
                "trigger": {
                    "type": "recurrence",
                    "frequency": "week",
                    "interval": 1,
                    "schedule": {"hours": [8], "minutes": [0], "week_days": ["monday", "friday"]},
                },
            },
        ]
    },
}


def test_a_cluster_and_its_changes(lab: Lab) -> None:
    wanted, made = lab.compute(lab.workspace(), **CLUSTER)
    sent = {key: value for key, value in wanted.items() if key != "ssh_settings"}
    assert differing("compute", sent, made) == {}
    assert made["ssh_settings"] == {"admin_username": "ana"}
    assert made["principal_id"]
    assert made["provisioning_state"] == "Succeeded"

    change = {"max_instances": 4, "idle_time_before_scale_down": 60, "identity": {"type": "none"}}
    updated = lab.update("compute", made, change)
    assert differing("compute", {**sent, **change}, updated) == {}
    lab.delete("compute", made["id"])
    assert lab.read("compute", made["id"]) is None


def test_an_instance_and_its_schedules(lab: Lab) -> None:
    wanted, made = lab.compute(lab.workspace(), **INSTANCE)
    assert differing("compute", wanted, made) == {}
    assert made["state"] == "Running"

    entries = INSTANCE["schedules"]["compute_start_stop"]  # type: ignore[index]
    change = {"schedules": {"compute_start_stop": [{**entries[0], "state": "disabled"}]}}
    updated = lab.update("compute", made, change)
    assert differing("compute", {**wanted, **lab.attrs("compute", {**wanted, **change})}, updated) == {}


def test_a_compute_is_placed_where_its_workspace_is(lab: Lab) -> None:
    workspace = lab.workspace()
    _, made = lab.compute(workspace, type="amlcompute", location=None)
    assert made["location"] == workspace["location"]


def test_computes_of_a_workspace_are_read_with_one_list_and_are_its_children(lab: Lab) -> None:
    workspace = lab.workspace()
    _, cluster = lab.compute(workspace, type="amlcompute", name="cluster")
    _, instance = lab.compute(workspace, type="computeinstance", name="instance")
    before = lab.conn.requests
    found = provider.types["compute"].read_many(lab.conn, [cluster["id"], instance["id"]])
    assert lab.conn.requests == before + 1
    assert found == {cluster["id"]: cluster, instance["id"]: instance}
    type_: Any = provider.types["workspace"]
    assert set(type_.children(lab.conn, workspace["id"])) == {cluster["id"], instance["id"]}


def test_a_node_without_a_public_address_needs_a_private_endpoint(lab: Lab) -> None:
    workspace = lab.workspace()
    with pytest.raises(ProviderError, match="requires workspace private endpoint"):
        lab.compute(workspace, type="amlcompute", enable_node_public_ip=False)


# Role assignments ---------------------------------------------------------------------------------


def test_a_role_assignment_and_its_changes(lab: Lab) -> None:
    wanted = lab.attrs(
        "role_assignment",
        {
            "role": "Reader",
            "principal": lab.principal,
            "principal_type": "ServicePrincipal",
            "scope": lab.group,
        },
    )
    made = lab.create("role_assignment", wanted)
    assert differing("role_assignment", wanted, made) == {}
    updated = lab.update("role_assignment", made, {"description": "reads"})
    assert updated["description"] == "reads"
    lab.delete("role_assignment", made["id"])
    assert lab.read("role_assignment", made["id"]) is None
    lab.delete("role_assignment", made["id"])


def test_an_equal_assignment_is_found_before_and_taken_after(lab: Lab) -> None:
    type_: Any = provider.types["role_assignment"]
    wanted = lab.attrs(
        "role_assignment",
        {
            "role": "Reader",
            "principal": lab.principal,
            "principal_type": "ServicePrincipal",
            "scope": lab.group,
        },
    )
    theirs = (
        f"{lab.group}/providers/Microsoft.Authorization/roleAssignments/88888888-0000-0000-0000-000000000001"
    )
    lab.conn.arm.send("PUT", theirs, type_.api_version, body=type_.to_body(wanted))

    [found] = type_.resolve(lab.conn, [wanted])
    assert type_.identify(found) == theirs
    assert lab.create("role_assignment", wanted)["id"] == theirs, "not known before: the service says so"


def test_assignments_on_one_scope_are_read_with_one_list(lab: Lab) -> None:
    made = [
        lab.create(
            "role_assignment",
            lab.attrs(
                "role_assignment",
                {
                    "role": role,
                    "principal": lab.principal,
                    "principal_type": "ServicePrincipal",
                    "scope": lab.group,
                },
            ),
        )
        for role in ("Reader", "Storage Blob Data Reader")
    ]
    before = lab.conn.requests
    found = provider.types["role_assignment"].read_many(lab.conn, [each["id"] for each in made])
    assert lab.conn.requests == before + 1
    assert list(found.values()) == made


def test_a_principal_that_was_just_made_is_known_a_little_later(lab: Lab) -> None:
    fresh = lab.create("user_assigned_identity", lab.attrs("user_assigned_identity", {"name": "id-fresh"}))
    wanted = lab.attrs(
        "role_assignment", {"role": "Reader", "principal": fresh["principal_id"], "scope": lab.group}
    )
    with pytest.raises(ProviderError) as caught:
        lab.create("role_assignment", wanted)
    assert caught.value.retryable and "principal_type" in caught.value.hint
    lab.simulator.advance(120)
    assert lab.create("role_assignment", wanted)["principal_type"] == "ServicePrincipal"
