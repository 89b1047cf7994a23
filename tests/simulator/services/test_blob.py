from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import pytest
from azure.core.pipeline.transport import HttpRequest

from mlinfra.simulator import Request, Response, Simulator
from mlinfra.simulator.services import blob_objects
from mlinfra.simulator.transport import SimulatorTransport
from tests.simulator.door import GROUP, STORAGE, Door, account

CONTAINERS = f"{STORAGE}/blobServices/default/containers"
HOST = "stone.blob.core.windows.net"
WHOLE = {"x-ms-blob-type": "BlockBlob"}


class Blobs:
    """Requests to the blob service of one account, with a token."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        host: str = HOST,
        token: str = "Bearer t",
        **query: str,
    ) -> Response:
        sent = {"Host": host, "Authorization": token, **(headers or {})}
        return self.simulator.handle(Request(method, path, query, sent, body))

    def make(self, name: str = "data") -> None:
        assert self.send("PUT", f"/{name}", restype="container").status == 201

    def put(self, path: str, body: bytes = b"x", **headers: str) -> Response:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.send("PUT", path, body, {**WHOLE, **named})

    def listed(self, path: str = "/data", **query: str) -> Response:
        asked = {"restype": "container", "comp": "list", **query}
        sent = {"Host": HOST, "Authorization": "Bearer t"}
        return self.simulator.handle(Request("GET", path, asked, sent))

    def names(self, path: str = "/data", **query: str) -> list[str]:
        return re.findall("<Name>([^<]*)</Name>", self.listed(path, **query).body.decode())


@pytest.fixture
def door() -> Iterator[Door]:
    simulator = Simulator()
    found = Door(simulator)
    found.group()
    found.make(STORAGE, account())
    yield found
    simulator.close()


@pytest.fixture
def blobs(door: Door) -> Blobs:
    found = Blobs(door.simulator)
    found.make()
    return found


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code; the body says the code too."""
    code = answer.headers["x-ms-error-code"]
    assert not answer.body or f"<Code>{code}</Code>".encode() in answer.body
    return answer.status, code


# -- who asks, and where -----------------------------------------------------------------------------------


def test_somebody_must_ask(blobs: Blobs) -> None:
    blobs.put("/data/a")
    assert refusal(blobs.send("GET", "/data/a", token="")) == (403, "AuthenticationFailed")
    assert blobs.send("GET", "/data/a", token="SharedKey stone:abc").status == 200
    assert blobs.send("GET", "/data/a", token="", sv="2024-01-01", sig="abc").status == 200


def test_keys_end_where_the_account_forbids_them(door: Door, blobs: Blobs) -> None:
    blobs.put("/data/a")
    door.patch(STORAGE, {"properties": {"allowSharedKeyAccess": False}})
    forbidden = (403, "KeyBasedAuthenticationNotPermitted")
    assert refusal(blobs.send("GET", "/data/a", token="SharedKey stone:abc")) == forbidden
    assert refusal(blobs.send("GET", "/data/a", token="", sig="abc")) == forbidden
    assert blobs.send("GET", "/data/a", token="", sig="abc", skoid="1").status == 200
    assert blobs.send("GET", "/data/a").status == 200


def test_account_and_container_must_be_there(door: Door, blobs: Blobs) -> None:
    away = blobs.send("GET", "/", comp="list", host="nowhere.blob.core.windows.net")
    assert refusal(away) == (404, "ResourceNotFound")
    young = STORAGE + "two"
    door.put(young, account())
    assert blobs.send("GET", "/", comp="list", host="stonetwo.blob.core.windows.net").status == 404
    door.simulator.advance(60)
    assert blobs.send("GET", "/", comp="list", host="StoneTwo.blob.core.windows.net:443").status == 200
    for answer in (
        blobs.put("/none/a"),
        blobs.send("GET", "/none/a"),
        blobs.send("GET", "/none", restype="container", comp="list"),
    ):
        assert refusal(answer) == (404, "ContainerNotFound")
    assert refusal(blobs.put("/root")) == (404, "ContainerNotFound"), "the root container is not there"


def test_arm_and_the_blob_service_share_no_address(blobs: Blobs) -> None:
    """A container may be called as a path of ARM begins."""
    blobs.make("subscriptions")
    assert blobs.put("/subscriptions/no-guid/resourceGroups/x").status == 201
    answer = blobs.send("GET", "/subscriptions/no-guid/resourceGroups/x")
    assert (answer.status, answer.body) == (200, b"x")
    assert "cache-control" not in answer.headers, "it would be the blob's"


def test_what_is_not_simulated_says_so_aloud(blobs: Blobs) -> None:
    for answer in (
        blobs.send("PUT", "/data", restype="container", comp="lease"),
        blobs.send("PUT", "/data/a", comp="snapshot"),
        blobs.send("PUT", "/data/a", b"", {"x-ms-blob-type": "PageBlob"}),
        blobs.send("PUT", "/data/a", b"", {**WHOLE, "x-ms-copy-source": "https://x/y"}),
        blobs.send("GET", "/data/a", snapshot="2026"),
        blobs.send("POST", "/", comp="batch"),
    ):
        assert refusal(answer) == (501, "NotSimulated")


# -- containers --------------------------------------------------------------------------------------------


def test_a_container_is_the_one_that_arm_shows(door: Door, blobs: Blobs) -> None:
    made = blobs.send("PUT", "/more", headers={"x-ms-meta-team": "ml"}, restype="container")
    assert (made.status, made.body) == (201, b"")
    shown = door.get(f"{CONTAINERS}/more").json()
    assert shown["properties"]["metadata"] == {"team": "ml"}
    assert shown["etag"] == made.headers["etag"]
    for method in ("GET", "HEAD"):
        answer = blobs.send(method, "/more", restype="container")
        assert (answer.status, answer.headers["x-ms-meta-team"]) == (200, "ml")
    again = blobs.send("PUT", "/more", restype="container")
    assert refusal(again) == (409, "ContainerAlreadyExists")
    assert refusal(blobs.send("PUT", "/No", restype="container")) == (400, "InvalidResourceName")
    public = blobs.send("PUT", "/open", headers={"x-ms-blob-public-access": "blob"}, restype="container")
    assert refusal(public) == (409, "PublicAccessNotPermitted")
    door.put(f"{CONTAINERS}/by-arm", {"properties": {}})
    assert blobs.put("/by-arm/a").status == 201
    listed = blobs.send("GET", "/", comp="list", prefix="m", include="metadata").body.decode()
    assert re.findall("<Name>([^<]*)</Name>", listed) == ["more"]
    assert "<Metadata><team>ml</team></Metadata>" in listed
    described = blobs.send("PUT", "/more", headers={"x-ms-meta-a": "b"}, restype="container", comp="metadata")
    assert described.status == 200
    assert door.get(f"{CONTAINERS}/more").json()["properties"]["metadata"] == {"a": "b"}


@pytest.mark.parametrize("way", ["blob service", "arm", "account", "group"])
def test_blobs_go_with_what_they_lie_in(door: Door, blobs: Blobs, way: str) -> None:
    blobs.put("/data/a")
    blobs.send("PUT", "/data/b", b"x", comp="block", blockid="MQ==")
    if way == "blob service":
        assert blobs.send("DELETE", "/data", restype="container").status == 202
    else:
        target = {"arm": f"{CONTAINERS}/data", "account": STORAGE, "group": GROUP}[way]
        assert door.delete(target).status in (200, 202)
        door.simulator.advance(600)
    if way == "group":
        door.group()
    if way in ("account", "group"):
        door.make(STORAGE, account())
    blobs.make()
    assert blobs.names() == []
    assert refusal(blobs.send("GET", "/data/b", comp="blocklist")) == (404, "BlobNotFound")


# -- blobs -------------------------------------------------------------------------------------------------


def test_a_blob_is_put_and_read(blobs: Blobs) -> None:
    digest = base64.b64encode(md5(b"hello", usedforsecurity=False).digest()).decode()
    made = blobs.put("/data/a/b%20c.txt", b"hello", content_type="text/plain", x_ms_meta_Name="n")
    assert (made.status, made.headers["content-md5"]) == (201, digest)
    assert made.headers["x-ms-request-server-encrypted"] == "true"
    got = blobs.send("GET", "/data/a/b%20c.txt", headers={"x-ms-version": "2026-01-01"})
    assert (got.status, got.body) == (200, b"hello")
    for key, value in {
        "content-type": "text/plain",
        "content-length": "5",
        "content-md5": digest,
        "etag": made.headers["etag"],
        "last-modified": made.headers["last-modified"],
        "x-ms-blob-type": "BlockBlob",
        "x-ms-meta-name": "n",
        "x-ms-version": "2026-01-01",
        "accept-ranges": "bytes",
    }.items():
        assert got.headers[key] == value
    head = blobs.send("HEAD", "/data/a/b%20c.txt")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "5")
    gone = blobs.send("DELETE", "/data/a/b%20c.txt")
    assert gone.status == 202
    assert refusal(blobs.send("GET", "/data/a/b%20c.txt")) == (404, "BlobNotFound")
    assert refusal(blobs.send("HEAD", "/data/a/b%20c.txt")) == (404, "BlobNotFound")


def test_a_blob_is_read_by_range(blobs: Blobs) -> None:
    blobs.put("/data/a", b"0123456789")

    def part(text: str) -> Response:
        return blobs.send("GET", "/data/a", headers={"x-ms-range": text})

    answer = part("bytes=2-4")
    assert (answer.status, answer.body) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"
    assert "content-md5" not in answer.headers
    assert part("bytes=8-100").body == b"89"
    assert part("bytes=8-").body == b"89"
    assert blobs.send("GET", "/data/a", headers={"Range": "bytes=0-0"}).body == b"0"
    assert part("lines=1-2").status == 200
    assert refusal(part("bytes=10-11")) == (416, "InvalidRange")
    blobs.put("/data/empty", b"")
    assert refusal(blobs.send("GET", "/data/empty", headers={"Range": "bytes=0-9"})) == (416, "InvalidRange")
    assert blobs.send("GET", "/data/empty").body == b""


def test_conditions_are_obeyed(blobs: Blobs) -> None:
    first = blobs.put("/data/a", b"1", if_none_match="*")
    assert first.status == 201
    assert refusal(blobs.put("/data/a", b"2", if_none_match="*")) == (409, "BlobAlreadyExists")
    etag = first.headers["etag"]
    assert blobs.put("/data/a", b"2", if_match=etag).status == 201
    assert refusal(blobs.put("/data/a", b"3", if_match=etag)) == (412, "ConditionNotMet")
    assert refusal(blobs.put("/data/new", b"3", if_match="*")) == (412, "ConditionNotMet")
    now = blobs.send("HEAD", "/data/a").headers
    assert blobs.send("GET", "/data/a", headers={"if-none-match": now["etag"]}).status == 304
    assert blobs.send("GET", "/data/a", headers={"if-modified-since": now["last-modified"]}).status == 304
    past = "Mon, 05 Jan 2015 08:00:00 GMT"
    assert blobs.send("GET", "/data/a", headers={"if-modified-since": past}).body == b"2"
    late = blobs.send("DELETE", "/data/a", headers={"if-unmodified-since": past})
    assert refusal(late) == (412, "ConditionNotMet")
    odd = blobs.send("GET", "/data/a", headers={"if-modified-since": "yesterday"})
    assert refusal(odd) == (400, "InvalidHeaderValue")


def test_what_arrives_must_be_what_was_sent(blobs: Blobs) -> None:
    wrong = base64.b64encode(md5(b"other", usedforsecurity=False).digest()).decode()
    assert refusal(blobs.put("/data/a", b"x", content_md5=wrong)) == (400, "Md5Mismatch")
    assert refusal(blobs.send("PUT", "/data/a", b"x")) == (400, "MissingRequiredHeader")
    assert blobs.names() == []


def test_what_is_too_large_is_refused(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_objects, "LARGEST", 8)
    assert blobs.put("/data/a", b"12345678").status == 201
    assert refusal(blobs.put("/data/a", b"123456789")) == (413, "RequestBodyTooLarge")
    assert blobs.send("PUT", "/data/b", b"12345", comp="block", blockid="MQ==").status == 201
    more = blobs.send("PUT", "/data/b", b"12345", comp="block", blockid="Mg==")
    assert refusal(more) == (413, "RequestBodyTooLarge")


def test_metadata_and_headers_are_replaced(blobs: Blobs) -> None:
    before = blobs.put("/data/a", b"x", x_ms_meta_a="1", x_ms_blob_cache_control="no-store").headers["etag"]
    done = {"x-ms-meta-upload_status": "completed"}
    assert blobs.send("PUT", "/data/a", headers=done, comp="metadata").status == 200
    shown = blobs.send("HEAD", "/data/a").headers
    assert shown["x-ms-meta-upload_status"] == "completed"
    assert ("x-ms-meta-a" in shown, shown["cache-control"]) == (False, "no-store")
    assert shown["etag"] != before
    assert blobs.send("GET", "/data/a", comp="metadata").headers["x-ms-meta-upload_status"] == "completed"
    headers = {"x-ms-blob-content-type": "text/csv"}
    assert blobs.send("PUT", "/data/a", headers=headers, comp="properties").status == 200
    shown = blobs.send("HEAD", "/data/a").headers
    assert (shown["content-type"], "cache-control" in shown) == ("text/csv", False)
    assert blobs.send("GET", "/data/a").body == b"x"


# -- blocks ------------------------------------------------------------------------------------------------


def test_a_blob_is_made_of_blocks(blobs: Blobs) -> None:
    one, two, three = (base64.b64encode(f"{number:04}".encode()).decode() for number in range(3))
    for id, part in ((one, b"ab"), (two, b"cd"), (three, b"ef")):
        assert blobs.send("PUT", "/data/big", part, comp="block", blockid=id).status == 201
    assert refusal(blobs.send("GET", "/data/big")) == (404, "BlobNotFound"), "nothing is committed"
    waiting = blobs.send("GET", "/data/big", comp="blocklist", blocklisttype="all").body.decode()
    assert "<CommittedBlocks></CommittedBlocks>" in waiting
    assert waiting.count("<Block>") == 3

    def commit(*ids: tuple[str, str]) -> Response:
        inner = "".join(f"<{where}>{id}</{where}>" for where, id in ids)
        headers = {"x-ms-blob-content-type": "a/b", "x-ms-meta-k": "v"}
        xml = f"<?xml version='1.0' encoding='utf-8'?>\n<BlockList>{inner}</BlockList>"
        return blobs.send("PUT", "/data/big", xml.encode(), headers, comp="blocklist")

    assert commit(("Latest", two), ("Uncommitted", one)).status == 201
    got = blobs.send("GET", "/data/big")
    assert (got.body, got.headers["content-type"], got.headers["x-ms-meta-k"]) == (b"cdab", "a/b", "v")
    assert "content-md5" not in got.headers
    assert refusal(commit(("Latest", three))) == (400, "InvalidBlockList"), "what was left out is gone"
    assert blobs.send("PUT", "/data/big", b"xyz", comp="block", blockid=three).status == 201
    assert commit(("Committed", one), ("Latest", three), ("Latest", two)).status == 201
    assert blobs.send("GET", "/data/big").body == b"abxyzcd"
    listed = blobs.send("GET", "/data/big", comp="blocklist").body.decode()
    assert re.findall("<Size>([0-9]+)</Size>", listed) == ["2", "3", "2"]


@pytest.mark.parametrize("id", ["", "not base64", base64.b64encode(b"x" * 65).decode()])
def test_ids_of_blocks_are_checked(blobs: Blobs, id: str) -> None:
    answer = blobs.send("PUT", "/data/a", b"x", comp="block", blockid=id)
    assert refusal(answer) == (400, "InvalidQueryParameterValue")
    blobs.send("PUT", "/data/a", b"x", comp="block", blockid="MQ==")
    longer = blobs.send("PUT", "/data/a", b"x", comp="block", blockid="MTIzNDU2")
    assert refusal(longer) == (400, "InvalidBlobOrBlock")
    bad = blobs.send("PUT", "/data/a", b"{}", comp="blocklist")
    assert refusal(bad) == (400, "InvalidXmlDocument")


# -- lists -------------------------------------------------------------------------------------------------


def test_a_list_goes_page_by_page(blobs: Blobs) -> None:
    for number in range(7):
        blobs.put(f"/data/many/{number}", b"abc", x_ms_meta_n=str(number))
    blobs.put("/data/other")
    found, marker = [], ""
    while True:
        answer = blobs.send(
            "GET", "/data", restype="container", comp="list", prefix="many/", maxresults="3", marker=marker
        )
        page = answer.body.decode()
        found.append(re.findall("<Name>([^<]*)</Name>", page))
        match = re.search("<NextMarker>([^<]+)</NextMarker>", page)
        if match is None:
            break
        marker = match[1]
        blobs.put("/data/many/00")  # what comes before the marker is not shown again
    assert [len(one) for one in found] == [3, 3, 1]
    assert [name for page in found for name in page] == [f"many/{number}" for number in range(7)]
    first = blobs.send("GET", "/data", restype="container", comp="list", include="metadata").body.decode()
    assert "<Metadata><n>0</n></Metadata>" in first
    assert "<Content-Length>3</Content-Length>" in first
    assert refusal(blobs.send("GET", "/data", restype="container", comp="list", maxresults="0")) == (
        400,
        "OutOfRangeQueryParameterValue",
    )
    assert refusal(blobs.send("GET", "/data", restype="container", comp="list", marker="é")) == (
        400,
        "InvalidQueryParameterValue",
    )


def test_a_delimiter_folds_folders(blobs: Blobs) -> None:
    for name in ("a/1", "a/2", "a/b/3", "b", "c/1"):
        blobs.put(f"/data/{name}")
    assert blobs.names(delimiter="/") == ["a/", "b", "c/"]
    assert blobs.names(delimiter="/", prefix="a/") == ["a/1", "a/2", "a/b/"]
    assert blobs.names(prefix="a/b") == ["a/b/3"]


def test_names_keep_their_case_and_their_letters(blobs: Blobs) -> None:
    for name in ("A", "a", "%C3%BC%26%3C", "x_y", "x%25y"):
        assert blobs.put(f"/data/{name}", name.encode()).status == 201
    assert blobs.names() == ["A", "a", "x%y", "x_y", "ü&amp;&lt;"]
    assert blobs.names(prefix="x_") == ["x_y"], "an underscore is no wildcard"
    assert blobs.send("GET", "/data/A").body == b"A"
    blobs.put("/data/odd%01")
    listed = blobs.send("GET", "/data", restype="container", comp="list", prefix="odd").body
    assert b'<Name Encoded="true">odd%01</Name>' in listed


# -- the file ----------------------------------------------------------------------------------------------


def test_blobs_are_kept_in_the_file_until_it_is_reset(tmp_path: Path) -> None:
    first = Door(Simulator(tmp_path / "world"))
    first.group()
    first.make(STORAGE, account())
    Blobs(first.simulator).make()
    Blobs(first.simulator).put("/data/a", b"kept")
    first.simulator.close()
    second = Blobs(Simulator(tmp_path / "world"))
    assert second.send("GET", "/data/a").body == b"kept"
    second.simulator.reset()
    door = Door(second.simulator)
    door.group()
    door.make(STORAGE, account())
    second.make()
    assert second.names() == []
    second.simulator.close()


def test_the_log_names_the_account(tmp_path: Path) -> None:
    simulator = Simulator(log=tmp_path / "log")
    Blobs(simulator).send("GET", "/data/a")
    simulator.close()
    assert '"account":"stone"' in (tmp_path / "log").read_text()


def test_a_download_streams_through_the_transport(blobs: Blobs) -> None:
    """What azure-storage-blob asks of a response: an iterator with a length that takes attributes."""
    blobs.put("/data/a", b"hello")
    request = HttpRequest("GET", f"https://{HOST}/data/a", headers={"Authorization": "Bearer t"})
    answer = SimulatorTransport(blobs.simulator).send(request)  # type: ignore[arg-type]
    stream = answer.stream_download(None)  # type: ignore[attr-defined]
    stream.properties = "laid on it"
    assert (len(stream), stream.content_length, stream.response) == (5, 5, answer)
    assert b"".join(stream) == b"hello"
