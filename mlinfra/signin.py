"""Who signs in to a real cloud. azure-identity costs 190 ms to import: only when it is needed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from mlinfra.clouds import Cloud

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential


class _InTenant:
    """A credential that asks for tokens of one tenant."""

    def __init__(self, credential: TokenCredential, tenant: str) -> None:
        self._credential = credential
        self._tenant = tenant

    def get_token(self, *scopes: str, **words: Any) -> AccessToken:
        """A token of the tenant."""
        return self._credential.get_token(*scopes, **{**words, "tenant_id": self._tenant})


def default_credential(cloud: Cloud, tenant: str | None = None) -> TokenCredential:
    """Whoever is signed in: environment variables, workload or managed identity, ``az``, and so on.

    Nothing is asked yet; the first request fails when nobody is.
    """
    from azure.identity import DefaultAzureCredential

    # Its log of every way that was tried would stand on the screen before our one sentence.
    logging.getLogger("azure.identity").addHandler(logging.NullHandler())
    if tenant is None:
        return DefaultAzureCredential(authority=cloud.authority)
    inner = DefaultAzureCredential(authority=cloud.authority, additionally_allowed_tenants=[tenant])
    return _InTenant(inner, tenant)
