from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.engine.differ import differences
from mlinfra.engine.schema import masked, with_defaults
from mlinfra.model.plan import Delta, Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, ProviderError
from mlinfra.providers.azure.types.datastore import Datastore
from tests.providers.azure.fake import GROUP, FakeTransport, Reply, connection, error

STORE = Datastore()
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
LIST = f"{WORKSPACE}/datastores"
ID = f"{LIST}/churn"
GUID = "00000000-1111-0000-0000-000000000001"
ZERO = "00000000-0000-0000-0000-000000000000"

BLOB = {
    "name": "churn",
    "workspace": WORKSPACE,
    "type": "azure_blob",
    "account_name": "stchurn",
    "container_name": "raw",
}
KEY = {"credentials": {"account_key": "not-a-key"}}
PRINCIPAL = {"tenant_id": GUID, "client_id": GUID, "client_secret": "not-a-secret"}


def wanted(**body: Any) -> Attrs:
    """A body as the engine completes it."""
    written = {**BLOB, **body}
    return STORE.normalize(with_defaults(written, STORE.schema(written)))


def answer(name: str = "churn", **properties: Any) -> dict[str, Any]:
    """What a GET says of a blob datastore."""
    return {
        "id": f"{LIST}/{name}",
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/datastores",
        "properties": {
            "description": None,
            "tags": {},
            "properties": None,
            "isDefault": False,
            "credentials": {"credentialsType": "None"},
            "datastoreType": "AzureBlob",
            "accountName": "stchurn",
            "containerName": "raw",
            "endpoint": "core.windows.net",
            "protocol": "https",
            "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity",
            "subscriptionId": None,
            **properties,
        },
        "systemData": {"createdAt": "2022-04-25T19:07:46.7545788Z"},
    }


def changes(live: Attrs, desired: Attrs, previous: Attrs) -> dict[str, Delta]:
    schema = STORE.schema(desired)
    there, now, before = (masked(side, schema) for side in (live, desired, previous))
    found = differences(there, now, before, schema, lambda a, b: False)
    return {".".join(map(str, change.path)): change.delta for change in found}


# What it is ---------------------------------------------------------------------------------------


def test_the_id_lies_in_the_workspace() -> None:
    assert STORE.identify(BLOB) == ID
    assert STORE.identify({**BLOB, "workspace": "mlw"}) is None
    assert STORE.id_attributes(ID) == {"name": "churn", "workspace": WORKSPACE}


def test_each_kind_has_its_own_keys() -> None:
    share = STORE.schema({"type": "Azure_File"})
    assert "file_share_name" in share["properties"] and "container_name" not in share["properties"]
    assert STORE.schema({}) is STORE.schema({"type": "azure_blob"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "AzureBlob"},
        {"container_name": None},
        {"credentials": {"client_secret": "s"}},
        {"credentials": {"bogus": "s"}},
        {"name": "-churn"},
    ],
)
def test_what_azure_ai_ml_refuses_is_refused(wrong: dict[str, Any]) -> None:
    body = {key: value for key, value in {**BLOB, **wrong}.items() if value is not None}
    assert Draft202012Validator(STORE.schema(BLOB)).is_valid(BLOB)
    assert not Draft202012Validator(STORE.schema(body)).is_valid(body)


def test_the_secrets_are_never_shown_nor_compared_with_an_answer() -> None:
    rows = STORE.schema(BLOB)["properties"]["credentials"]["properties"]
    assert all(rows[key]["x-sensitive"] and rows[key]["x-write-only"] for key in ("account_key", "sas_token"))


@pytest.mark.parametrize("name", ["workspaceblobstore", "WorkspaceFileStore", "steprunlogblobstore"])
def test_what_the_service_makes_is_refused_with_how_to_refer_to_it(name: str) -> None:
    with pytest.raises(ProviderError) as caught:
        STORE.normalize({**BLOB, "name": name})
    assert caught.value.path == ("name",)
    assert f"azureml://datastores/{name.lower()}/paths/" in caught.value.hint


def test_what_the_service_made_can_be_read() -> None:
    id = f"{LIST}/workspaceblobstore"
    raw = answer("workspaceblobstore", isDefault=True, credentials={"credentialsType": "AccountKey"})
    found = STORE.read_many(connection(FakeTransport({f"GET {id}": Reply(200, raw)})), [id])[id]
    assert found is not None and found["is_default"] is True
    assert found["credentials"] == {"type": "account_key"}


def test_a_workspace_that_names_nothing_is_refused() -> None:
    with pytest.raises(ProviderError, match="elsewhere"):
        STORE.normalize({**BLOB, "workspace": "elsewhere"})


# What is sent -------------------------------------------------------------------------------------


def test_a_creation_sends_what_az_ml_sends() -> None:
    fake = FakeTransport({f"PUT {ID}": Reply(201, answer()), f"GET {ID}": Reply(200, answer())})
    done = STORE.begin(connection(fake), Op.CREATE, ID, None, wanted())
    assert isinstance(done, Done) and done.attrs is not None
    assert fake.asked[0].query["skipValidation"] == "true"
    assert fake.asked[0].body == {
        "properties": {
            "datastoreType": "AzureBlob",
            "accountName": "stchurn",
            "containerName": "raw",
            "endpoint": "core.windows.net",
            "protocol": "https",
            "credentials": {"credentialsType": "None"},
        }
    }
    assert changes(done.attrs, wanted(), {}) == {}


def test_another_cloud_has_other_addresses() -> None:
    fake = FakeTransport({f"PUT {ID}": Reply(201, answer()), f"GET {ID}": Reply(200, answer())})
    lake = wanted(type="azure_data_lake_gen2", filesystem="f", credentials=PRINCIPAL)
    STORE.begin(connection(fake, cloud="china"), Op.CREATE, ID, None, lake)
    sent = fake.asked[0].body["properties"]
    assert sent["endpoint"] == "core.chinacloudapi.cn"
    assert sent["credentials"]["authorityUrl"] == "https://login.chinacloudapi.cn"


def test_an_update_keeps_what_it_does_not_know_and_sends_the_credentials_whole() -> None:
    live = answer(credentials={"credentialsType": "AccountKey"}, tags={"mlinfra-lineage": "x"})
    fake = FakeTransport({f"PUT {ID}": Reply(200, live), f"GET {ID}": Reply(200, live)})
    prior = STORE.attributes(ID, live)
    STORE.begin(connection(fake), Op.UPDATE, ID, prior, {**prior, **wanted(description="new", **KEY)})
    [put] = fake.of("PUT")
    assert put.query["skipValidation"] == "true"
    assert put.body["properties"] == {
        "properties": None,
        "description": "new",
        "tags": {"mlinfra-lineage": "x"},
        "datastoreType": "AzureBlob",
        "accountName": "stchurn",
        "containerName": "raw",
        "endpoint": "core.windows.net",
        "protocol": "https",
        "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity",
        "subscriptionId": None,
        "credentials": {
            "credentialsType": "AccountKey",
            "secrets": {"secretsType": "AccountKey", "key": "not-a-key"},
        },
    }


def test_a_deletion_of_what_is_gone_is_done() -> None:
    for reply in (Reply(200), Reply(204), Reply(404, error("UserError", "Could not find datastore: churn."))):
        assert (
            STORE.begin(connection(FakeTransport({f"DELETE {ID}": reply})), Op.DELETE, ID, None, None)
            == Done()
        )


# What is compared ---------------------------------------------------------------------------------


def test_siblings_are_read_with_one_list_and_its_pages() -> None:
    second = f"{LIST}?api-version=2024-04-01&$skip=1"
    fake = FakeTransport(
        {
            f"GET {LIST}": [
                Reply(200, {"value": [answer("one")], "nextLink": f"https://management.azure.com{second}"}),
                Reply(200, {"value": [answer("two")]}),
            ]
        }
    )
    found = STORE.read_many(connection(fake), [f"{LIST}/one", f"{LIST}/two", f"{LIST}/three"])
    assert [id.rpartition("/")[2] for id, attrs in found.items() if attrs] == ["one", "two"]
    assert len(fake.asked) == 2


def test_another_kind_of_credentials_is_seen_though_secrets_are_never_answered() -> None:
    keyed, live = wanted(**KEY), STORE.attributes(ID, answer(credentials={"credentialsType": "AccountKey"}))
    assert changes(live, keyed, keyed) == {}, "the key that was sent last stands for what is there"
    assert changes(live, wanted(), keyed) == {
        "credentials.type": Delta.CHANGED,
        "credentials.account_key": Delta.RELEASED,
    }
    exchanged = STORE.attributes(ID, answer())
    assert changes(exchanged, keyed, keyed) == {"credentials.type": Delta.CHANGED}


def test_a_new_key_is_a_change_in_place() -> None:
    live = STORE.attributes(ID, answer(credentials={"credentialsType": "AccountKey"}))
    other = wanted(credentials={"account_key": "another"})
    assert changes(live, other, wanted(**KEY)) == {"credentials.account_key": Delta.CHANGED}


def test_a_lake_of_the_first_generation_without_credentials_has_none() -> None:
    """Azure answers a service principal of nothing but zeros (R)."""
    zeros = {"credentialsType": "ServicePrincipal", "tenantId": ZERO, "clientId": ZERO}
    raw = answer(
        datastoreType="AzureDataLakeGen1",
        storeName="pond",
        credentials={**zeros, "authorityUrl": "https://a"},
    )
    assert STORE.attributes(ID, raw)["credentials"] == {"type": "none"}


def test_what_the_service_fills_in_is_its_own_business() -> None:
    raw = answer(
        datastoreType="AzureDataLakeGen2",
        filesystem="raw",
        credentials={
            "credentialsType": "ServicePrincipal",
            "tenantId": GUID,
            "clientId": GUID,
            "authorityUrl": "https://login.microsoftonline.com",
            "resourceUrl": "https://storage.azure.com/",
        },
    )
    written: dict[str, Any] = {key: value for key, value in BLOB.items() if key != "container_name"}
    written |= {"type": "azure_data_lake_gen2", "filesystem": "raw", "credentials": PRINCIPAL}
    lake = STORE.normalize(with_defaults(written, STORE.schema(written)))
    assert changes(STORE.attributes(ID, raw), lake, lake) == {}


@pytest.mark.parametrize("kind", [{}, {"type": "lake_house"}])
def test_a_lake_house_is_read_as_it_was_written(kind: dict[str, str]) -> None:
    house: dict[str, Any] = {
        "name": "fabric",
        "workspace": WORKSPACE,
        "type": "one_lake",
        "one_lake_workspace_name": "w",
    }
    house |= {"endpoint": "onelake.dfs.fabric.microsoft.com", "artifact": {"name": "a", **kind}}
    Draft202012Validator(STORE.schema(house)).validate(house)
    body = STORE.to_body(house)
    assert body["properties"]["artifact"] == {"artifactName": "a", "artifactType": "LakeHouse"}
    assert "protocol" not in body["properties"]
    assert STORE.from_body(body)["artifact"] == {"name": "a", "type": "lake_house"}
