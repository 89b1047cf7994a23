"""Every type of this room through its whole life, against the simulator, behind the real SDK pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Pending, Progress, ProviderError
from mlinfra.providers.azure import AzureProvider, provider
from mlinfra.providers.azure.connection import AzureConnection
from mlinfra.simulator import Simulator
from mlinfra.simulator.transport import SimulatorTransport
from tests.providers.azure.fake import SUBSCRIPTION, Signed

TYPES = [
    "resource_group",
    "storage_account",
    "key_vault",
    "log_analytics_workspace",
    "application_insights",
    "container_registry",
    "user_assigned_identity",
]
SETTINGS = {"subscription": SUBSCRIPTION, "location": "westeurope", "cloud": "simulator"}
PLACES = {"subscription": SUBSCRIPTION, "location": "westeurope"}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator()
    yield made
    made.close()


class Cloud:
    """A small engine: one resource at a time, waiting on the simulator's clock."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.conn: AzureConnection = AzureProvider(
            transport=SimulatorTransport(simulator), credential=Signed()
        ).connect(SETTINGS)
        self.group = self.create("resource_group", {**PLACES, "name": "rg"})["id"]

    def attrs(self, name: str, body: Mapping[str, Any]) -> Attrs:
        """A body with what the engine fills in: defaults, parent, subscription, location."""
        schema = provider.types[name].schema({})
        defaults = {k: p["default"] for k, p in schema["properties"].items() if "default" in p}
        parent = {} if name == "resource_group" else {"resource_group": self.group}
        filled = {**PLACES, **parent, **defaults, **body}
        if str(filled.get("log_analytics_workspace", "")).startswith("${"):
            made = self.create(
                "log_analytics_workspace", self.attrs("log_analytics_workspace", {"name": "log-other"})
            )
            filled["log_analytics_workspace"] = made["id"]
        return provider.types[name].normalize(filled)

    def create(self, name: str, attrs: Attrs) -> Attrs:
        type_ = provider.types[name]
        id = type_.identify(attrs)
        assert id is not None
        return self.finish(name, type_.begin(self.conn, Op.CREATE, id, None, attrs))

    def update(self, name: str, prior: Attrs, change: Mapping[str, Any]) -> Attrs:
        step = provider.types[name].begin(self.conn, Op.UPDATE, prior["id"], prior, {**prior, **change})
        return self.finish(name, step)

    def delete(self, name: str, id: str) -> None:
        step = provider.types[name].begin(self.conn, Op.DELETE, id, None, None)
        while isinstance(step, Pending):
            step = self.again(name, step)
        assert step.attrs is None

    def read(self, name: str, id: str) -> Attrs | None:
        return provider.types[name].read_many(self.conn, [id])[id]

    def finish(self, name: str, step: Progress) -> Attrs:
        while isinstance(step, Pending):
            step = self.again(name, step)
        assert isinstance(step, Done) and step.attrs is not None
        return step.attrs

    def again(self, name: str, step: Pending) -> Progress:
        self.simulator.advance(step.after)
        kept = Pending(json.loads(json.dumps(dict(step.token))), step.after)
        return provider.types[name].resume(self.conn, kept)


@pytest.fixture
def cloud(simulator: Simulator) -> Cloud:
    return Cloud(simulator)


def differing(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    return {k: (v, found.get(k)) for k, v in wanted.items() if spelled(found.get(k)) != spelled(v)}


def spelled(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


@pytest.mark.parametrize("name", TYPES)
def test_a_whole_life(name: str, cloud: Cloud) -> None:
    schema = provider.types[name].schema({})
    wanted = cloud.attrs(name, schema["x-example"])

    made = cloud.create(name, wanted)
    assert differing(wanted, made) == {}
    assert cloud.read(name, made["id"]) == made, "reading again finds the same"

    change = schema["x-example-update"]
    updated = cloud.update(name, made, change)
    assert differing({**wanted, **change}, updated) == {}
    assert cloud.read(name, made["id"]) == updated

    cloud.delete(name, made["id"])
    assert cloud.read(name, made["id"]) is None
    cloud.delete(name, made["id"])


@pytest.mark.parametrize("name", TYPES)
def test_what_the_service_says_is_there(name: str, cloud: Cloud) -> None:
    schema = provider.types[name].schema({})
    made = cloud.create(name, cloud.attrs(name, schema["x-example"]))
    computed = {key for key, part in schema["properties"].items() if part.get("x-computed")}
    # A plain account has no Data Lake of its own; its address is there all the same.
    assert computed <= set(made)


@pytest.mark.parametrize("name", TYPES)
def test_tags_of_others_survive_an_update_and_our_own_go(name: str, cloud: Cloud) -> None:
    schema = provider.types[name].schema({})
    wanted = cloud.attrs(name, {**schema["x-example"], "tags": {"ours": "1", "old": "1"}})
    made = cloud.create(name, wanted)
    cloud.update(name, made, {"tags": {**made["tags"], "foreign": "1"}})
    updated = cloud.update(name, made, {"tags": {"ours": "2"}})
    assert updated["tags"] == {"ours": "2", "foreign": "1"}


def test_fifty_siblings_are_read_with_one_list(cloud: Cloud) -> None:
    name = "user_assigned_identity"
    made = [cloud.create(name, cloud.attrs(name, {"name": f"id-{n:02}"}))["id"] for n in range(50)]
    before = cloud.conn.requests
    found = provider.types[name].read_many(cloud.conn, [*made, f"{made[0]}-absent"])
    assert [id for id, attrs in found.items() if attrs] == made
    pages = cloud.conn.requests - before
    assert pages <= 2


def test_what_is_in_a_group_that_is_gone_is_not_there(cloud: Cloud) -> None:
    made = cloud.create("user_assigned_identity", cloud.attrs("user_assigned_identity", {"name": "id-one"}))
    cloud.delete("resource_group", cloud.group)
    assert cloud.read("user_assigned_identity", made["id"]) is None
    cloud.delete("user_assigned_identity", made["id"])


def test_the_children_of_a_group(cloud: Cloud) -> None:
    made = cloud.create("storage_account", cloud.attrs("storage_account", {"name": "stchild"}))
    type_: Any = provider.types["resource_group"]
    assert [id.lower() for id in type_.children(cloud.conn, cloud.group)] == [made["id"].lower()]


def test_a_name_that_somebody_else_has(cloud: Cloud) -> None:
    cloud.create("storage_account", cloud.attrs("storage_account", {"name": "sttaken"}))
    elsewhere = cloud.create("resource_group", {**PLACES, "name": "rg2"})["id"]
    again = {**cloud.attrs("storage_account", {"name": "sttaken"}), "resource_group": elsewhere}
    with pytest.raises(ProviderError) as wrong:
        cloud.create("storage_account", again)
    assert wrong.value.code == "MLI-AZ-NAME"
    assert wrong.value.path == ("name",)


def test_a_vault_that_is_deleted_keeps_its_name(cloud: Cloud) -> None:
    attrs = cloud.attrs("key_vault", {"name": "kv-kept"})
    cloud.delete("key_vault", cloud.create("key_vault", attrs)["id"])
    with pytest.raises(ProviderError) as wrong:
        cloud.create("key_vault", attrs)
    assert wrong.value.code == "MLI-AZ-SOFT-DELETED"


def test_purge_protection_is_switched_on_in_place(cloud: Cloud) -> None:
    made = cloud.create("key_vault", cloud.attrs("key_vault", {"name": "kv-safe"}))
    assert made["purge_protection"] is False
    assert cloud.update("key_vault", made, {"purge_protection": True})["purge_protection"] is True


def test_a_data_lake_can_be_updated(cloud: Cloud) -> None:
    wanted = cloud.attrs("storage_account", {"name": "stlake", "hierarchical_namespace": True})
    made = cloud.create("storage_account", wanted)
    updated = cloud.update("storage_account", made, {"tags": {"a": "b"}})
    assert updated["hierarchical_namespace"] is True and updated["tags"] == {"a": "b"}


def test_a_firewall_comes_back_as_it_was_written(cloud: Cloud) -> None:
    rules = {"default_action": "Deny", "bypass": ["AzureServices", "Logging"], "ip_rules": ["20.1.2.3"]}
    made = cloud.create(
        "storage_account", cloud.attrs("storage_account", {"name": "stwall", "network_rules": rules})
    )
    assert differing(rules, made["network_rules"]) == {}
    rules = {"default_action": "Deny", "bypass": "None", "ip_rules": ["20.1.2.3"]}
    made = cloud.create("key_vault", cloud.attrs("key_vault", {"name": "kv-wall", "network_rules": rules}))
    assert differing(rules, made["network_rules"]) == {}


def test_a_group_that_is_not_there_is_said_to_be_missing(cloud: Cloud) -> None:
    attrs = {**cloud.attrs("storage_account", {"name": "stlost"}), "resource_group": f"{cloud.group}-no"}
    with pytest.raises(ProviderError) as wrong:
        cloud.create("storage_account", attrs)
    assert wrong.value.code == "MLI-AZ-PARENT"
