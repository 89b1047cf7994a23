"""Requests to the blob service of an account, right and mangled."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.fuzz.requests import Ask
from mlinfra.simulator import Request

_HOSTS = (
    *("stone.blob.core.windows.net",) * 6, "nobody.blob.core.windows.net", "STONE.blob.core.windows.net:443",
)  # fmt: skip
_PATHS = (
    "/", "/data", "/data/", "/data/a.txt", "/data/folder/b%20c.txt", "/data/☃", "/Data", "/no", "/a.txt",
    "//", "/data/%", "/data/" + "x" * 1100, "/azureml-blobstore-x/LocalUpload/y", "/$root/a",
)  # fmt: skip
_QUERIES: tuple[Mapping[str, str], ...] = (
    {}, {}, {}, {"restype": "container"}, {"restype": "container"}, {"restype": "container", "comp": "list"},
    {"restype": "container", "comp": "list", "maxresults": "1"},
    {"restype": "container", "comp": "list", "maxresults": "x"},
    {"restype": "container", "comp": "list", "delimiter": "/", "prefix": "f", "marker": "zz"},
    {"restype": "container", "comp": "metadata"}, {"comp": "list"},
    {"comp": "list", "prefix": "d", "include": "metadata"}, {"comp": "block", "blockid": "YQ=="},
    {"comp": "block", "blockid": "YWFh"}, {"comp": "block"}, {"comp": "blocklist"},
    {"comp": "blocklist", "blocklisttype": "all"}, {"comp": "metadata"}, {"comp": "properties"},
    {"comp": "lease"}, {"snapshot": "x"}, {"comp": "☃"},
)  # fmt: skip
_HEADERS: tuple[Mapping[str, str], ...] = (
    {}, {"x-ms-blob-type": "BlockBlob"}, {"x-ms-blob-type": "BlockBlob"}, {"x-ms-blob-type": "PageBlob"},
    {"If-None-Match": "*"}, {"If-Match": "*"}, {"If-Match": '"0x1"'}, {"range": "bytes=0-1"},
    {"range": "bytes=9-1"}, {"x-ms-range": "bytes=5-"}, {"range": "x"},
    {"x-ms-meta-a": "b", "x-ms-meta-é": "x"}, {"x-ms-meta-": "x"}, {"content-md5": "x"},
    {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, {"x-ms-blob-public-access": "blob"},
    {"if-modified-since": "Mon, 05 Jan 2026 08:00:00 GMT"}, {"if-unmodified-since": "x"},
    {"x-ms-version": "1"}, {"x-ms-blob-content-type": "text/plain", "x-ms-blob-type": "BlockBlob"},
    {"content-length": "-1"},
)  # fmt: skip
_BODIES = (
    b"", b"hello", b"\x00\xff", b"x" * 5000, b"<BlockList><Latest>YQ==</Latest></BlockList>",
    b"<BlockList><Committed>YWFh</Committed></BlockList>", b"<BlockList/>", b"<BlockList>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><BlockList>&b;</BlockList>", b"<x>" * 2000,
)  # fmt: skip
_SIGNED: tuple[Mapping[str, str], ...] = (
    *({"authorization": "Bearer x"},) * 6, {"authorization": "SharedKey a:b"}, {"authorization": "?"}, {},
)  # fmt: skip


def blob_asks() -> SearchStrategy[Ask]:
    """One request to a blob service."""
    return st.builds(
        _request,
        st.sampled_from(("PUT", "PUT", "PUT", "GET", "GET", "HEAD", "DELETE", "POST", "PATCH")),
        st.sampled_from(_HOSTS),
        st.sampled_from(_PATHS),
        st.sampled_from(_QUERIES),
        st.sampled_from(_HEADERS),
        st.sampled_from(_SIGNED),
        st.sampled_from(_BODIES),
    )


def _request(
    method: str,
    host: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    signed: Mapping[str, str],
    body: bytes,
) -> Ask:
    return Ask(Request(method, path, query, {**headers, **signed, "host": host}, body))
