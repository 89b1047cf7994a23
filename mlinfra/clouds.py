"""Where each cloud's Resource Manager is, who signs in to it, and for what.

Sources: D:azure/developer/python/sdk/azure-sdk-sovereign-domain and the ``AzureAuthorityHosts`` of
azure-identity. The simulator is one of them: the same code, another transport and another credential.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud: endpoint of ARM, authority that signs in (None: nobody has to), scope of the token, and the
    ends of the addresses of its storage and of its key vaults."""

    name: str
    endpoint: str
    authority: str | None
    scope: str
    portal: str
    storage: str
    vault: str


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "public",
            "https://management.azure.com",
            "https://login.microsoftonline.com",
            "https://management.azure.com/.default",
            "https://portal.azure.com",
            "core.windows.net",
            "vault.azure.net",
        ),
        Cloud(
            "usgov",
            "https://management.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://management.usgovcloudapi.net/.default",
            "https://portal.azure.us",
            "core.usgovcloudapi.net",
            "vault.usgovcloudapi.net",
        ),
        Cloud(
            "china",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
            "https://portal.azure.cn",
            "core.chinacloudapi.cn",
            "vault.azure.cn",
        ),
        Cloud(
            "simulator",
            "https://management.azure.com",
            None,
            "https://management.azure.com/.default",
            "https://portal.azure.com",
            "core.windows.net",
            "vault.azure.net",
        ),
    )
}
"""By the word in ``azure: {cloud: …}``."""
