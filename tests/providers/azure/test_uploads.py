"""Uploads against the simulator's blob storage, through the real azure-storage-blob."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.identity import CredentialUnavailableError
from azure.storage.blob import ContainerClient, ContentSettings

from mlinfra.localfiles import LocalFile, survey
from mlinfra.providers.api import ProviderError, reporting
from mlinfra.providers.azure import AzureProvider, storage, uploads
from mlinfra.providers.azure.connection import AzureConnection
from mlinfra.providers.azure.uploads import Uploaded, upload
from mlinfra.simulator import Simulator
from mlinfra.simulator.transport import SimulatorTransport
from tests.providers.azure.fake import GROUP, SUBSCRIPTION, FakeTransport, Reply, Signed, connection
from tests.providers.azure.types.test_lifecycles import SETTINGS
from tests.providers.azure.types.test_ml_lifecycles import Lab

WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
BLOB_API = ".blob.core.windows.net/"


class Wire(SimulatorTransport):
    """The simulator's transport, with a hand in between: it may answer or raise instead."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.between: Callable[[Any], Any] = lambda request: None
        self.sent: list[Any] = []

    def send(self, request: Any, **kwargs: Any) -> Any:
        self.sent.append(request)
        return self.between(request) or super().send(request, **kwargs)

    def of_storage(self, method: str = "") -> list[Any]:
        return [r for r in self.sent if BLOB_API in r.url and method in ("", r.method)]


class Bench:
    """A workspace with its own datastores, and a folder to upload."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.lab = Lab(simulator)
        self.workspace = self.lab.workspace()["id"]
        self.wire = Wire(simulator)
        self.conn: AzureConnection = AzureProvider(transport=self.wire, credential=Signed()).connect(SETTINGS)
        self.folder = folder / "context"
        (self.folder / "src").mkdir(parents=True)
        (self.folder / "Dockerfile").write_text("FROM scratch\n")
        (self.folder / "empty").write_text("")
        (self.folder / "src" / "größe 1.py").write_text("print()\n")

    def upload(self, path: Path | None = None, datastore: str | None = None, **words: Any) -> Uploaded:
        words = {"name": "env", "version": "1", **words}
        return upload(self.conn, self.workspace, datastore, path or self.folder, **words)

    def container(self, name: str = "workspaceblobstore") -> ContainerClient:
        store = self.conn.arm.get(f"{self.workspace}/datastores/{name}", "2024-04-01")
        assert store is not None
        told = store["properties"]
        return ContainerClient(
            f"https://{told['accountName']}.blob.core.windows.net",
            told["containerName"],
            credential=Signed(),
            transport=SimulatorTransport(self.lab.simulator),
        )

    def blobs(self) -> dict[str, Any]:
        return {blob.name: blob for blob in self.container().list_blobs(include=["metadata"])}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    simulator = Simulator()
    yield Bench(simulator, tmp_path)
    simulator.close()


def refused(call: Callable[[], Any]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value


def test_a_folder_lies_where_its_content_says(bench: Bench) -> None:
    found = bench.upload()
    place = f"LocalUpload/{survey(bench.folder).digest}/context"
    assert found.uri == f"azureml://datastores/workspaceblobstore/paths/{place}"
    assert found.url == f"{bench.container().url}/{place}"
    assert found.sent == survey(bench.folder).size
    blobs = bench.blobs()
    assert sorted(blobs) == [f"{place}/Dockerfile", f"{place}/empty", f"{place}/src/größe 1.py"]
    marks = {name.rpartition("/")[2]: dict(blob.metadata or {}) for name, blob in blobs.items()}
    assert marks["Dockerfile"] == {"upload_status": "completed", "name": "env", "version": "1"}
    assert marks["empty"] == {}


def test_a_file_lies_below_its_digest(bench: Bench) -> None:
    place = f"LocalUpload/{survey(bench.folder / 'Dockerfile').digest}/Dockerfile"
    assert bench.upload(bench.folder / "Dockerfile").uri.endswith(f"/paths/{place}")
    assert dict(bench.blobs()[place].metadata or {})["upload_status"] == "completed"


def test_what_is_there_is_not_sent_again_whatever_it_is_called(bench: Bench) -> None:
    first = bench.upload()
    bench.wire.sent.clear()
    again = bench.upload(name="other", version="7")
    assert (again.uri, again.sent) == (first.uri, 0)
    assert [r.method for r in bench.wire.sent] == ["GET", "GET"], "the datastore, and one page of a list"


def test_requests_to_storage_are_counted(bench: Bench) -> None:
    bench.upload()
    assert bench.conn.requests == len(bench.wire.sent)


def test_two_thousand_files_cost_pages_of_lists_and_no_look_at_each(bench: Bench, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(2000):
        (many / f"{number:04}").write_bytes(b"")
    bench.upload(many)
    assert {r.method for r in bench.wire.of_storage()} == {"GET", "PUT"}
    assert len(bench.wire.of_storage("PUT")) == 2001
    bench.wire.sent.clear()
    bench.upload(many)
    assert len(bench.wire.of_storage()) == 1


def test_a_large_file_goes_in_blocks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "BLOCK", 1000)
    large = bench.folder / "large"
    large.write_bytes(bytes(range(256)) * 20)
    told: list[tuple[int, int]] = []
    with reporting(lambda sent, total: told.append((sent, total))):
        bench.upload(large)
    (name,) = bench.blobs()
    assert bench.container().download_blob(name).readall() == large.read_bytes()
    assert told[-1] == (5120, 5120)
    assert sum("comp=block&" in f"{r.url}&" for r in bench.wire.of_storage("PUT")) == 6


def test_an_upload_that_broke_goes_on_where_it_stopped(bench: Bench) -> None:
    def cut(request: Any) -> None:
        if request.method == "PUT" and "empty" in request.url:
            raise ServiceResponseError("the connection broke")

    bench.wire.between = cut
    wrong = refused(bench.upload)
    assert (wrong.code, wrong.retryable, wrong.sent) == ("MLI-AZ-NETWORK", True, False)
    assert not any(dict(blob.metadata or {}) for blob in bench.blobs().values()), "not marked as complete"
    before = set(bench.blobs())
    bench.wire.between = lambda request: None
    bench.wire.sent.clear()
    bench.upload()
    files = [r.url for r in bench.wire.of_storage("PUT") if "comp=" not in r.url]
    assert len(files) == 3 - len(before)
    assert len(bench.blobs()) == 3


def test_a_blob_with_other_content_is_sent_again(bench: Bench) -> None:
    bench.upload()
    name = next(name for name in bench.blobs() if name.endswith("Dockerfile"))
    wrong = bytearray(b"x" * 16)
    bench.container().upload_blob(
        name, b"FROM another", overwrite=True, content_settings=ContentSettings(content_md5=wrong)
    )
    assert bench.upload().sent == len("FROM scratch\n")
    assert bench.container().download_blob(name).readall() == b"FROM scratch\n"


def test_what_did_not_arrive_is_told(bench: Bench) -> None:
    class Lost:
        """A proxy that answers for storage, and drops what it is given."""

        status_code, reason, content_type = 201, "Created", None
        headers: dict[str, str] = {"etag": '"1"', "last-modified": "Sat, 21 Nov 2026 10:00:00 GMT"}  # noqa: RUF012

        def __getattr__(self, name: str) -> Any:
            return lambda *a, **k: b""

    def drop(request: Any) -> Any:
        return Lost() if request.method == "PUT" and "empty" in request.url else None

    bench.wire.between = drop
    wrong = refused(bench.upload)
    assert (wrong.code, wrong.summary, wrong.retryable) == (
        "MLI-AZ-UPLOAD",
        "empty did not arrive whole",
        True,
    )


def without_rights(request: Any) -> None:
    """Storage that knows no person."""
    if BLOB_API in request.url and request.headers.get("Authorization", "").startswith("Bearer"):
        request.headers.pop("Authorization")


def test_the_datastores_secret_serves_where_the_person_may_not(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.wire.between = without_rights
    found = bench.upload()
    assert found.sent == survey(bench.folder).size
    asked = [r for r in bench.wire.sent if r.url.partition("?")[0].endswith("/listSecrets")]
    assert len(asked) == 1
    first, second = bench.wire.of_storage()[:2]
    assert first.method == second.method == "GET"
    assert "SharedKey" in second.headers.get("Authorization", "") or "sig=" in second.url
    assert "sig=" not in caplog.text.replace("sig=REDACTED", "")


def test_the_persons_token_goes_to_storage_first(bench: Bench) -> None:
    bench.upload()
    assert all(r.headers["Authorization"].startswith("Bearer ") for r in bench.wire.of_storage())
    assert not any("listSecrets" in r.url for r in bench.wire.sent)


def test_who_may_not_write_is_told_what_to_ask_for(bench: Bench) -> None:
    def between(request: Any) -> None:
        if BLOB_API in request.url:
            request.headers.pop("Authorization", None)
            request.url = request.url.partition("?")[0] + "?restype=container&comp=list"

    bench.wire.between = between
    wrong = refused(bench.upload)
    assert wrong.code == "MLI-AZ-RIGHTS"
    assert "container azureml-blobstore-" in wrong.summary and "storage account stlab" in wrong.summary
    assert "Storage Blob Data Contributor" in wrong.hint


@pytest.mark.parametrize("broken", [ServiceRequestError, ServiceResponseError])
def test_no_signed_address_is_in_a_message(bench: Bench, broken: Any) -> None:
    def between(request: Any) -> None:
        without_rights(request)
        if "Authorization" not in request.headers or "SharedKey" in request.headers["Authorization"]:
            raise broken(f"Max retries exceeded with url: {request.url}&sig=hunter2")

    bench.wire.between = between
    wrong = refused(bench.upload)
    assert wrong.code == "MLI-AZ-NETWORK"
    assert "hunter2" not in f"{wrong} {wrong.hint}"
    assert wrong.__cause__ is None


def test_a_container_that_is_gone(bench: Bench) -> None:
    bench.container().delete_container()
    wrong = refused(bench.upload)
    assert (wrong.code, wrong.path) == ("MLI-AZ-DATASTORE", ("datastore",))
    assert "ContainerNotFound" in wrong.summary


def test_what_is_not_as_it_should_be_is_told_before_anything_is_sent(bench: Bench, tmp_path: Path) -> None:
    bench.wire.sent.clear()
    (tmp_path / "void").mkdir()
    wrong = refused(lambda: bench.upload(tmp_path / "void"))
    assert (wrong.code, wrong.sent) == ("MLI-AZ-UPLOAD", False)
    wrong = refused(lambda: bench.upload(expected="file", key=("build", "path")))
    assert (wrong.path, wrong.sent) == (("build", "path"), False)
    assert bench.wire.sent == []


def test_a_datastore_that_is_not_there(bench: Bench) -> None:
    wrong = refused(lambda: bench.upload(datastore="nowhere"))
    assert (wrong.code, wrong.summary) == ("MLI-AZ-DATASTORE", "the workspace has no datastore nowhere")


def test_a_datastore_of_shares_takes_no_uploads(bench: Bench) -> None:
    wrong = refused(lambda: bench.upload(datastore="workspacefilestore"))
    assert wrong.code == "MLI-AZ-DATASTORE" and "AzureFile" in wrong.summary


@pytest.mark.parametrize(
    "told",
    [
        {"accountName": "st", "endpoint": "core.evil.example"},
        {"accountName": "evil.example/", "endpoint": "core.windows.net"},
        {"accountName": "evil.example#", "endpoint": None},
    ],
)
def test_our_token_goes_to_the_clouds_own_storage_alone(tmp_path: Path, told: dict[str, Any]) -> None:
    (tmp_path / "x").write_text("x")
    body = {"properties": {"datastoreType": "AzureBlob", "containerName": "c", **told}}
    fake = FakeTransport({f"GET {WORKSPACE}/datastores/d": Reply(200, body)})
    conn = connection(fake)
    wrong = refused(lambda: upload(conn, WORKSPACE, "d", tmp_path / "x", name="n", version="1"))
    assert "outside of this cloud's storage" in wrong.summary
    assert len(fake.asked) == 1
    assert conn.settings["subscription"] == SUBSCRIPTION


@pytest.mark.parametrize("content", [b"abd", b"ab", b""])
def test_a_file_that_changes_meanwhile_is_told_before_its_end_is_sent(content: bytes) -> None:
    md5 = b"\x90\x01P\x98<\xd2O\xb0\xd6\x96?}(\xe1\x7fr"  # of abc
    watched = uploads._Watched(io.BytesIO(content), LocalFile(Path("x"), "x", 3, md5), lambda size: None)

    def read() -> None:
        for _ in range(4):
            watched.read(1)

    assert refused(read).summary == "x changed while it was uploaded"


@pytest.mark.parametrize(
    ("size", "md5", "complete", "there"),
    [
        (3, b"right", False, True),
        (3, b"right", True, True),
        (3, b"wrong", True, False),
        (4, b"right", True, False),
        (3, None, True, True),
        (3, None, False, False),
    ],
)
def test_when_a_blob_is_a_file(size: int, md5: bytes | None, complete: bool, there: bool) -> None:
    settings = SimpleNamespace(content_md5=md5 and bytearray(md5))
    blob: Any = SimpleNamespace(size=size, content_settings=settings)
    assert uploads._is_there(blob, LocalFile(Path("x"), "x", 3, b"right"), complete) == there
    assert not uploads._is_there(None, LocalFile(Path("x"), "x", 3, b"right"), complete)


def test_who_is_not_signed_in_is_told_so(bench: Bench) -> None:
    class Nobody(Signed):
        def get_token(self, *scopes: str, **words: Any) -> Any:
            raise CredentialUnavailableError("no token for storage")

    bench.conn.credential = Nobody()
    assert refused(bench.upload).code == "MLI-AZ-SIGNIN"


def test_what_was_added_to_a_file_meanwhile_is_not_sent() -> None:
    md5 = b"\x90\x01P\x98<\xd2O\xb0\xd6\x96?}(\xe1\x7fr"
    watched = uploads._Watched(io.BytesIO(b"abcdef"), LocalFile(Path("x"), "x", 3, md5), lambda size: None)
    assert (watched.read(), watched.read()) == (b"abc", b"")
