"""The keys of an account, and what is signed with them.

Wire facts: the REST specification 2023-05-01; recordings of azure-cli (keys are answered ``FULL``). What is
signed: REST reference create-account-sas and create-service-sas, for version 2015-04-05, which the
specification's examples show.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mlinfra.simulator.clock import stamp
from mlinfra.simulator.kinds import Action
from mlinfra.simulator.services.storage_shape import bad_values
from mlinfra.simulator.shapes import Object, Shape, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

KEYS = ("key1", "key2")
KERBEROS = ("kerb1", "kerb2")
"""Made when they are first regenerated; for Active Directory (documentation storage-files-identity)."""

SIGNED = "2015-04-05"


def make_keys(call: Call, account: Resource) -> None:
    """Two keys for a new account."""
    account.data["keys"] = [_new_key(call, account) for _ in KEYS]


def _new_key(call: Call, account: Resource) -> str:
    return base64.b64encode(call.ids.secret(64, "key", account.id)).decode()


def _key_list(account: Resource, *, kerberos: bool) -> Answer:
    times = account.properties["keyCreationTime"]
    held = dict(zip(KEYS, account.data["keys"], strict=True))
    if kerberos:
        held |= account.data.get("kerberos", {})
    keys = []
    for name, value in held.items():
        key = {"keyName": name, "value": value, "permissions": "FULL"}
        keys.append({"creationTime": times[name], **key} if name in times else key)
    return Answer(200, {"keys": keys})


def _list_keys(call: Call, account: Resource) -> Answer:
    return _key_list(account, kerberos=call.query.get("$expand", "").lower() == "kerb")


def _regenerate(call: Call, account: Resource) -> Answer:
    name = call.object().get("keyName")
    if name not in KEYS + KERBEROS:
        raise bad_values("keyName")
    if name in KEYS:
        account.data["keys"][KEYS.index(name)] = _new_key(call, account)
        account.properties["keyCreationTime"][name] = stamp(call.now)
    else:
        account.data.setdefault("kerberos", {})[name] = _new_key(call, account)
    call.store.put(account)
    return _key_list(account, kerberos=name in KERBEROS)


# -- signatures --------------------------------------------------------------------------------------------

_WHEN: Mapping[str, Shape] = {
    "signedPermission": Text(refuse=bad_values),
    "signedExpiry": Text(refuse=bad_values),
    "signedStart": Text(refuse=bad_values),
    "signedIp": Text(),
    "signedProtocol": Text(among=("https", "https,http"), refuse=bad_values),
    "keyToSign": Text(among=KEYS, refuse=bad_values),
}

_ACCOUNT_SAS = Object(
    {
        **_WHEN,
        "signedServices": Text(pattern="[bqtf]+", refuse=bad_values),
        "signedResourceTypes": Text(pattern="[sco]+", refuse=bad_values),
    },
    required=("signedServices", "signedResourceTypes", "signedPermission", "signedExpiry"),
    refuse=bad_values,
)

_HEADERS = ("rscc", "rscd", "rsce", "rscl", "rsct")

_SERVICE_SAS = Object(
    {
        **_WHEN,
        "canonicalizedResource": Text(pattern="/(blob|file|queue|table)/.+", refuse=bad_values),
        "signedResource": Text(among=("b", "c", "f", "s"), refuse=bad_values),
        "signedIdentifier": Text(size=64, refuse=bad_values),
        **{name: Text() for name in _HEADERS},
    },
    required=("canonicalizedResource",),
    refuse=bad_values,
)


def _list_account_sas(call: Call, account: Resource) -> Answer:
    sent = _sent(_ACCOUNT_SAS, call)
    parts = {
        "ss": sent["signedServices"],
        "srt": sent["signedResourceTypes"],
        **_common(sent),
    }
    order = ("sp", "ss", "srt", "st", "se", "sip", "spr")
    text = "\n".join([account.name, *(parts.get(key, "") for key in order), SIGNED, ""])
    return Answer(200, {"accountSasToken": _token(account, sent, parts, text)})


def _list_service_sas(call: Call, account: Resource) -> Answer:
    sent = _sent(_SERVICE_SAS, call)
    if not sent["canonicalizedResource"].lower().split("/")[2:3] == [account.name.lower()]:
        raise bad_values("canonicalizedResource")
    headers = {name: sent[name] for name in _HEADERS if name in sent}
    identifier = {"si": sent["signedIdentifier"]} if "signedIdentifier" in sent else {}
    parts = {"sr": sent.get("signedResource", "c"), **_common(sent), **identifier, **headers}
    order = ("sip", "spr")
    times = [parts.get(key, "") for key in ("sp", "st", "se")]
    after = [sent["canonicalizedResource"], parts.get("si", ""), *(parts.get(key, "") for key in order)]
    text = "\n".join([*times, *after, SIGNED, *(headers.get(name, "") for name in _HEADERS)])
    return Answer(200, {"serviceSasToken": _token(account, sent, parts, text)})


def _sent(shape: Object, call: Call) -> dict[str, Any]:
    found = shape.read(call.object(), "")
    return {key: value for key, value in found.items() if value is not None}


def _common(sent: Mapping[str, Any]) -> dict[str, str]:
    names = {"signedPermission": "sp", "signedIp": "sip", "signedProtocol": "spr"}
    found = {short: sent[name] for name, short in names.items() if name in sent}
    for name, short in (("signedStart", "st"), ("signedExpiry", "se")):
        if name in sent:
            found[short] = _second(sent[name], name)
    return found


def _second(text: str, name: str) -> str:
    try:
        when = datetime.fromisoformat(text[:19])
    except ValueError:
        raise bad_values(name) from None
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def _token(account: Resource, sent: Mapping[str, Any], parts: Mapping[str, str], text: str) -> str:
    key = base64.b64decode(account.data["keys"][KEYS.index(sent.get("keyToSign", "key1"))])
    signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    query = {"sv": SIGNED, **parts, "sig": signature}
    return "&".join(f"{name}={quote(value, safe=',')}" for name, value in query.items())


def _revoke(call: Call, account: Resource) -> Answer:
    """R: 200 without body."""
    return Answer(200)


ACTIONS: Mapping[str, Action] = {
    "listKeys": Action(handler=_list_keys),
    "regenerateKey": Action(handler=_regenerate),
    "ListAccountSas": Action(handler=_list_account_sas, short="version 2015-04-05 of signatures only"),
    "ListServiceSas": Action(handler=_list_service_sas, short="version 2015-04-05 of signatures only"),
    "revokeUserDelegationKeys": Action(
        handler=_revoke, short="a signature by a revoked key is still taken by the blob service"
    ),
}
