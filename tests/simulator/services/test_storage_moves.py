from __future__ import annotations

from typing import Any

from mlinfra.simulator import Response
from tests.simulator.door import STORAGE, SUB, Door, account, refusal


def geo(door: Door) -> Any:
    return door.make(STORAGE, {**account(), "sku": {"name": "Standard_RAGRS"}})


def end(door: Door, answer: Response) -> None:
    assert (answer.status, answer.body) == (202, b"")
    link = answer.headers["location"]
    assert "/asyncoperations/" in link and "monitor=true" in link
    assert door.get(link).status == 202
    door.simulator.advance(4000)
    last = door.get(link)
    assert (last.status, last.body) == (200, b"")


def test_an_unplanned_failover_leaves_local_storage_in_the_second_region(door: Door) -> None:
    before = geo(door)["properties"]
    end(door, door.post(f"{STORAGE}/failover"))
    after = door.get(STORAGE).json()
    assert after["properties"]["primaryLocation"] == before["secondaryLocation"] == "northeurope"
    assert after["sku"] == {"name": "Standard_LRS", "tier": "Standard"}
    assert "secondaryLocation" not in after["properties"]


def test_a_planned_failover_swaps_the_regions(door: Door) -> None:
    geo(door)
    end(door, door.post(f"{STORAGE}/failover", failoverType="Planned"))
    after = door.get(STORAGE).json()
    found = after["properties"]
    assert (found["primaryLocation"], found["secondaryLocation"]) == ("northeurope", "westeurope")
    assert after["sku"]["name"] == "Standard_RAGRS"
    assert door.patch(STORAGE, {"tags": {"a": "b"}}).json()["properties"]["secondaryLocation"] == "westeurope"


def test_an_account_without_a_second_region_has_nowhere_to_go(door: Door) -> None:
    door.make(STORAGE, account())
    assert refusal(door.post(f"{STORAGE}/failover")) == (409, "StorageAccountOperationNotSupported")
    assert door.post(f"{STORAGE}/failover", failoverType="Someday").status == 400


def test_one_move_at_a_time(door: Door) -> None:
    geo(door)
    door.post(f"{STORAGE}/failover")
    busy = (409, "StorageAccountOperationInProgress")
    assert refusal(door.post(f"{STORAGE}/failover")) == busy
    assert refusal(door.patch(STORAGE, {"tags": {}})) == busy


def migrate(door: Door, word: str) -> Response:
    return door.post(f"{STORAGE}/hnsonmigration", requestType=word)


def test_an_account_gets_a_hierarchical_namespace_after_it_was_validated(door: Door) -> None:
    door.make(STORAGE, account())
    end(door, migrate(door, "HnsOnValidationRequest"))
    assert "isHnsEnabled" not in door.get(STORAGE).json()["properties"]
    end(door, migrate(door, "HnsOnHydrationRequest"))
    assert door.get(STORAGE).json()["properties"]["isHnsEnabled"] is True
    assert refusal(migrate(door, "HnsOnHydrationRequest"))[0] == 409
    assert migrate(door, "Please").status == 400


def test_a_migration_is_aborted_while_it_runs(door: Door) -> None:
    door.make(STORAGE, account())
    path = f"{STORAGE}/aborthnsonmigration"
    assert refusal(door.post(path)) == (409, "StorageAccountOperationNotSupported")
    migrate(door, "HnsOnHydrationRequest")
    end(door, door.post(path))
    assert "isHnsEnabled" not in door.get(STORAGE).json()["properties"]


def test_accounts_are_counted_by_region_and_skus_listed_for_each(door: Door) -> None:
    door.make(STORAGE, account())
    place = f"/subscriptions/{SUB}/providers/Microsoft.Storage/locations/{{}}/usages"
    counts = [door.get(place.format(where)).json()["value"][0] for where in ("westeurope", "eastus")]
    assert [(one["currentValue"], one["limit"]) for one in counts] == [(1, 250), (0, 250)]
    assert door.get(place.format("atlantis")).status == 400
    skus = door.get(f"/subscriptions/{SUB}/providers/Microsoft.Storage/skus").json()["value"]
    here = {(one["name"], one["kind"]) for one in skus if one["locations"] == ["westeurope"]}
    assert ("Standard_LRS", "StorageV2") in here
    assert ("Premium_ZRS", "StorageV2") not in here
