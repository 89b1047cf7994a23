"""The blob service of every storage account: ``https://{account}.blob.core.windows.net/{container}/…``.

Not ARM: no api-version in the query, no JSON, errors in XML with ``x-ms-error-code``. Source: the REST
reference of Blob Storage (operations, statuses, error codes). Who asks must say who they are (a bearer
token, a shared key, a SAS); nothing of it is verified, and no role is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from mlinfra.simulator.services import blob_appends, blob_containers, blob_leases, blob_objects
from mlinfra.simulator.services.blob_wire import BlobCall, refuse
from mlinfra.simulator.services.storage_shape import ACCOUNT
from mlinfra.simulator.wire import Answer, Request
from mlinfra.simulator.world import World

_HOST = re.compile(r"([a-z0-9]{3,24})\.blob\.core\.windows\.net(?::443)?", re.IGNORECASE)

OPERATIONS: Mapping[tuple[str, str, str], Callable[[BlobCall], Answer]] = {
    ("GET", "account", "list"): blob_containers.list_containers,
    ("PUT", "container", ""): blob_containers.create,
    ("GET", "container", ""): blob_containers.show,
    ("HEAD", "container", ""): blob_containers.show,
    ("DELETE", "container", ""): blob_containers.remove,
    ("PUT", "container", "metadata"): blob_containers.describe,
    ("GET", "container", "list"): blob_containers.list_blobs,
    ("PUT", "blob", ""): blob_objects.put,
    ("GET", "blob", ""): blob_objects.get,
    ("HEAD", "blob", ""): blob_objects.head,
    ("DELETE", "blob", ""): blob_objects.remove,
    ("PUT", "blob", "block"): blob_objects.put_block,
    ("PUT", "blob", "blocklist"): blob_objects.put_block_list,
    ("GET", "blob", "blocklist"): blob_objects.get_block_list,
    ("PUT", "blob", "metadata"): blob_objects.describe,
    ("GET", "blob", "metadata"): blob_objects.show_metadata,
    ("HEAD", "blob", "metadata"): blob_objects.show_metadata,
    ("PUT", "blob", "properties"): blob_objects.set_headers,
    ("PUT", "blob", "appendblock"): blob_appends.append,
    ("PUT", "blob", "lease"): blob_leases.lease,
}
"""Method, what the path names, and ``comp``: all that is answered. The rest is 501."""


def account_of(request: Request) -> str:
    """The account that a request is for, by its host; empty for a request to ARM."""
    for name, value in request.headers.items():
        if name.lower() == "host":
            match = _HOST.fullmatch(value.strip())
            return match[1].lower() if match is not None else ""
    return ""


def dispatch(world: World, account: str, request: Request) -> Answer:
    """Answer a request to an account's blob service.

    Raises ArmError with an XML body for every refusal.
    """
    headers = {key.lower(): value for key, value in request.headers.items()}
    query = {key.lower(): value for key, value in request.query.items()}
    found = next(iter(world.store.named(ACCOUNT, account)), None)
    if found is None or found.state == "Creating":
        # the simulator's own: in Azure the name of the host would not resolve
        raise refuse(404, "ResourceNotFound", f"There is no storage account '{account}'.")
    if "blob" not in found.properties["primaryEndpoints"]:
        raise refuse(404, "ResourceNotFound", f"The storage account '{account}' has no blobs.")
    container, _, name = request.path.lstrip("/").partition("/")
    level = "blob" if name else "container" if container else "account"
    if level == "container" and query.get("restype") != "container":
        container, name, level = "$root", container, "blob"  # a blob of the root container
    call = BlobCall(
        world=world,
        account=found,
        container=unquote(container),
        name=unquote(name),
        query=query,
        headers=headers,
        body=request.body,
    )
    _check_caller(call)
    method, comp = request.method.upper(), query.get("comp", "")
    operation = OPERATIONS.get((method, level, comp))
    if operation is None or "snapshot" in query or "versionid" in query:
        text = f"{method} of a {level} with comp='{comp}' is not simulated. Azure may well answer it."
        raise refuse(501, "NotSimulated", text)
    answer = operation(call)
    answer.headers.setdefault("x-ms-version", headers.get("x-ms-version", "2025-01-05"))
    return answer


def _check_caller(call: BlobCall) -> None:
    """Somebody must ask. Shared keys, and what is signed with them, end where the account forbids them
    (documentation shared-key-authorization-prevent)."""
    scheme = call.headers.get("authorization", "").partition(" ")[0].lower()
    signed = "sig" in call.query
    if scheme not in ("bearer", "sharedkey", "sharedkeylite") and not signed:
        text = (
            "Server failed to authenticate the request. Make sure the value of Authorization header is "
            "formed correctly including the signature."
        )
        raise refuse(403, "AuthenticationFailed", text)
    by_key = scheme.startswith("sharedkey") or (signed and "skoid" not in call.query)
    if by_key and call.account.properties.get("allowSharedKeyAccess") is False:
        text = "Key based authentication is not permitted on this storage account."
        raise refuse(403, "KeyBasedAuthenticationNotPermitted", text)
