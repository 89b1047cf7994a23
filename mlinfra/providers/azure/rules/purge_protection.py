"""AZ-DATA-001: a vault that can be purged."""

from __future__ import annotations

from mlinfra.policy.api import About
from mlinfra.policy.values import Look, ValueRule, is_, is_not

rule = ValueRule(
    "AZ-DATA-001",
    "purge protection is off",
    About(
        why="Without it, whoever may delete a vault may also purge it, and keys that encrypt data are gone "
        "for good, with the data.",
        mend="Write `purge_protection: true`. It cannot be taken back: the vault's name is then kept for "
        "`soft_delete_retention_days` after a deletion.",
        sources=("Microsoft cloud security benchmark, DP-8", "Checkov CKV_AZURE_110 looks for the same"),
    ),
    (
        Look("key_vault", ("purge_protection",), is_not(True), "can be purged"),
        Look("arm", ("body", "properties", "enablePurgeProtection"), is_(False), "can be purged"),
    ),
)
