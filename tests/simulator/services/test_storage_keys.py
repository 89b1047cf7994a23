from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.simulator.door import STORAGE, Door, account, refusal

EXPIRY = "2027-05-24T11:42:03.1567373Z"


@pytest.fixture(autouse=True)
def made(door: Door) -> None:
    door.make(STORAGE, account())


def key(door: Door, name: str = "key1") -> bytes:
    keys = door.post(f"{STORAGE}/listKeys").json()["keys"]
    return base64.b64decode(next(one["value"] for one in keys if one["keyName"] == name))


def signed(secret: bytes, *lines: str) -> str:
    text = "\n".join(lines).encode()
    return base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()


def account_sas(**more: Any) -> dict[str, Any]:
    return {
        "signedServices": "b",
        "signedResourceTypes": "sco",
        "signedPermission": "r",
        "signedExpiry": EXPIRY,
        **more,
    }


def test_an_account_sas_is_signed_with_the_key_that_is_named(door: Door) -> None:
    body = account_sas(signedProtocol="https", keyToSign="key2")
    token = door.post(f"{STORAGE}/ListAccountSas", body).json()["accountSasToken"]
    parts = dict(parse_qsl(token))
    assert parts.pop("sig") == signed(
        key(door, "key2"), "stone", "r", "b", "sco", "", "2027-05-24T11:42:03Z", "", "https", "2015-04-05", ""
    )
    assert parts == {
        "sv": "2015-04-05",
        "ss": "b",
        "srt": "sco",
        "sp": "r",
        "se": "2027-05-24T11:42:03Z",
        "spr": "https",
    }


def test_a_service_sas_is_for_what_lies_in_the_account(door: Door) -> None:
    place = "/blob/stone/music"
    body = {"canonicalizedResource": place, "signedPermission": "l", "signedExpiry": EXPIRY}
    token = door.post(f"{STORAGE}/ListServiceSas", body).json()["serviceSasToken"]
    parts = dict(parse_qsl(token))
    when = "2027-05-24T11:42:03Z"
    assert (parts["sr"], parts["se"]) == ("c", when)
    lines = ("l", "", when, place, "", "", "", "2015-04-05", "", "", "", "", "")
    assert parts["sig"] == signed(key(door), *lines)
    other = {**body, "canonicalizedResource": "/blob/other/music"}
    assert door.post(f"{STORAGE}/ListServiceSas", other).status == 400


@pytest.mark.parametrize(
    "more", [{"signedServices": "x"}, {"signedExpiry": "soon"}, {"keyToSign": "key3"}, {"signedExpiry": None}]
)
def test_what_cannot_be_signed_is_refused(door: Door, more: dict[str, Any]) -> None:
    answer = door.post(f"{STORAGE}/ListAccountSas", account_sas(**more))
    assert refusal(answer) == (400, "InvalidValuesForRequestParameters")


def test_kerberos_keys_are_made_when_they_are_asked_for_and_shown_when_they_are(door: Door) -> None:
    def names(**query: str) -> list[str]:
        return [one["keyName"] for one in door.post(f"{STORAGE}/listKeys", **query).json()["keys"]]

    made = door.post(f"{STORAGE}/regenerateKey", {"keyName": "kerb1"}).json()["keys"]
    assert [one["keyName"] for one in made] == ["key1", "key2", "kerb1"]
    assert names() == ["key1", "key2"]
    assert names(**{"$expand": "kerb"}) == ["key1", "key2", "kerb1"]


def test_delegation_keys_are_revoked_without_a_word(door: Door) -> None:
    answer = door.post(f"{STORAGE}/revokeUserDelegationKeys")
    assert (answer.status, answer.body) == (200, b"")
