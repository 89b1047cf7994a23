"""Files of this machine → a datastore of a workspace, at a place that their content names.

``LocalUpload/{digest}/{name}`` is where `az ml` puts the same content (S:_artifacts._blob_storage_helper),
and its mark of completion is ours: what either has sent, neither sends again. An upload that was cut short
goes on where it stopped; what is there already with equal size and MD5 is left alone. However many files
there are, what is there is asked by listing, 5,000 to a page.

No message repeats what the network said in full, since it may quote a signed address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from mlinfra.localfiles import LocalFile, Survey, Unfit, survey
from mlinfra.providers.api import Report, reporter
from mlinfra.providers.azure.errors import AzureError, not_signed_in, unreachable
from mlinfra.providers.azure.storage import Store, container_client, credentials, find_store, refused

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties, ContainerClient

    from mlinfra.providers.azure.connection import AzureConnection

DEFAULT_DATASTORE = "workspaceblobstore"
"""Where `az ml` uploads to when nothing else is said (S:entities._datastore._constants)."""

WORKERS = 8
"""Files that are sent at once."""

MARK = {"upload_status": "completed"}
"""Metadata of the first file once all are there (S:_artifacts._constants)."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Where it is now: ``uri`` as data names it, ``url`` as a build does."""

    uri: str
    url: str
    sent: int
    """Bytes that had to be sent."""


@dataclass(slots=True)
class _Job:
    """One upload. ``prefix`` is what all its blobs start with."""

    found: Survey
    prefix: str
    mark: Mapping[str, str]
    report: Report
    sent: int = 0
    _lock: Lock = field(default_factory=Lock)

    def blob(self, file: LocalFile) -> str:
        """The name of a file's blob."""
        return f"{self.prefix}/{file.name}" if self.found.is_folder else self.prefix

    @property
    def first(self) -> LocalFile:
        """The file that carries the mark: the first by its place on this machine (S)."""
        return min(self.found.files, key=lambda file: str(file.source))

    def add(self, size: int) -> None:
        """Count what was sent, and tell."""
        with self._lock:
            self.sent += size
            self.report(self.sent, self.found.size)


def upload(
    conn: AzureConnection,
    workspace: str,
    datastore: str | None,
    path: Path,
    *,
    name: str,
    version: str,
    expected: str | None = None,
    key: tuple[str | int, ...] = ("path",),
) -> Uploaded:
    """Bring a file or folder to a datastore of the workspace, unless it is there.

    ``name`` and ``version`` are the asset's, for the mark; ``expected`` is ``file`` or ``folder``; ``key`` is
    where the path stands in the asset's body. May be repeated. Raises ProviderError.
    """
    try:
        found = survey(path, md5=True)
    except Unfit as wrong:
        raise AzureError("MLI-AZ-UPLOAD", wrong.summary, path=key, hint=wrong.detail, sent=False) from None
    if expected and found.is_folder != (expected == "folder"):
        kind = "a folder" if found.is_folder else "a file"
        raise AzureError(
            "MLI-AZ-UPLOAD",
            f"{path.name} is {kind}, and a {expected} is expected",
            path=key,
            hint="Write the other path, or the type that fits this one.",
            sent=False,
        )
    store = find_store(conn, workspace, datastore or DEFAULT_DATASTORE)
    prefix = f"LocalUpload/{found.digest}/{found.path.name}"
    job = _Job(found, prefix, {**MARK, "name": name, "version": version}, reporter())
    _run(conn, store, job)
    return Uploaded(
        f"azureml://datastores/{store.name}/paths/{prefix}",
        f"{store.address}/{store.container}/{prefix}",
        job.sent,
    )


def _run(conn: AzureConnection, store: Store, job: _Job) -> None:
    """Send it, as who runs this; where storage refuses that person, with the datastore's own secret."""
    from azure.core.exceptions import (
        AzureError as CoreError,
    )
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
    )

    first: HttpResponseError | None = None
    try:
        for credential in credentials(conn, store):
            try:
                return _send(container_client(conn, store, credential), job)
            except HttpResponseError as wrong:
                if wrong.status_code not in (401, 403):
                    raise
                first = first or wrong
        assert first is not None
        raise refused(first, store) from None
    except HttpResponseError as wrong:
        if wrong.status_code is None and isinstance(wrong, ClientAuthenticationError):  # nobody was asked
            raise not_signed_in(wrong.message) from None
        raise refused(wrong, store) from None
    except ServiceRequestError:
        raise unreachable(f"storage account {store.account} cannot be reached", sent=False) from None
    except CoreError:
        # What was sent may be sent again, so it is begun anew.
        raise unreachable(f"to storage account {store.account} it broke", sent=False) from None


def _send(client: ContainerClient, job: _Job) -> None:
    """Send what is missing, look whether all is there, and mark it complete."""
    there = _listed(client, job)
    complete = any(map(_marked, there.values()))
    missing = [file for file in job.found.files if not _is_there(there.get(job.blob(file)), file, complete)]
    if missing:
        with ThreadPoolExecutor(min(WORKERS, len(missing))) as pool:
            try:
                for _ in pool.map(lambda file: _send_file(client, job, file), missing):
                    pass
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        there = _listed(client, job)
        for file in job.found.files:
            if not _is_there(there.get(job.blob(file)), file, complete):
                raise AzureError(
                    "MLI-AZ-UPLOAD",
                    f"{file.name} did not arrive whole",
                    hint="It is sent again.",
                    retryable=True,
                    sent=False,
                )
    blob = job.blob(job.first)
    if not _marked(there[blob]):
        client.get_blob_client(blob).set_blob_metadata(dict(job.mark))


def _listed(client: ContainerClient, job: _Job) -> dict[str, BlobProperties]:
    """What is there of it, by name."""
    start = f"{job.prefix}/" if job.found.is_folder else job.prefix
    return {blob.name: blob for blob in client.list_blobs(name_starts_with=start, include=["metadata"])}


def _is_there(blob: BlobProperties | None, file: LocalFile, complete: bool) -> bool:
    """Whether a blob is this file: by size and MD5; by size alone where another tool kept no MD5 and marked
    the upload as ``complete``."""
    if blob is None or blob.size != file.size:
        return False
    md5 = blob.content_settings.content_md5
    return complete if md5 is None else bytes(md5) == file.md5


def _marked(blob: BlobProperties) -> bool:
    return MARK.items() <= dict(blob.metadata or {}).items()


def _send_file(client: ContainerClient, job: _Job, file: LocalFile) -> None:
    from azure.storage.blob import ContentSettings

    try:
        with file.source.open("rb") as opened:
            client.upload_blob(
                job.blob(file),
                _Watched(opened, file, job.add),  # type: ignore[arg-type]
                length=file.size,
                overwrite=True,
                validate_content=file.size > 0,
                max_concurrency=2,
                content_settings=ContentSettings(content_md5=bytearray(file.md5 or b"")),
            )
    except OSError as wrong:
        raise AzureError(
            "MLI-AZ-UPLOAD",
            f"{file.name} cannot be read",
            hint=f"{wrong.strerror or 'The system refused it'}.",
            sent=False,
        ) from None


class _Watched:
    """A file that is read once, from its start; a file that is no longer what was surveyed is told before
    the last of it is sent."""

    def __init__(self, opened: BinaryIO, file: LocalFile, report: Callable[[int], None]) -> None:
        self._opened, self._file, self._report = opened, file, report
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._left = file.size

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ProviderError when the file has changed."""
        data = self._opened.read(self._left if size < 0 else min(size, self._left))
        self._md5.update(data)
        self._left -= len(data)
        ended = self._left == 0 or (not data and size != 0)
        if ended and (self._left or self._md5.digest() != self._file.md5):
            raise AzureError(
                "MLI-AZ-UPLOAD",
                f"{self._file.name} changed while it was uploaded",
                hint="Plan again when nothing writes to it any more.",
                sent=False,
            )
        self._report(len(data))
        return data
