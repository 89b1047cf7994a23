"""Each rule holds where it should, and not one step beside it."""

from typing import Any

import pytest

from conformance.parts.replay import score
from conformance.replay.evidence import Evidence
from conformance.replay.exchanges import Exchange
from conformance.replay.rules import RULES
from conformance.score import Miss
from tests.harness.replay.recorded import (
    GROUP,
    OPERATION,
    REGISTRY,
    VAULT,
    exchange,
    refusal,
    registry,
    session,
)

PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000001"
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
ASSIGNMENT = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/bbbbbbbb-0000-4000-8000-000000000001"
NAMES = f"/subscriptions/{GROUP.split('/')[2]}/providers/Microsoft.KeyVault/checkNameAvailability"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stone"
SHARE = f"{ACCOUNT}/fileServices/default/shares/share"


def misses(*exchanges: Exchange) -> list[Miss]:
    played = session(*exchanges)
    return [miss for one in score([played], Evidence([played], {})) for miss in one.misses]


def reasons(*exchanges: Exchange) -> set[str]:
    """The names of the rules that explain misses; ``ours`` for what none explains."""
    names = {rule.reason: name for name, rule in RULES.items()}
    return {names.get(miss.reason, "ours") for miss in misses(*exchanges)}


def assignment() -> dict[str, Any]:
    return {"properties": {"roleDefinitionId": ROLE, "principalId": PRINCIPAL}}


def vault(**properties: Any) -> dict[str, Any]:
    return {
        "location": "westus",
        "properties": {
            "tenantId": PRINCIPAL,
            "sku": {"family": "A", "name": "standard"},
            "accessPolicies": [],
            **properties,
        },
    }


def test_a_principal_that_a_foreign_resource_has() -> None:
    foreign = exchange("PUT", f"{VAULT}/x/y", 200, {"identity": {"principalId": PRINCIPAL}})
    young = exchange("PUT", ASSIGNMENT, 400, refusal("PrincipalNotFound"), body=assignment())
    assert reasons(foreign, young) == {"foreign", "foreign principal"}
    assert reasons(young) == {"ours"}


def test_what_was_deleted_with_something_foreign_in_it() -> None:
    made = exchange(
        "PUT", REGISTRY, 201, registry("Creating"), body={"location": "westus", "sku": {"name": "Premium"}}
    )
    slow = exchange("DELETE", REGISTRY, 202, headers={"Location": f"https://x{OPERATION}"})
    inside = exchange("PUT", f"{REGISTRY}/replications/r", 200)
    assert "foreign child" in reasons(made, inside, slow)
    assert "foreign child" not in reasons(made, slow)


@pytest.mark.parametrize(("off", "expected"), [(False, "without soft delete"), (True, "ours")])
def test_a_vault_without_soft_delete(off: bool, expected: str) -> None:
    body = vault(enableSoftDelete=off, enablePurgeProtection=False)
    assert reasons(exchange("PUT", VAULT, 200, vault(), body=body)) == {expected}


def test_what_follows_from_an_explained_refusal_is_explained() -> None:
    made = exchange("PUT", f"{VAULT}", 200, {"properties": {}}, body=vault(enableSoftDelete=False))
    kept = exchange("DELETE", VAULT, 200)
    found = exchange("GET", VAULT, 200, {"properties": {}})
    assert reasons(made, found) == {"without soft delete"}
    assert "ours" not in reasons(made, kept)


def test_a_name_that_somebody_else_has() -> None:
    taken = {"nameAvailable": False, "reason": "AlreadyExists", "message": ""}
    body = {"name": "kv-recorded", "type": "Microsoft.KeyVault/vaults"}
    asked = exchange("POST", NAMES, 200, taken, body=body)
    assert reasons(asked) == {"taken elsewhere"}
    seen = exchange("GET", VAULT, 404, refusal("ResourceNotFound"))
    assert reasons(seen, asked) == {"ours"}


def test_what_the_session_finds_at_work() -> None:
    again = exchange("PUT", REGISTRY, 200, registry("Creating"), body=registry("Creating"))
    found = exchange("GET", REGISTRY, 200, registry("Creating"))
    assert "found at work" in reasons(found, again)
    assert "found at work" not in reasons(again)


def test_an_account_of_another_kind() -> None:
    made = exchange(
        "PUT",
        SHARE,
        201,
        {"properties": {}},
        version="2023-05-01",
        body={"properties": {"enabledProtocols": "NFS"}},
    )
    assert reasons(made) == {"of another kind"}
    body = {"location": "westus", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    account = exchange("PUT", ACCOUNT, 202, version="2023-05-01", body=body)
    assert reasons(account, made) == {"ours"}


def test_an_operation_out_of_scope_and_its_polls() -> None:
    link = {"Location": f"https://management.azure.com{OPERATION}"}
    asked = exchange("POST", f"{REGISTRY}/importImage", 202, headers=link)
    assert reasons(asked, exchange("GET", OPERATION, 200)) == {"out of scope"}


def test_an_operation_that_is_only_missing_is_ours() -> None:
    assert reasons(exchange("POST", f"{REGISTRY}/somethingNew", 200)) == {"ours"}


def test_every_reason_is_one_of_a_rule() -> None:
    assert len({rule.reason for rule in RULES.values()}) == len(RULES)
