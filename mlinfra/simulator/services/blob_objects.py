"""Blobs: put whole or in blocks, read whole or by range, described, removed. Appending: `blob_appends`."""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import md5
from html import escape

from mlinfra.simulator.blob_rows import Blob
from mlinfra.simulator.clock import http_date
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.services.blob_leases import check_use, shown_lease
from mlinfra.simulator.services.blob_wire import (
    BlobCall,
    bad_header,
    check_conditions,
    find,
    missing,
    no_header,
    refuse,
    stamps,
    xml,
)
from mlinfra.simulator.wire import Answer

LARGEST = 256 * 1024 * 1024
"""Bytes of a blob: the simulator's own bound. Azure takes 5,000 MiB in one request and 190 TiB in blocks."""

_OWN = (
    "content-type",
    "content-encoding",
    "content-language",
    "content-md5",
    "cache-control",
    "content-disposition",
)

WRITTEN = {"x-ms-request-server-encrypted": "true"}


def _digest(content: bytes) -> str:
    return base64.b64encode(md5(content, usedforsecurity=False).digest()).decode()


def _check_size(size: int) -> None:
    if size > LARGEST:
        text = f"The request body is too large: the simulator keeps {LARGEST} bytes of a blob at most."
        raise refuse(413, "RequestBodyTooLarge", text, x_ms_simulator_limit=str(LARGEST))


def check_md5(call: BlobCall) -> str:
    """The body's MD5, which must be what the header says. A CRC64 is not looked at."""
    found, said = _digest(call.body), call.headers.get("content-md5")
    if said is not None and said != found:
        text = "The MD5 value specified in the request did not match with the MD5 value calculated."
        raise refuse(400, "Md5Mismatch", text)
    return found


def _own_headers(call: BlobCall) -> dict[str, str]:
    """``x-ms-blob-content-type`` and its kin; of the plain headers only the type and the encoding count."""
    found = {key: call.headers[f"x-ms-blob-{key}"] for key in _OWN if f"x-ms-blob-{key}" in call.headers}
    return {key: value for key, value in found.items() if value}


def _write(
    call: BlobCall,
    content: bytes,
    own: dict[str, str],
    blocks: list[tuple[str, int]],
    appends: int | None = None,
) -> Answer:
    rows, now = call.world.store.blobs, call.world.now
    prior = rows.get(call.container_id, call.name)
    check_conditions(
        call,
        prior.etag if prior is not None else None,
        prior.changed if prior is not None else 0.0,
        writing=True,
    )
    check_use(call, prior, writing=True)
    if prior is not None and (prior.appends is None) != (appends is None):
        raise wrong_type()  # assumed: the reference does not say that a blob's type can be changed
    _check_size(len(content))
    own.setdefault("content-type", "application/octet-stream")
    made = Blob(
        container=call.place().id,
        name=call.name,
        etag=call.etag(),
        created=prior.created if prior is not None else now,
        changed=now,
        size=len(content),
        headers=own,
        metadata=call.metadata(),
        blocks=blocks,
        appends=appends,
        lease=prior.lease if prior is not None else None,
    )
    rows.put(made, content)
    return Answer(201, None, {**stamps(made.etag, now), **WRITTEN})


def put(call: BlobCall) -> Answer:
    """PUT of a whole blob."""
    call.place()
    type_ = call.headers.get("x-ms-blob-type")
    if type_ is None:
        raise no_header("x-ms-blob-type")
    kind = type_.lower()
    if kind not in ("blockblob", "appendblob") or "x-ms-copy-source" in call.headers:
        raise refuse(501, "NotSimulated", f"A blob of type {type_}, or a copy, is not simulated.")
    if kind == "appendblob" and call.body:
        raise bad_header("Content-Length")  # REST reference put-blob: an append blob begins empty
    digest = check_md5(call)
    own = _own_headers(call)
    if "content-type" in call.headers:
        own.setdefault("content-type", call.headers["content-type"])
    if kind == "appendblob":
        return _write(call, b"", own, [], appends=0)
    own.setdefault("content-md5", digest)
    answer = _write(call, call.body, own, [])
    answer.headers["content-md5"] = digest
    return answer


def wrong_type() -> ArmError:
    """What is asked of a blob that is of the other type."""
    return refuse(409, "InvalidBlobType", "The blob type is invalid for this operation.")


def _block_blob(call: BlobCall) -> Blob | None:
    found = call.world.store.blobs.get(call.place().id, call.name)
    if found is not None and found.appends is not None:
        raise wrong_type()
    return found


# -- blocks ------------------------------------------------------------------------------------------------


def put_block(call: BlobCall) -> Answer:
    """PUT ?comp=block&blockid=…"""
    place, id = call.place(), call.query.get("blockid", "")
    try:
        right = 0 < len(base64.b64decode(id.encode(), validate=True)) <= 64
    except (ValueError, binascii.Error):
        right = False
    if not right:
        text = "Value for one of the query parameters specified in the request URI is invalid: blockid."
        raise refuse(400, "InvalidQueryParameterValue", text)
    rows = call.world.store.blobs
    prior = _block_blob(call)
    check_use(call, prior, writing=True)
    waiting = rows.staged(place.id, call.name)
    if any(len(other) != len(id) for other in waiting):
        text = "The specified blob or block content is invalid: all ids of blocks have one length."
        raise refuse(400, "InvalidBlobOrBlock", text)
    _check_size(len(call.body) + sum(waiting.values()))
    digest = check_md5(call)
    rows.stage(place.id, call.name, id, call.body)
    return Answer(201, None, {"content-md5": digest, **WRITTEN})


_LISTED = re.compile(r"<(Latest|Committed|Uncommitted)>\s*([^<\s]*)\s*</\1>")


def put_block_list(call: BlobCall) -> Answer:
    """PUT ?comp=blocklist: the blob is the blocks that the body names, in that order."""
    place, rows = call.place(), call.world.store.blobs
    text = call.body.decode("utf-8", errors="replace")
    if "<BlockList" not in text:
        raise refuse(400, "InvalidXmlDocument", "XML specified is not syntactically valid.")
    check_md5(call)
    _block_blob(call)
    waiting = rows.staged(place.id, call.name)
    held = _committed(call)
    parts, blocks = [], []
    for where, id in _LISTED.findall(text):
        if id in waiting and where != "Committed":
            part = rows.block(place.id, call.name, id)
        elif id in held and where != "Uncommitted":
            part = held[id]
        else:
            raise refuse(400, "InvalidBlockList", "The specified block list is invalid.")
        parts.append(part)
        blocks.append((id, len(part)))
        _check_size(sum(size for _, size in blocks))
    return _write(call, b"".join(parts), _own_headers(call), blocks)


def _committed(call: BlobCall) -> dict[str, bytes]:
    rows = call.world.store.blobs
    prior = rows.get(call.container_id, call.name)
    found, start = {}, 0
    for id, size in prior.blocks if prior is not None else ():
        assert prior is not None
        found[id] = rows.read(prior, start, size)
        start += size
    return found


def get_block_list(call: BlobCall) -> Answer:
    """GET ?comp=blocklist&blocklisttype=committed|uncommitted|all."""
    place, rows = call.place(), call.world.store.blobs
    kind = call.query.get("blocklisttype", "committed").lower()
    prior, waiting = _block_blob(call), rows.staged(place.id, call.name)
    check_use(call, prior, writing=False)
    if prior is None and not waiting:
        raise missing()

    def shown(tag: str, blocks: list[tuple[str, int]]) -> str:
        items = "".join(f"<Block><Name>{escape(i)}</Name><Size>{size}</Size></Block>" for i, size in blocks)
        return f"<{tag}>{items}</{tag}>"

    body = ""
    if kind in ("committed", "all"):
        body += shown("CommittedBlocks", prior.blocks if prior is not None else [])
    if kind in ("uncommitted", "all"):
        body += shown("UncommittedBlocks", list(waiting.items()))
    headers = stamps(prior.etag, prior.changed) if prior is not None else {}
    return xml(f"<BlockList>{body}</BlockList>", headers=headers)


# -- reading -----------------------------------------------------------------------------------------------


def _shown(call: BlobCall, blob: Blob) -> dict[str, str]:
    return {
        **stamps(blob.etag, blob.changed),
        **blob.headers,
        "accept-ranges": "bytes",
        "x-ms-blob-type": blob.type,
        **({} if blob.appends is None else {"x-ms-blob-committed-block-count": str(blob.appends)}),
        "x-ms-creation-time": http_date(int(blob.created)),
        **{f"x-ms-lease-{key}": word for key, word in shown_lease(blob, call.world.host()).items()},
        "x-ms-server-encrypted": "true",
        **{f"x-ms-meta-{key}": value for key, value in blob.metadata.items()},
    }


def head(call: BlobCall) -> Answer:
    """HEAD: everything but the bytes."""
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=False)
    check_use(call, blob, writing=False)
    tier = {"x-ms-access-tier": "Hot", "x-ms-access-tier-inferred": "true"} if blob.appends is None else {}
    return Answer(200, None, {**_shown(call, blob), **tier, "content-length": str(blob.size)})


def get(call: BlobCall) -> Answer:
    """GET, whole or by ``x-ms-range`` or ``Range``."""
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=False)
    check_use(call, blob, writing=False)
    rows, headers = call.world.store.blobs, _shown(call, blob)
    asked = call.headers.get("x-ms-range") or call.headers.get("range")
    match = re.fullmatch(r"bytes=(\d{1,18})-(\d{0,18})", asked.strip()) if asked else None
    if match is None:  # a range that cannot be read is none (RFC 9110 14.2)
        return Answer(200, rows.read(blob, 0, blob.size), headers)
    start, last = int(match[1]), min(int(match[2] or blob.size), blob.size - 1)
    if start >= blob.size or last < start:
        text = "The range specified is invalid for the current size of the resource."
        raise refuse(416, "InvalidRange", text, content_range=f"bytes */{blob.size}")
    content = rows.read(blob, start, last - start + 1)
    headers["content-range"] = f"bytes {start}-{last}/{blob.size}"
    whole = headers.pop("content-md5", None)
    if whole is not None:
        headers["x-ms-blob-content-md5"] = whole
    if call.headers.get("x-ms-range-get-content-md5", "").lower() == "true":
        headers["content-md5"] = _digest(content)
    return Answer(206, content, headers)


# -- changing ----------------------------------------------------------------------------------------------


def describe(call: BlobCall) -> Answer:
    """PUT ?comp=metadata: what is there is replaced."""
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=True)
    check_use(call, blob, writing=True)
    blob.metadata = call.metadata()
    return _changed(call, blob)


def set_headers(call: BlobCall) -> Answer:
    """PUT ?comp=properties: the blob's own headers, all of them; what is left out is cleared."""
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=True)
    check_use(call, blob, writing=True)
    blob.headers = _own_headers(call)
    return _changed(call, blob)


def _changed(call: BlobCall, blob: Blob) -> Answer:
    blob.etag, blob.changed = call.etag(), call.world.now
    call.world.store.blobs.update(blob)
    return Answer(200, None, {**stamps(blob.etag, blob.changed), **WRITTEN})


def show_metadata(call: BlobCall) -> Answer:
    """GET and HEAD ?comp=metadata."""
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=False)
    check_use(call, blob, writing=False)
    found = {f"x-ms-meta-{key}": value for key, value in blob.metadata.items()}
    return Answer(200, None, {**stamps(blob.etag, blob.changed), **found})


def remove(call: BlobCall) -> Answer:
    """DELETE. Soft deletion and snapshots are not simulated: it is gone."""
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=True)
    check_use(call, blob, writing=True)
    call.world.store.blobs.remove(blob.container, blob.name)
    return Answer(202, None, {"x-ms-delete-type-permanent": "true"})
