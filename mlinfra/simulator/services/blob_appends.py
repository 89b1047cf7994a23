"""Append blobs grow at their end and nowhere else. Source: REST reference append-block and put-blob."""

from __future__ import annotations

from mlinfra.simulator.services.blob_leases import check_use
from mlinfra.simulator.services.blob_objects import LARGEST, WRITTEN, check_md5, wrong_type
from mlinfra.simulator.services.blob_wire import BlobCall, bad_header, check_conditions, find, refuse, stamps
from mlinfra.simulator.wire import Answer

MOST = 50_000
"""Blocks that one append blob takes."""
BLOCK = 100 * 1024 * 1024
OLD_BLOCK = 4 * 1024 * 1024
"""Bytes of one block, by whether the request's x-ms-version is 2022-11-02 or later."""


def append(call: BlobCall) -> Answer:
    """PUT ?comp=appendblock, under ``x-ms-blob-condition-appendpos`` and ``-maxsize``."""
    blob = find(call)
    if not call.body:
        raise bad_header("Content-Length")
    if len(call.body) > (BLOCK if call.headers.get("x-ms-version", "") >= "2022-11-02" else OLD_BLOCK):
        raise refuse(413, "RequestBodyTooLarge", "The request body is too large and exceeds the limit.")
    digest = check_md5(call)
    if blob.appends is None:
        raise wrong_type()
    check_conditions(call, blob.etag, blob.changed, writing=True)
    check_use(call, blob, writing=True)
    at = _number(call, "x-ms-blob-condition-appendpos")
    if at is not None and at != blob.size:
        text = "The append position condition specified was not met."
        raise refuse(412, "AppendPositionConditionNotMet", text)
    most = _number(call, "x-ms-blob-condition-maxsize")
    if most is not None and blob.size + len(call.body) > most:
        raise refuse(412, "MaxBlobSizeConditionNotMet", "The max blob size condition specified was not met.")
    if blob.appends >= MOST:
        text = f"The committed block count cannot exceed the maximum limit of {MOST:,} blocks."
        raise refuse(409, "BlockCountExceedsLimit", text)
    if blob.size + len(call.body) > LARGEST:
        text = f"The request body is too large: the simulator keeps {LARGEST} bytes of a blob at most."
        raise refuse(413, "RequestBodyTooLarge", text, x_ms_simulator_limit=str(LARGEST))
    start = blob.size
    blob.etag, blob.changed = call.etag(), call.world.now
    call.world.store.blobs.append(blob, call.body)
    told = {
        "x-ms-blob-append-offset": str(start),
        "x-ms-blob-committed-block-count": str(blob.appends),
        "content-md5": digest,
    }
    return Answer(201, None, {**stamps(blob.etag, blob.changed), **told, **WRITTEN})


def _number(call: BlobCall, header: str) -> int | None:
    said = call.headers.get(header)
    if said is None:
        return None
    if not said.isascii() or not said.isdigit():
        raise bad_header(header)
    return int(said)
