"""A key that Azure Key Vault wraps: the data key is ours, the vault's own key never leaves it.

Source: the REST reference of Key Vault keys, 7.4 (Get Key, Wrap Key, Unwrap Key); RSA-OAEP-256. Needs the
permissions get, wrapKey and unwrapKey: the role Key Vault Crypto Service Encryption User.
"""

from __future__ import annotations

import re
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlinfra.clouds import CLOUDS, Cloud
from mlinfra.state.seal.api import Unopened
from mlinfra.state.seal.keys import KEY

if TYPE_CHECKING:
    from azure.core import PipelineClient

API_VERSION = "7.4"
ALGORITHM = "RSA-OAEP-256"
TIMEOUTS = {"connection_timeout": 10, "read_timeout": 30}
"""Seconds."""

_VERSION = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Place:
    """Which key of which vault; ``version`` empty: the latest one."""

    cloud: Cloud
    vault: str
    key: str
    version: str = ""

    @property
    def address(self) -> str:
        """The vault's: made of its name, so that our token goes to the cloud's vaults and nowhere else."""
        return f"https://{self.vault}.{self.cloud.vault}"

    def __str__(self) -> str:
        return f"{self.address}/keys/{self.key}"


def read_place(value: Mapping[str, str]) -> Place:
    """The place that ``key_vault:`` names. Raises Unopened for a name that cannot be."""
    rules = (
        ("vault", r"[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]", "the name of a vault, as kv-churn"),
        ("key", r"[0-9a-zA-Z-]{1,127}", "the name of a key: letters, digits and hyphens"),
        ("version", r"[0-9a-f]{32}", "32 hexadecimal digits"),
        ("cloud", "|".join(CLOUDS), f"one of {', '.join(CLOUDS)}"),
    )
    for name, pattern, words in rules:
        if name in value and not re.fullmatch(pattern, value[name]):
            raise Unopened("MLI-STA-087", f"has a `{name}` of `key_vault` that cannot be", f"It is {words}.")
    cloud = CLOUDS[value.get("cloud", "public")]
    return Place(cloud, value["vault"], value["key"], value.get("version", ""))


class VaultKey:
    """A `KeySource`. What it writes with is made once and wrapped once; what it read, it remembers."""

    method = "key_vault"

    def __init__(self, place: Place, *, transport: Any = None, credential: Any = None) -> None:
        self._place = place
        self._transport = transport
        self._credential = credential
        self._client: PipelineClient[Any, Any] | None = None
        self._known: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()

    def new(self) -> tuple[dict[str, Any], bytes]:
        """A fresh key, wrapped by the version that is configured, or by the latest."""
        version = self._place.version or self._latest()
        key = secrets.token_bytes(KEY)
        wrapped = _coded(self._asked("wrapkey", version, key))
        return {
            "vault": self._place.vault,
            "key": self._place.key,
            "version": version,
            "wrapped": wrapped,
        }, key

    def again(self, told: Mapping[str, Any]) -> bytes:
        """The key that was wrapped. The vault and its key are ours, whatever the envelope says of them."""
        version, wrapped = told.get("version"), told.get("wrapped")
        if not isinstance(version, str) or not _VERSION.fullmatch(version) or not isinstance(wrapped, str):
            raise ValueError("no wrapped key")
        with self._lock:
            known = self._known.get((version, wrapped))
        if known is None:
            known = self._asked("unwrapkey", version, _bytes(wrapped))
            if len(known) != KEY:
                raise ValueError("no key of AES-256")
            with self._lock:
                self._known[version, wrapped] = known
        return known

    def _latest(self) -> str:
        found = self._send("GET", f"/keys/{self._place.key}", None)
        kid = str((found.get("key") or {}).get("kid", ""))
        version = kid.rpartition("/")[2]
        if not _VERSION.fullmatch(version):
            raise self._trouble("answers with a key without a version")
        return version

    def _asked(self, verb: str, version: str, value: bytes) -> bytes:
        body = {"alg": ALGORITHM, "value": _coded(value)}
        found = self._send("POST", f"/keys/{self._place.key}/{version}/{verb}", body)
        if not isinstance(found.get("value"), str):
            raise self._trouble("answers without a key")
        return _bytes(found["value"])

    def _send(self, method: str, path: str, body: Any) -> Mapping[str, Any]:
        from azure.core.exceptions import AzureError, ClientAuthenticationError
        from azure.core.rest import HttpRequest

        url = f"{self._place.address}{path}"
        request = HttpRequest(method, url, params={"api-version": API_VERSION}, json=body)
        try:
            answer = self._pipeline().send_request(request)
            found = answer.json() if answer.content else {}
        except ClientAuthenticationError as wrong:
            hint = "Sign in, as with `az login`, or set AZURE_CLIENT_ID and its like."
            raise self._trouble(f"cannot be asked: nobody is signed in ({_first(wrong)})", hint) from None
        except (AzureError, ValueError) as wrong:
            raise self._trouble(f"cannot be reached: {_first(wrong)}", "Try again.") from None
        if answer.status_code == 200 and isinstance(found, dict):
            return found
        told = found.get("error") if isinstance(found, dict) else None
        said = str(told.get("message", "")) if isinstance(told, dict) else ""
        raise self._trouble(f"refuses it ({answer.status_code}): {said}", self._hint(answer.status_code))

    def _hint(self, status: int) -> str:
        vault, key = self._place.vault, self._place.key
        if status == 404:
            made = f"az keyvault key create --vault-name {vault} --name {key} --kty RSA --size 3072"
            return f"If there is none yet, make it:  {made}"
        if status in (401, 403):
            return (
                "Whoever runs this needs the role Key Vault Crypto Service Encryption User on the key or its "
                "vault, and the vault's network rules must let this machine in."
            )
        return "Try again."

    def _trouble(self, what: str, hint: str = "Try again.") -> Unopened:
        return Unopened("MLI-STA-088", f"needs a key: {self._place} {what}", hint)

    def _pipeline(self) -> PipelineClient[Any, Any]:
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RequestIdPolicy, RetryPolicy
        from azure.core.pipeline.transport import RequestsTransport

        with self._lock:
            if self._client is None:
                credential = self._credential
                if credential is None:
                    from mlinfra.signin import default_credential

                    credential = default_credential(self._place.cloud)
                scope = f"https://{self._place.cloud.vault}/.default"
                # Wrapping and unwrapping change nothing, so both may be asked twice.
                retries = RetryPolicy(retry_total=3, method_whitelist=frozenset({"GET", "POST"}))
                bearer: Any = BearerTokenCredentialPolicy(credential, scope)
                self._client = PipelineClient(
                    base_url=self._place.address,
                    policies=[RequestIdPolicy(), retries, bearer],
                    transport=self._transport or RequestsTransport(**TIMEOUTS),
                )
            return self._client


def _first(wrong: Exception) -> str:
    """The first line of what a library says."""
    return (str(wrong).strip().splitlines() or [type(wrong).__name__])[0]


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """What base64url without its end stands for. Raises ValueError."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except Error:
        raise ValueError("no base64url") from None
