"""What a subscription may have of storage: SKUs by region, and how many accounts it has.

Wire facts: the REST specification 2023-05-01; recordings test_list_storage_usage and of ``skus`` (SDK 2020).
Which kind goes with which SKU: documentation storage-account-overview. 250 accounts in a region:
documentation scalability-targets-standard-account.
"""

from __future__ import annotations

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.regions import PHYSICAL, available, fold
from mlinfra.simulator.services.storage_shape import ACCOUNT
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

LIMIT = 250

_ALL, _NEW, _PREMIUM = (
    ("Storage", "StorageV2", "BlobStorage"),
    ("StorageV2",),
    ("BlockBlobStorage", "FileStorage"),
)

SKUS = {
    "Standard_LRS": _ALL,
    "Standard_GRS": _ALL,
    "Standard_RAGRS": _ALL,
    "Standard_ZRS": _NEW,
    "Standard_GZRS": _NEW,
    "Standard_RAGZRS": _NEW,
    "Premium_LRS": (*_NEW, *_PREMIUM),
    "Premium_ZRS": _PREMIUM,
}


def list_skus(call: Call) -> Answer:
    """``GET …/skus``: an entry for each region."""
    value = [
        {
            "resourceType": "storageAccounts",
            "name": name,
            "tier": name.partition("_")[0],
            "kind": kind,
            "locations": [region],
            "capabilities": [],
            "restrictions": [],
        }
        for name, kinds in SKUS.items()
        for kind in kinds
        for region in PHYSICAL
    ]
    return Answer(200, {"value": value})


def list_usages(call: Call) -> Answer:
    """``GET …/locations/{l}/usages``. The refusal of a place that is none is assumed."""
    region = fold(call.path.name)
    if not available(region):
        text = f"The provided location '{call.path.name}' is not available."
        raise ArmError(400, "LocationNotAvailableForResourceType", text)
    accounts = call.store.under(f"/subscriptions/{call.path.subscription}", ACCOUNT)
    one = {
        "unit": "Count",
        "currentValue": sum(account.body["location"] == region for account in accounts),
        "limit": LIMIT,
        "name": {"value": "StorageAccounts", "localizedValue": "Storage Accounts"},
    }
    return Answer(200, {"value": [one]})
