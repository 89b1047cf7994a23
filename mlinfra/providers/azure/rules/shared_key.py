"""AZ-AUTH-003: storage that is opened with the account's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.policy.api import About, Settings
from mlinfra.policy.values import Look, ValueRule, is_, is_not

_OPENED = "can be opened with a shared key"


def _has_key(credentials: Any, _: Settings) -> bool:
    """Whether there is a key; what it is does not matter."""
    return isinstance(credentials, Mapping) and credentials.get("account_key") is not None


rule = ValueRule(
    "AZ-AUTH-003",
    "shared keys of storage",
    About(
        why="The account's key opens all data in it, and every SAS token made with it does so until the key "
        "is changed. Left out, Azure allows it.",
        mend="Write `allow_shared_key_access: false` once everything that uses the account does so by "
        "identity: datastores without `credentials`, and `Storage Blob Data Contributor` for who works with "
        "them. Mind the datastores that the workspace makes itself: they use the key.",
        sources=("Microsoft cloud security benchmark, IM-1", "Checkov CKV2_AZURE_40 looks for the same"),
    ),
    (
        Look("storage_account", ("allow_shared_key_access",), is_not(False), _OPENED),
        Look("datastore", ("credentials",), _has_key, "uses the account's key"),
        Look(
            "arm",
            ("body", "properties", "allowSharedKeyAccess"),
            is_(True),
            _OPENED,
        ),
    ),
)
