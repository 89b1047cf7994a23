"""How a datastore signs in to its storage: az ml's ``credentials`` and ARM's, for `Datastore`.

az ml tells the kind by which keys there are; ARM says it in ``credentialsType`` and answers everything but
the secrets. The kind is kept as ``type`` in our attributes too: without it nobody would see that somebody
exchanged a key for an identity, for a secret is never answered.

S:_schema._datastore.credentials and S:entities._credentials are azure-ai-ml 1.35.2, P the specification
2024-04-01.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlinfra.clouds import CLOUDS
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.ml_words import shaped
from mlinfra.providers.azure.types.schema import Property, choice, text

NONE = "none"
"""The kind of a datastore that is read as whoever runs the job: no credentials at all."""

_SOURCE = "S:_schema._datastore.credentials; P (secrets: create, update; never answered); T (no ForceNew)"

_NOBODY = "00000000-0000-0000-0000-000000000000"

AUTHORITY = str(CLOUDS["public"].authority)
"""Who signs in where nothing else is said (S:entities._credentials.BaseTenantCredentials)."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of credentials: ARM's word, its keys in az ml and in ARM, and which of them are secret."""

    arm: str
    keys: Mapping[str, str]
    secrets: Mapping[str, str]
    needs: tuple[str, ...]


_TENANT = {
    "tenant_id": "tenantId",
    "client_id": "clientId",
    "authority_url": "authorityUrl",
    "resource_url": "resourceUrl",
}
_KINDS = {
    "account_key": _Kind("AccountKey", {}, {"account_key": "key"}, ("account_key",)),
    "sas": _Kind("Sas", {}, {"sas_token": "sasToken"}, ("sas_token",)),
    "service_principal": _Kind(
        "ServicePrincipal",
        _TENANT,
        {"client_secret": "clientSecret"},
        ("tenant_id", "client_id", "client_secret"),
    ),
    "certificate": _Kind(
        "Certificate",
        {**_TENANT, "thumbprint": "thumbprint"},
        {"certificate": "certificate"},
        ("tenant_id", "client_id", "thumbprint"),
    ),
    NONE: _Kind("None", {}, {}, ()),
}
_BY_ARM = {kind.arm.lower(): word for word, kind in _KINDS.items()}

_SECRETS = {word: next(iter(kind.secrets)) for word, kind in _KINDS.items() if kind.secrets}

STORAGE = ("account_key", "sas")
"""What blob and file storage take."""

DIRECTORY = ("service_principal", "certificate")
"""What a data lake takes."""


def _secret(name: str, description: str) -> Property:
    return Property(name, "", text(description=description, x_sensitive=True, x_write_only=True), _SOURCE)


def _plain(name: str, description: str, **words: Any) -> Property:
    return Property(name, "", text(description=description, **words), _SOURCE)


_ROWS = {
    "account_key": (_secret("account_key", "A key of the storage account."),),
    "sas": (_secret("sas_token", "A shared access signature."),),
    "service_principal": (_secret("client_secret", "The service principal's secret."),),
    "certificate": (
        _secret("certificate", "The service principal's certificate."),
        _plain("thumbprint", "The certificate's thumbprint.", x_case_insensitive=True),
    ),
}
_OF_TENANT = (
    _plain("tenant_id", "The tenant of the service principal.", x_case_insensitive=True),
    _plain("client_id", "The service principal's client id.", x_case_insensitive=True),
    _plain("authority_url", f"Who signs it in; left out, {AUTHORITY} or what the cloud has.", x_id=True),
    _plain("authority_uri", "An older spelling of authority_url.", x_id=True),
    _plain("resource_url", "What it signs in for; left out, the service chooses.", x_id=True),
)


def credentials(*kinds: str) -> Property:
    """The row of ``credentials`` for a datastore that takes these kinds; an update replaces it as one."""
    rows = [
        Property(
            "type",
            "",
            choice(
                *kinds,
                NONE,
                description="Which kind: told by the other keys, and so never needed.",
                x_case_insensitive=True,
            ),
            "P credentialsType",
        )
    ]
    for kind in kinds:
        rows += _ROWS[kind]
    if {"service_principal", "certificate"} & set(kinds):
        rows += _OF_TENANT
    schema = shaped(
        {
            "description": "How it signs in to the storage; left out, as the identity of who runs the job.",
        },
        _SOURCE,
        *rows,
    )
    return Property(
        "credentials",
        "properties.credentials",
        schema,
        _SOURCE,
        write=_write,
        read=_read,
        whole=True,
        absent={"type": NONE},
    )


def normal_credentials(value: Any) -> Any:
    """One spelling, with the kind as ``type``; nothing at all is the kind `NONE`.

    Raises ProviderError for keys of two kinds, and for a kind of which keys are missing.
    """
    if value is None:
        return {"type": NONE}
    if not isinstance(value, Mapping):
        return value
    given = {key: item for key, item in value.items() if item is not None}
    if "authority_uri" in given:
        if "authority_url" in given:
            raise _refusal("authority_url and authority_uri are two words for one thing", "authority_uri")
        given["authority_url"] = given.pop("authority_uri")
    if isinstance(given.get("type"), str):
        return {**given, "type": _told(given, given["type"].lower())}
    kind = _guessed(given)
    _need(given, kind)
    return {**given, "type": kind}


def _told(given: Mapping[str, Any], kind: str) -> str:
    """The kind that is named. A secret of another kind contradicts it; anything else may have been there
    before, and is left out when it is sent."""
    others = [word for word, secret in _SECRETS.items() if secret in given and word != kind]
    if others:
        raise _two_kinds([kind, *others])
    return kind


def _guessed(given: Mapping[str, Any]) -> str:
    """The kind that the keys tell."""
    found = [word for word, secret in _SECRETS.items() if secret in given]
    if "thumbprint" in given and "certificate" not in found:
        found.append("certificate")
    if len(found) > 1:
        raise _two_kinds(found)
    return found[0] if found else "service_principal" if _TENANT.keys() & given.keys() else NONE


def _need(given: Mapping[str, Any], kind: str) -> None:
    missing = [f"`{key}`" for key in _KINDS[kind].needs if key not in given]
    if missing:
        whose = f"credentials of a {kind.replace('_', ' ')}"
        raise _refusal(
            f"{whose} need {' and '.join(missing)}", None, f"They are {', '.join(_KINDS[kind].needs)}."
        )


def _two_kinds(kinds: Sequence[str]) -> ProviderError:
    return _refusal(
        f"credentials are of one kind, and these are {' and '.join(kinds)}",
        None,
        "Keep the keys of one; with none at all, the identity of who runs the job is used.",
    )


def _refusal(summary: str, key: str | None, hint: str = "") -> ProviderError:
    path = ("credentials", key) if key else ("credentials",)
    return ProviderError("MLI-AZ-CREDENTIALS", summary, path=path, hint=hint, sent=False)


def with_authority(value: Mapping[str, Any], authority: str) -> dict[str, Any]:
    """Credentials of a tenant with who signs them in, where they do not say it."""
    if "tenant_id" in _KINDS[value["type"]].keys and not value.get("authority_url"):
        return {**value, "authority_url": authority}
    return dict(value)


def _write(value: Mapping[str, Any]) -> dict[str, Any]:
    """ARM's form: the keys of the kind and no others, for what was there before may be mixed in.

    Raises ProviderError when a kind's secret is missing: the service asks for it in every request.
    """
    wanted = with_authority(normal_credentials(value), AUTHORITY)
    kind = _KINDS[wanted["type"]]
    _need(wanted, wanted["type"])
    body: dict[str, Any] = {"credentialsType": kind.arm}
    body |= {arm: wanted[key] for key, arm in kind.keys.items() if key in wanted}
    secrets = {arm: wanted[key] for key, arm in kind.secrets.items() if key in wanted}
    if kind.secrets:
        body["secrets"] = {"secretsType": kind.arm, **secrets}
    return body


def _read(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is answered. A data lake of the first generation without credentials is answered with a service
    principal of nothing but zeros (R:mlv2 test_datastore_adlsgen1_credentialless)."""
    word = _BY_ARM.get(str(raw.get("credentialsType", "")).lower(), NONE)
    if raw.get("clientId") == _NOBODY and raw.get("tenantId") in (_NOBODY, None):
        word = NONE
    keys = _KINDS[word].keys
    return {"type": word, **{key: raw[arm] for key, arm in keys.items() if raw.get(arm) is not None}}
