"""Keys of a vault that wrap other keys, through its own host."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from mlinfra.simulator import Response
from tests.simulator.door import VAULT, Door, vault

VALUE = urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()
ALGORITHM = "RSA-OAEP-256"


class Keys:
    """Asks the vault ``kv-one`` about its keys."""

    def __init__(self, door: Door) -> None:
        self.door = door
        door.send("PUT", VAULT, vault())

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Response:
        headers = {"host": "kv-one.vault.azure.net", "authorization": "Bearer x", **more.pop("headers", {})}
        return self.door.send(method, path, body, version=more.pop("version", "7.4"), headers=headers, **more)

    def create(self, name: str = "state", **more: Any) -> str:
        answer = self.ask("POST", f"/keys/{name}/create", {"kty": "RSA", **more})
        assert answer.status == 200
        return str(answer.json()["key"]["kid"])


@pytest.fixture
def keys(door: Door) -> Keys:
    return Keys(door)


def code(answer: Response) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["code"]


def test_what_a_key_wrapped_it_unwraps_by_its_version(keys: Keys) -> None:
    first = keys.create().removeprefix("https://kv-one.vault.azure.net")
    wrapped = keys.ask("POST", f"{first}/wrapkey", {"alg": ALGORITHM, "value": VALUE}).json()
    assert wrapped["kid"].endswith(first)
    assert wrapped["value"] != VALUE
    keys.create()
    again = {"alg": ALGORITHM, "value": wrapped["value"]}
    assert keys.ask("POST", f"{first}/unwrapkey", again).json()["value"] == VALUE
    assert code(keys.ask("POST", "/keys/state/unwrapkey", again)) == (400, "BadParameter"), "the latest"


def test_the_latest_version_is_shown_without_what_is_secret(keys: Keys) -> None:
    keys.create()
    latest = keys.create(key_size=3072)
    key = keys.ask("GET", "/keys/state").json()["key"]
    assert key["kid"] == latest
    assert key.keys() == {"kid", "kty", "key_ops", "n", "e"}
    assert (key["kty"], key["e"], len(key["n"])) == ("RSA", "AQAB", 512)


def test_nobody_is_let_in_without_a_token(keys: Keys) -> None:
    keys.create()
    answer = keys.ask("GET", "/keys/state", headers={"authorization": ""})
    assert code(answer) == (401, "Unauthorized")
    assert 'resource="https://vault.azure.net"' in answer.headers["www-authenticate"]


def test_an_operation_that_the_key_is_not_for(keys: Keys) -> None:
    keys.create(key_ops=["sign"])
    answer = keys.ask("POST", "/keys/state/wrapkey", {"alg": ALGORITHM, "value": VALUE})
    assert code(answer) == (403, "Forbidden")
    assert answer.json()["error"]["innererror"] == {"code": "KeyOperationForbidden"}


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/keys/other", None, (404, "KeyNotFound")),
        ("GET", f"/keys/state/{'0' * 32}", None, (404, "KeyNotFound")),
        ("POST", "/keys/state/create", {}, (400, "BadParameter")),
        ("POST", "/keys/state/create", [], (400, "BadParameter")),
        ("POST", "/keys/state/create", {"kty": "RSA", "key_size": 1024}, (400, "BadParameter")),
        ("POST", "/keys/state/create", {"kty": "RSA", "key_ops": ["fly"]}, (400, "BadParameter")),
        ("POST", "/keys/state/create", {"kty": "RSA", "colour": "red"}, (400, "BadParameter")),
        ("POST", "/keys/state/create", {"kty": "EC"}, (501, "NotSimulated")),
        ("POST", "/keys/state/wrapkey", {"alg": ALGORITHM}, (400, "BadParameter")),
        ("POST", "/keys/state/wrapkey", {"alg": ALGORITHM, "value": "A"}, (400, "BadParameter")),
        ("POST", "/keys/state/wrapkey", {"alg": ALGORITHM, "value": VALUE * 9}, (400, "BadParameter")),
        ("POST", "/keys/state/wrapkey", {"alg": "RSA1_5", "value": VALUE}, (501, "NotSimulated")),
        ("POST", "/keys/state/unwrapkey", {"alg": ALGORITHM, "value": VALUE}, (400, "BadParameter")),
        ("DELETE", "/keys/state", None, (501, "NotSimulated")),
        ("GET", "/secrets/x", None, (501, "NotSimulated")),
    ],
)
def test_refusals(keys: Keys, method: str, path: str, body: Any, expected: tuple[int, str]) -> None:
    keys.create()
    assert code(keys.ask(method, path, body)) == expected


def test_the_version_of_the_service_is_needed(keys: Keys) -> None:
    assert code(keys.ask("GET", "/keys/state", version="2016-10-01")) == (400, "BadParameter")


def test_there_must_be_a_vault(keys: Keys) -> None:
    assert code(keys.ask("GET", "/keys/state", headers={"host": "kv-two.vault.azure.net"})) == (
        404,
        "ResourceNotFound",
    )
