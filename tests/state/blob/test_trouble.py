"""What is missing, and the command that makes it; what is secret is in no message."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError

from mlinfra.clouds import CLOUDS
from mlinfra.engine.schema import with_defaults
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.state.api import StoreError
from mlinfra.state.blob import BlobKind, kind
from mlinfra.state.blob.service import WAITS
from mlinfra.state.manager import StateManager, Who
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import info
from tests.state.blob.cloud import SETTINGS, Cloud, Nobody, site
from tests.state.samples import entry
from tests.state.test_session import INTENT

SAS = "sv=2025-01-05&sr=c&sp=rl&sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D"
KEY = "c2VjcmV0LWtleS1vZi10aGUtYWNjb3VudA=="
SECRETS = ("c2VjcmV0", "secret-signature", "secret-key")

WAYS: dict[str, dict[str, str]] = {"identity": {}, "sas": {"sas": SAS}, "access_key": {"access_key": KEY}}


COMMANDS = {
    (404, "ContainerNotFound"): "az storage container create --account-name stone --name states",
    (409, "ContainerBeingDeleted"): "az storage container create --account-name stone --name states",
    (404, "ResourceNotFound"): "az storage account create --name stone",
    (403, "AuthorizationFailure"): "az storage account network-rule add --account-name stone",
    (403, "KeyBasedAuthenticationNotPermitted"): "az login",
}


@pytest.mark.parametrize("refusal", COMMANDS, ids=lambda refusal: refusal[1])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_refused_comes_with_the_command(cloud: Cloud, refusal: tuple[int, str], way: str) -> None:
    cloud.wire.before = lambda said: refusal
    with pytest.raises(StoreError) as told:
        cloud.open(WAYS[way]).read()
    assert "stone" in told.value.summary
    assert COMMANDS[refusal] in told.value.hint


@pytest.mark.parametrize(
    ("way", "code", "command"),
    [
        ("identity", "AuthorizationPermissionMismatch", "az role assignment create --role"),
        ("sas", "AuthorizationPermissionMismatch", "az storage container generate-sas --account-name stone"),
        ("identity", "InvalidAuthenticationInfo", "az login --tenant"),
        ("sas", "AuthenticationFailed", "az storage container generate-sas --account-name stone"),
        ("access_key", "AuthenticationFailed", "az storage account keys list --account-name stone"),
        ("sas", "AuthorizationSourceIPMismatch", "generate-sas"),
    ],
)
def test_who_is_refused_is_told_how_to_be_let_in(cloud: Cloud, way: str, code: str, command: str) -> None:
    cloud.wire.before = lambda said: (403, code)
    with pytest.raises(StoreError) as told:
        cloud.open(WAYS[way]).lock(info(cloud.clock), 30)
    assert command in told.value.hint


def test_what_nobody_has_thought_of_is_told_by_its_code(cloud: Cloud) -> None:
    cloud.wire.before = lambda said: (418, "{Odd}")
    with pytest.raises(StoreError, match=r"the storage account stone answers 418 \{Odd\}"):
        cloud.store().read()


def test_the_container_that_is_not_there(cloud: Cloud) -> None:
    store = cloud.store(container="missing")
    asks: tuple[Callable[[], object], ...] = (
        store.read,
        store.history,
        lambda: store.lock(info(cloud.clock), 30),
        lambda: store.journal_read(1),
    )
    for ask in asks:
        with pytest.raises(StoreError, match="has no container missing"):
            ask()


def test_a_plan_needs_to_read_and_nothing_else(cloud: Cloud) -> None:
    manager = make_manager(cloud)
    with manager.session(command="apply") as session:
        session.record(entry(INTENT))
    sent = len(cloud.wire.sent)
    cloud.wire.before = lambda said: (
        None if said.startswith(("GET", "HEAD")) else (403, "AuthorizationPermissionMismatch")
    )
    assert manager.load().open == (entry(INTENT),)
    assert make_manager(cloud, key="new").load().etag is None
    assert {request.method for request in cloud.wire.sent[sent:]} == {"GET"}
    assert not [said for said in cloud.wire.said[sent:] if " list " in said], "reading is enough, unlisted"
    with (
        pytest.raises(MlinfraError, match="who is signed in may not do that in container states"),
        manager.session(command="apply"),
    ):
        raise AssertionError("nobody may write")


def make_manager(cloud: Cloud, **settings: str) -> StateManager:
    return StateManager(
        cloud.open(settings),
        stack="churn",
        folder="stacks/churn",
        clock=cloud.clock,
        tool="mlinfra 0.1.0",
        who=Who("ana", "laptop"),
        heartbeat=False,
    )


def test_a_busy_service_is_asked_again_for_a_while(cloud: Cloud) -> None:
    store = cloud.store()
    store.read()
    cloud.wire.before = lambda said: (503, "ServerBusy")
    with pytest.raises(StoreError, match=r"too busy, or ill \(503 ServerBusy\)"):
        store.read()
    assert tuple(cloud.clock.slept) == WAITS
    cloud.wire.before = lambda said: (503, "ServerBusy") if len(cloud.clock.slept) < 6 else None
    assert store.read() is None


def test_a_renewal_is_asked_once_since_who_renews_asks_again(cloud: Cloud) -> None:
    store = cloud.store()
    lease = store.lock(info(cloud.clock), 30)
    cloud.wire.before = lambda said: (503, "ServerBusy")
    with pytest.raises(StoreError, match="too busy"):
        store.renew(lease, 30)
    with pytest.raises(StoreError, match="too busy"):
        store.unlock(lease)
    assert cloud.clock.slept == []


def test_nobody_is_signed_in(cloud: Cloud) -> None:
    class Out(Nobody):
        def get_token(self, *scopes: str, **_: Any) -> Any:
            raise ClientAuthenticationError("run az login: " + SAS)

    store = BlobKind(transport=cloud.wire, credential=Out()).open(SETTINGS, site(cloud.clock))
    with pytest.raises(StoreError, match="not signed in to Azure") as told:
        store.read()
    assert "az login" in told.value.hint


# -- the network -------------------------------------------------------------------------------------------


def on_the_net(clock: HandClock, **settings: str) -> Any:
    given = {"account": "stone", "container": "states", **settings}
    return kind.open(with_defaults(given, kind.settings_schema), site(clock))


def test_an_account_that_dns_does_not_know(clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(host: str, *_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look)
    with pytest.raises(
        StoreError, match=r"no storage account stone at stone\.blob\.core\.windows\.net"
    ) as told:
        on_the_net(clock, access_key=KEY).read()
    assert "az storage account create --name stone" in told.value.hint
    assert clock.slept == [], "it is not there, however often it is asked"


def test_a_dns_that_does_not_answer_says_nothing_about_the_account(
    clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(host: str, *_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", look)
    with pytest.raises(StoreError, match="does not answer at stone"):
        on_the_net(clock, access_key=KEY).read()
    assert tuple(clock.slept) == WAITS


@pytest.mark.parametrize("way", ["sas", "access_key"])
def test_no_secret_is_ever_shown(
    clock: HandClock, way: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and nobody listens
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}/stone"
        store = on_the_net(clock, endpoint=endpoint, **WAYS[way])
        with pytest.raises(StoreError, match="does not answer") as told:
            store.read()
    shown = [str(told.value), told.value.hint, store.where(), store.where(1), repr(store)]
    shown += traceback.format_exception(told.value)
    shown += [record.getMessage() for record in caplog.records if not record.name.startswith("urllib3")]
    for secret in SECRETS:
        assert secret not in "\n".join(shown)


# -- settings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"sas": SAS, "access_key": KEY}, "both `sas` and `access_key`"),
        ({"sas": "secret-signature"}, "`sas` of the azure_blob store is no signature"),
        ({"access_key": "secret-key"}, "`access_key` of the azure_blob store is no key"),
        ({"endpoint": "http://stone.blob.core.windows.net"}, "must begin with https://"),
        ({"endpoint": "https://x/?" + SAS, "sas": SAS}, "is no address of an account"),
        ({"endpoint": "https://blob.example.com"}, r"outside of this cloud's storage \(core\.windows\.net\)"),
        (
            {"endpoint": "https://stone.blob.core.windows.net", "cloud": "china"},
            r"outside of this cloud's storage \(core\.chinacloudapi\.cn\)",
        ),
        ({"cloud": "simulator"}, "the cloud simulator is not at hand here"),
    ],
)
def test_settings_that_cannot_be(clock: HandClock, settings: dict[str, str], match: str) -> None:
    with pytest.raises(StoreError, match=match) as told:
        on_the_net(clock, **settings)
    for secret in SECRETS:
        assert secret not in str(told.value) + told.value.hint


@pytest.mark.parametrize("name", [name for name in CLOUDS if name != "simulator"])
def test_each_cloud_has_its_address(clock: HandClock, name: str) -> None:
    where = on_the_net(clock, cloud=name).where()
    assert where == f"https://stone.blob.{CLOUDS[name].storage}/states/churn/state.json"


def test_an_endpoint_is_taken_as_it_is(clock: HandClock) -> None:
    azurite = on_the_net(clock, endpoint="http://127.0.0.1:10000/stone/", access_key=KEY)
    assert azurite.where() == "http://127.0.0.1:10000/stone/states/churn/state.json"
    own = on_the_net(clock, endpoint="https://blob.example.com", sas="?" + SAS, key="team/churn")
    assert own.where() == "https://blob.example.com/states/team/churn/state.json"


def test_the_stacks_name_is_the_key_where_there_is_none(tmp_path: Path, clock: HandClock) -> None:
    assert on_the_net(clock).where().endswith("/states/churn/state.json")
