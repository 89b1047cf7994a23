"""A key that a vault wraps, against the simulated vault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mlinfra.cli.wiring import SimulatedCredential
from mlinfra.simulator import Request, Simulator
from mlinfra.simulator.transport import SimulatorTransport
from mlinfra.state.seal.api import Bound, Unopened
from mlinfra.state.seal.cipher import Cipher
from mlinfra.state.seal.vault import VaultKey, read_place
from tests.simulator.door import VAULT, Door, vault

BOUND = Bound("state", "L", 7)
PLACE = {"vault": "kv-one", "key": "state", "cloud": "simulator"}


class Vault:
    """The vault ``kv-one``; ``asked`` are the paths of the requests to it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.asked: list[str] = []
        door = Door(simulator)
        door.group()
        door.send("PUT", VAULT, vault())

    def create(self) -> str:
        """A key, or its next version, which is answered."""
        headers = {"host": "kv-one.vault.azure.net", "authorization": "Bearer x"}
        body = json.dumps({"kty": "RSA"}).encode()
        request = Request("POST", "/keys/state/create", {"api-version": "7.4"}, headers, body)
        kid: str = self.simulator.handle(request).json()["key"]["kid"]
        return kid.rpartition("/")[2]

    def cipher(self, **place: str) -> Cipher:
        """As another process would have it."""
        transport = SimulatorTransport(self.simulator)
        send = transport.send

        def noted(request: Any, **words: Any) -> Any:
            self.asked.append(request.url.partition("?")[0].rpartition("/")[2])
            return send(request, **words)

        transport.send = noted  # type: ignore[method-assign]
        where, credential = read_place({**PLACE, **place}), SimulatedCredential()
        return Cipher(VaultKey(where, transport=transport, credential=credential))


@pytest.fixture
def kv() -> Iterator[Vault]:
    simulator = Simulator()
    yield Vault(simulator)
    simulator.close()


def test_another_process_opens_it(kv: Vault) -> None:
    kv.create()
    closed = kv.cipher().close(b"words", BOUND)
    assert kv.cipher().open(closed, "state") == b"words"


def test_the_vault_is_asked_once_for_each_key(kv: Vault) -> None:
    version = kv.create()
    writer = kv.cipher()
    closed = [writer.close(b"x", BOUND) for _ in range(5)]
    assert kv.asked == ["state", "wrapkey"]
    reader = kv.cipher()
    assert [reader.open(each, "state") for each in closed] == [b"x"] * 5
    assert kv.asked == ["state", "wrapkey", "unwrapkey"]
    told = json.loads(closed[0])["key"]
    assert (told["vault"], told["key"], told["version"]) == ("kv-one", "state", version)


def test_a_new_version_is_used_at_once_and_the_earlier_one_still_opens(kv: Vault) -> None:
    kv.create()
    old = kv.cipher().close(b"x", BOUND)
    new = kv.create()
    both = kv.cipher()
    assert both.open(old, "state") == b"x"
    assert json.loads(both.close(b"y", BOUND))["key"]["version"] == new


def test_a_version_can_be_named(kv: Vault) -> None:
    first = kv.create()
    kv.create()
    assert json.loads(kv.cipher(version=first).close(b"x", BOUND))["key"]["version"] == first
    assert kv.asked == ["wrapkey"]


def test_the_envelope_does_not_say_where_our_token_goes(kv: Vault) -> None:
    kv.create()
    document = json.loads(kv.cipher().close(b"x", BOUND))
    document["key"] |= {"vault": "evil", "key": "evil"}
    assert kv.cipher().open(json.dumps(document, separators=(",", ":")).encode(), "state") == b"x"


@pytest.mark.parametrize(
    "change", [{"version": "../../secrets/x"}, {"version": 7}, {"wrapped": None}, {"wrapped": "A"}], ids=str
)
def test_nonsense_in_the_envelope_is_damage(kv: Vault, change: dict[str, Any]) -> None:
    kv.create()
    document = json.loads(kv.cipher().close(b"x", BOUND))
    document["key"] |= change
    with pytest.raises(Unopened) as wrong:
        kv.cipher().open(json.dumps(document, separators=(",", ":")).encode(), "state")
    assert wrong.value.code == "MLI-STA-082"


def test_a_key_that_is_not_there(kv: Vault) -> None:
    with pytest.raises(Unopened) as wrong:
        kv.cipher().ready()
    assert wrong.value.code == "MLI-STA-088"
    assert "https://kv-one.vault.azure.net/keys/state refuses it (404): A key with" in wrong.value.problem
    assert "az keyvault key create --vault-name kv-one --name state --kty RSA" in wrong.value.hint


@pytest.mark.parametrize(
    "change",
    [
        {"vault": "https://evil.example"},
        {"vault": "a/b"},
        {"key": "a/b"},
        {"version": "1"},
        {"cloud": "moon"},
    ],
)
def test_a_place_that_cannot_be(change: dict[str, str]) -> None:
    with pytest.raises(Unopened) as wrong:
        read_place({**PLACE, **change})
    assert wrong.value.code == "MLI-STA-087"


@pytest.mark.parametrize(
    ("cloud", "address"),
    [
        ("public", "https://kv-one.vault.azure.net"),
        ("usgov", "https://kv-one.vault.usgovcloudapi.net"),
        ("china", "https://kv-one.vault.azure.cn"),
    ],
)
def test_each_cloud_has_its_own_vaults(cloud: str, address: str) -> None:
    assert read_place({**PLACE, "cloud": cloud}).address == address
