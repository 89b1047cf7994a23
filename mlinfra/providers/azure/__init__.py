"""Azure behind the provider seam. Importing this imports no ``azure.*``: only a connection does."""

from mlinfra.providers.azure.provider import AzureProvider

provider = AzureProvider()
"""What the entry point ``mlinfra.providers`` names."""

__all__ = ["AzureProvider", "provider"]
