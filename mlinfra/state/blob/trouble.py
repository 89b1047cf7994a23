"""What Blob Storage refuses, as a sentence with the command that puts it right.

Source: REST reference, common and Blob error codes; documentation of storage firewalls and of roles for data.
No message repeats what the service or the network library said: either may quote a signed address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlinfra.state.api import StoreError


@dataclass(frozen=True, slots=True)
class Place:
    """What messages name: the account, its address and host, the container, and how we sign in."""

    account: str
    address: str
    host: str
    container: str
    auth: str
    """``identity``, ``sas`` or ``access_key``."""


class Refused(StoreError):
    """The service's answer is no. ``code`` is its own code.

    ``doubt`` says that the same request had been sent before and its answer never came: what this one was
    refused for may be what that one did.
    """

    def __init__(self, summary: str, hint: str, *, status: int, code: str, doubt: bool = False) -> None:
        super().__init__(summary, hint)
        self.status = status
        self.code = code
        self.doubt = doubt


class Unreachable(StoreError):
    """No answer came, or only that the service is too busy."""


_MAKE = "az storage container create --account-name {account} --name {container} --auth-mode login"

_ROLE = (
    'A plan needs the role "Storage Blob Data Reader", everything else needs "Storage Blob Data Contributor" '
    "(Owner does not include data). It takes a few minutes until a new one counts.\n"
    'az role assignment create --role "Storage Blob Data Contributor" \\\n'
    "  --assignee $(az ad signed-in-user show --query id --output tsv) \\\n"
    "  --scope $(az storage account show --name {account} --query id --output tsv)"
    "/blobServices/default/containers/{container}"
)

_NO_ACCOUNT = (
    "Make it, or mend `account`, `cloud` or `endpoint` of the backend; with a private endpoint, mend DNS.\n"
    "az storage account create --name {account} --resource-group GROUP --sku Standard_ZRS \\\n"
    "  --allow-blob-public-access false"
)

_SIGN_IN = {
    "identity": "Sign in again, in the tenant that the account belongs to:\naz login --tenant TENANT",
    "sas": (
        "It has run out, what signed it was renewed, or it is for something else. A new one for a day:\n"
        "az storage container generate-sas --account-name {account} --name {container} \\\n"
        "  --as-user --auth-mode login --permissions racwdl --output tsv \\\n"
        "  --expiry $(date -u -d '1 day' +%Y-%m-%dT%H:%MZ)"
    ),
    "access_key": (
        "It is another account's, or was renewed. The account's keys of today:\n"
        "az storage account keys list --account-name {account} --output table"
    ),
}

_WHO = {
    "identity": "who is signed in",
    "sas": "the signature that `sas` gives",
    "access_key": "the key that `access_key` gives",
}

_ADDRESS = (
    "Its firewall does not let this address in, or public access is off. Let it in, or run where the account "
    "is in reach.\naz storage account network-rule add --account-name {account} --ip-address ADDRESS"
)

_SAS_LIMITS = f"The signature in `sas` does not allow it (racwdl is needed). {_SIGN_IN['sas']}"

_TROUBLE: Mapping[str, tuple[str, str]] = {
    "ContainerNotFound": (
        "the storage account {account} has no container {container}",
        f"Make it:\n{_MAKE}",
    ),
    "ContainerBeingDeleted": (
        "the container {container} of storage account {account} is being deleted",
        f"Wait until it is gone, then make it:\n{_MAKE}",
    ),
    "ResourceNotFound": ("there is no storage account {account} at {host}", _NO_ACCOUNT),
    "AuthorizationPermissionMismatch": (
        "{who} may not do that in container {container} of storage account {account}",
        _ROLE,
    ),
    "AuthorizationFailure": ("the storage account {account} does not let {who} in from here", _ADDRESS),
    "PublicAccessNotPermitted": ("the storage account {account} takes no one who does not sign in", "{sign}"),
    "NoAuthenticationInformation": ("the storage account {account} does not know {who}", "{sign}"),
    "InvalidAuthenticationInfo": ("the storage account {account} does not take {who}", "{sign}"),
    "AuthenticationFailed": ("the storage account {account} does not take {who}", "{sign}"),
    "AuthorizationProtocolMismatch": ("the storage account {account} does not take {who}", _SAS_LIMITS),
    "AuthorizationResourceTypeMismatch": ("the storage account {account} does not take {who}", _SAS_LIMITS),
    "AuthorizationServiceMismatch": ("the storage account {account} does not take {who}", _SAS_LIMITS),
    "AuthorizationSourceIPMismatch": (
        "the storage account {account} does not take {who} from here",
        _SAS_LIMITS,
    ),
    "KeyBasedAuthenticationNotPermitted": (
        "the storage account {account} takes no keys and nothing that is signed with one",
        "Leave out `access_key` and `sas`, and sign in: az login",
    ),
    "AccountIsDisabled": ("the storage account {account} is disabled", "Its subscription may have ended."),
    "BlobImmutableDueToPolicy": (
        "the container {container} of storage account {account} keeps what is written for ever",
        "A state is written again and again: take a container without an immutability policy.",
    ),
}


def refused(place: Place, status: int, code: str, *, doubt: bool = False) -> Refused:
    """The error for an answer of this status and code."""
    words = {"account": place.account, "host": place.host, "container": place.container}
    words |= {"who": _WHO[place.auth], "sign": _SIGN_IN[place.auth].format(**words)}
    if code == "AuthorizationPermissionMismatch" and place.auth == "sas":
        summary, hint = _TROUBLE[code][0], _SAS_LIMITS
    else:
        summary, hint = _TROUBLE.get(code, ("the storage account {account} answers {status} {code}", ""))
    words |= {"status": str(status), "code": code}
    return Refused(summary.format(**words), hint.format(**words), status=status, code=code, doubt=doubt)


def unknown_host(place: Place) -> Refused:
    """The error for a name that no DNS knows, which is how an account that is not there shows."""
    return refused(place, 404, "ResourceNotFound")


def not_signed_in(place: Place) -> StoreError:
    """The error for a credential that gives no token."""
    return StoreError(
        f"not signed in to Azure, which the state in storage account {place.account} needs",
        "Sign in:\naz login",
    )


def busy(place: Place, status: int, code: str) -> Unreachable:
    """The error for a service that answers, and asks to be left alone."""
    return Unreachable(
        f"the storage account {place.account} is too busy, or ill ({status} {code})",
        "It was asked again for some seconds. Wait, and run the command again.",
    )


def silent(place: Place) -> Unreachable:
    """The error for a service that does not answer."""
    return Unreachable(
        f"the storage account {place.account} does not answer at {place.host}",
        "Look at the network and the proxy (HTTPS_PROXY, NO_PROXY), and whether a firewall is in the way.",
    )
