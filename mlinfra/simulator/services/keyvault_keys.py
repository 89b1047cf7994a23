"""Keys of a vault: ``https://{vault}.vault.azure.net/keys/…``, as far as keys wrap other keys.

Not ARM: another host, ``api-version`` all the same, errors in ``{"error": {…}}``. Source: the REST reference
of Key Vault keys (Create Key, Get Key, Wrap Key, Unwrap Key) and key-vault/general/rest-error-codes. Who asks
must bring a bearer token; nothing of it is verified, and neither roles nor access policies are looked up.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from typing import Any

import msgspec

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.records import Resource
from mlinfra.simulator.services.keyvault_shape import VAULT
from mlinfra.simulator.wire import Answer, Request, decode
from mlinfra.simulator.world import World

API_VERSIONS = ("7.4", "7.5", "7.6")
SIZES = (2048, 3072, 4096)
"""Bits of an RSA key."""
OPERATIONS = ("encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey", "import")
_USUAL = OPERATIONS[:-1]

_HOST = re.compile(r"([a-z0-9-]{3,24})\.vault\.azure\.net(?::443)?", re.IGNORECASE)
_PATH = re.compile(
    r"/keys/(?P<name>[0-9a-zA-Z-]{1,127})(?:/(?P<version>[0-9a-f]{32}))?(?:/(?P<verb>[a-z]+))?/?"
)


def vault_of(request: Request) -> str:
    """The vault that a request is for, by its host; empty for a request to another service."""
    for name, value in request.headers.items():
        if name.lower() == "host":
            match = _HOST.fullmatch(value.strip())
            return match[1].lower() if match is not None else ""
    return ""


class _Call(msgspec.Struct, frozen=True):
    world: World
    vault: Resource
    name: str
    version: str
    body: dict[str, Any]


def dispatch(world: World, vault: str, request: Request) -> Answer:
    """Answer a request to a vault. Raises ArmError for every refusal."""
    headers = {key.lower(): value for key, value in request.headers.items()}
    query = {key.lower(): value for key, value in request.query.items()}
    found = next(iter(world.store.named(VAULT, vault)), None)
    if found is None:
        # the simulator's own: in Azure the name of the host would not resolve
        raise ArmError(404, "ResourceNotFound", f"There is no vault '{vault}'.")
    if headers.get("authorization", "").partition(" ")[0].lower() != "bearer":
        authority = f"https://login.microsoftonline.com/{world.tenant}"
        challenge = f'Bearer authorization="{authority}", resource="https://vault.azure.net"'
        text = "AKV10000: Request is missing a Bearer or PoP token."
        raise ArmError(401, "Unauthorized", text, headers={"www-authenticate": challenge})
    if query.get("api-version") not in API_VERSIONS:
        raise _bad(f"The specified version ({query.get('api-version', '')}) is not recognized.")
    path = _PATH.fullmatch(request.path)
    operation = _OPERATIONS.get((request.method.upper(), path["verb"] or "")) if path else None
    if path is None or operation is None or (path["verb"] == "create" and path["version"]):
        text = f"{request.method} {request.path} is not simulated. Azure may well answer it."
        raise ArmError(501, "NotSimulated", text)
    return operation(_Call(world, found, path["name"], path["version"] or "", _object(request)))


def _create(call: _Call) -> Answer:
    """A key, or a new version of one that is there."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if "kty" not in call.body:
        raise _bad("The parameter kty is not specified.")
    if call.body["kty"] != "RSA":
        text = f"Keys of type {call.body['kty']!r} are not simulated. Azure may well make one."
        raise ArmError(501, "NotSimulated", text)
    if unknown := call.body.keys() - {"kty", "key_size", "key_ops", "attributes", "tags", "public_exponent"}:
        raise _bad(f"Property {min(unknown)} is not expected.")
    size, allowed = call.body.get("key_size", SIZES[0]), call.body.get("key_ops", list(_USUAL))
    if size not in SIZES:
        raise _bad("key_size")
    if not isinstance(allowed, list) or not set(allowed) <= set(OPERATIONS):
        raise _bad("key_ops")
    made = rsa.generate_private_key(public_exponent=65537, key_size=size)
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    version = call.world.ids.guid("key", call.vault.id, call.name).replace("-", "")
    keys = call.vault.data.setdefault("keys", {})
    kept = {"version": version, "private": private, "operations": allowed, "created": int(call.world.now)}
    keys.setdefault(call.name.lower(), []).append(kept)
    call.world.store.put(call.vault)
    return _show(call)


def _show(call: _Call) -> Answer:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    kept = _kept(call)
    private = load_pem_private_key(kept["private"].encode(), None)
    assert isinstance(private, RSAPrivateKey)
    numbers = private.public_key().public_numbers()
    key = {
        "kid": _kid(call, kept),
        "kty": "RSA",
        "key_ops": kept["operations"],
        "n": _coded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
        "e": _coded(numbers.e.to_bytes(3, "big")),
    }
    times = {"created": kept["created"], "updated": kept["created"]}
    recovery = {"recoveryLevel": "Recoverable+Purgeable", "recoverableDays": _days(call)}
    return Answer(200, {"key": key, "attributes": {"enabled": True, **times, **recovery}})


def _wrap(call: _Call) -> Answer:
    kept, value = _asked(call, "wrapKey")
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private: Any = load_pem_private_key(kept["private"].encode(), None)
    try:
        wrapped = private.public_key().encrypt(value, _padding())
    except ValueError:
        raise _bad("The parameter value is too long for this key.") from None
    return Answer(200, {"kid": _kid(call, kept), "value": _coded(wrapped)})


def _unwrap(call: _Call) -> Answer:
    kept, value = _asked(call, "unwrapKey")
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private: Any = load_pem_private_key(kept["private"].encode(), None)
    try:
        plain = private.decrypt(value, _padding())
    except ValueError:
        raise _bad("The parameter is incorrect.") from None
    return Answer(200, {"kid": _kid(call, kept), "value": _coded(plain)})


_OPERATIONS: dict[tuple[str, str], Callable[[_Call], Answer]] = {
    ("POST", "create"): _create,
    ("GET", ""): _show,
    ("POST", "wrapkey"): _wrap,
    ("POST", "unwrapkey"): _unwrap,
}
"""Method and last word of the path: all that is answered. The rest is 501."""


def _asked(call: _Call, operation: str) -> tuple[dict[str, Any], bytes]:
    """The version of the key, and the bytes that were sent."""
    kept = _kept(call)
    if operation not in kept["operations"]:
        text = f"Operation {operation} is not permitted on this key."
        inner = {"innererror": {"code": "KeyOperationForbidden"}}
        body = {"error": {"code": "Forbidden", "message": text, **inner}}
        raise ArmError(403, "Forbidden", text, body=body)
    algorithm, value = call.body.get("alg"), call.body.get("value")
    if not isinstance(algorithm, str) or not isinstance(value, str) or not value:
        raise _bad("The parameters alg and value are needed.")
    if algorithm != "RSA-OAEP-256":
        raise ArmError(501, "NotSimulated", f"The algorithm {algorithm} is not simulated.")
    try:
        return kept, urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except Error:
        raise _bad("The parameter value is not base64url.") from None


def _kept(call: _Call) -> dict[str, Any]:
    versions = call.vault.data.get("keys", {}).get(call.name.lower(), [])
    for kept in reversed(versions):
        if call.version in ("", kept["version"]):
            found: dict[str, Any] = kept
            return found
    named = f"{call.name}/{call.version}" if call.version else call.name
    text = (
        f"A key with (name/id) {named} was not found in this key vault. If you recently deleted this key you "
        "may be able to recover it using the correct recovery command."
    )
    raise ArmError(404, "KeyNotFound", text)


def _padding() -> Any:
    """RSA-OAEP-256 of RFC 7518: SHA-256 in both places."""
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA256

    return padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)


def _kid(call: _Call, kept: dict[str, Any]) -> str:
    return f"https://{call.vault.name.lower()}.vault.azure.net/keys/{call.name}/{kept['version']}"


def _days(call: _Call) -> int:
    return int(call.vault.properties.get("softDeleteRetentionInDays", 90))


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _object(request: Request) -> dict[str, Any]:
    try:
        body = decode(request.body) if request.body else {}
    except ValueError:
        raise _bad("The request body is no JSON.") from None
    if not isinstance(body, dict):
        raise _bad("The request body is no object.")
    return body


def _bad(text: str) -> ArmError:
    return ArmError(400, "BadParameter", text)
