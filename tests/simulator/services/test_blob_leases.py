"""Leases of blobs and append blobs, by the tables of the REST reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlinfra.simulator import Response, Simulator
from mlinfra.simulator.services import blob_appends
from tests.simulator.door import STORAGE, Door, account
from tests.simulator.services.test_blob import WHOLE, Blobs, refusal

A, B = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"
APPEND = {"x-ms-blob-type": "AppendBlob"}


class Host:
    """The host's time, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def blobs(host: Host) -> Iterator[Blobs]:
    simulator = Simulator(host=host)
    door = Door(simulator)
    door.group()
    door.make(STORAGE, account())
    found = Blobs(simulator)
    found.make()
    found.put("/data/a", b"first")
    yield found
    simulator.close()


def act(blobs: Blobs, action: str, id: str = "", name: str = "a", **words: object) -> Response:
    headers = {"x-ms-lease-action": action}
    if id:
        headers["x-ms-proposed-lease-id" if action == "acquire" else "x-ms-lease-id"] = id
    headers |= {"x-ms-" + key.replace("_", "-"): str(value) for key, value in words.items()}
    return blobs.send("PUT", f"/data/{name}", headers=headers, comp="lease")


def acquire(blobs: Blobs, id: str = A, seconds: int = 30, name: str = "a") -> Response:
    return act(blobs, "acquire", id, name, lease_duration=seconds)


def shown(blobs: Blobs, name: str = "a") -> tuple[str, str, str]:
    headers = blobs.send("HEAD", f"/data/{name}").headers
    words = (headers.get(f"x-ms-lease-{word}", "") for word in ("status", "state", "duration"))
    status, state, duration = words
    return status, state, duration


def lead(blobs: Blobs, host: Host, state: str) -> None:
    """Bring the lease A of the blob into a state."""
    if state == "available":
        return
    assert acquire(blobs).status == 201
    if state == "expired":
        host.seconds += 30
    if state == "breaking":
        assert act(blobs, "break").status == 202
    if state == "broken":
        assert act(blobs, "break", lease_break_period=0).status == 202
    assert shown(blobs)[1] == state


STATES = ("available", "leased", "breaking", "broken", "expired")

PRESENT, MISMATCH = "LeaseAlreadyPresent", "LeaseIdMismatchWithLeaseOperation"
NONE, BROKEN = "LeaseNotPresentWithLeaseOperation", "LeaseIsBrokenAndCannotBeRenewed"
BREAKING = "LeaseIsBreakingAndCannotBeAcquired"

ACTIONS: dict[str, tuple[str, ...]] = {
    # what comes of it in each of STATES: the new state, or the code of the refusal (409)
    "acquire A": ("leased", "leased", BREAKING, "leased", "leased"),
    "acquire B": ("leased", PRESENT, PRESENT, "leased", "leased"),
    "acquire": ("leased", PRESENT, PRESENT, "leased", "leased"),
    "renew A": (NONE, "leased", BROKEN, BROKEN, "leased"),
    "renew B": (NONE, MISMATCH, MISMATCH, MISMATCH, MISMATCH),
    "change A": (NONE, "leased", "LeaseIsBreakingAndCannotBeChanged", NONE, NONE),
    "change B": (NONE, MISMATCH, MISMATCH, MISMATCH, MISMATCH),
    "release A": (NONE, "available", "available", "available", "available"),
    "release B": (NONE, MISMATCH, MISMATCH, MISMATCH, MISMATCH),
    "break": (NONE, "breaking", "breaking", "broken", "broken"),
    "break now": (NONE, "broken", "broken", "broken", "broken"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_in_every_state(blobs: Blobs, host: Host, action: str, state: str) -> None:
    lead(blobs, host, state)
    before = blobs.send("HEAD", "/data/a").headers["etag"]
    word, _, who = action.partition(" ")
    given: dict[str, object] = {
        "acquire": dict[str, object](lease_duration=30),
        "change": dict[str, object](proposed_lease_id=B),
        "break": dict[str, object](lease_break_period=0) if who else {},
    }.get(word, {})
    answer = act(blobs, word, {"A": A, "B": B}.get(who, ""), "a", **given)
    wanted = ACTIONS[action][STATES.index(state)]
    if wanted in STATES:
        assert answer.status == {"acquire": 201, "break": 202}.get(word, 200)
        assert shown(blobs)[1] == wanted
    else:
        assert refusal(answer) == (409, wanted)
        assert shown(blobs)[1] == state
    assert blobs.send("HEAD", "/data/a").headers["etag"] == before, "a lease is no change of the blob"


MISSING, LOST = (412, "LeaseIdMissing"), (412, "LeaseLost")
OTHER, UNHELD = (412, "LeaseIdMismatchWithBlobOperation"), (412, "LeaseNotPresentWithBlobOperation")

USES: dict[str, tuple[tuple[int, str] | None, ...]] = {
    "write": (None, MISSING, MISSING, None, None),
    "write A": (UNHELD, None, None, LOST, LOST),
    "write B": (UNHELD, OTHER, OTHER, OTHER, OTHER),
    "read": (None, None, None, None, None),
    "read A": (UNHELD, None, None, LOST, LOST),
    "read B": (UNHELD, OTHER, OTHER, OTHER, OTHER),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("use", USES)
def test_every_use_in_every_state(blobs: Blobs, host: Host, use: str, state: str) -> None:
    lead(blobs, host, state)
    word, _, who = use.partition(" ")
    named = {"x-ms-lease-id": {"A": A, "B": B}[who]} if who else {}
    wanted = USES[use][STATES.index(state)]
    attempts = (
        [("GET", "/data/a", {}), ("HEAD", "/data/a", {})]
        if word == "read"
        else [
            ("PUT", "/data/a", WHOLE),
            ("DELETE", "/data/a", {}),
        ]
    )
    for method, path, headers in attempts[: None if wanted or word == "read" else 1]:
        answer = blobs.send(method, path, headers={**headers, **named})
        assert answer.status < 300 if wanted is None else refusal(answer) == wanted
    others = ({"comp": "metadata"}, {"comp": "properties"}, {"comp": "block", "blockid": "MQ=="})
    for query in others if word == "write" and wanted else ():
        assert refusal(blobs.send("PUT", "/data/a", b"x", named, **query)) == wanted


def test_a_lease_that_is_over_is_renewed_until_somebody_writes(blobs: Blobs, host: Host) -> None:
    lead(blobs, host, "expired")
    assert act(blobs, "renew", A).status == 200
    host.seconds += 29
    assert shown(blobs) == ("locked", "leased", "fixed")
    host.seconds += 1
    assert shown(blobs) == ("unlocked", "expired", "")
    blobs.put("/data/a", b"by another")
    assert refusal(act(blobs, "renew", A)) == (409, NONE)


def test_a_lease_outlives_what_is_written_with_it(blobs: Blobs) -> None:
    acquire(blobs)
    assert blobs.put("/data/a", b"second", x_ms_lease_id=A).status == 201
    assert refusal(blobs.put("/data/a", b"third")) == MISSING
    assert blobs.send("DELETE", "/data/a", headers={"x-ms-lease-id": A}).status == 202
    blobs.put("/data/a", b"anew")
    assert shown(blobs) == ("unlocked", "available", "")


def test_a_break_waits_no_longer_than_the_lease(blobs: Blobs, host: Host) -> None:
    acquire(blobs, seconds=30)
    host.seconds += 10
    assert act(blobs, "break", lease_break_period=60).headers["x-ms-lease-time"] == "20"
    assert act(blobs, "break", lease_break_period=5).headers["x-ms-lease-time"] == "5"
    host.seconds += 5
    assert shown(blobs)[1] == "broken"
    assert acquire(blobs, B, seconds=-1).status == 201
    assert shown(blobs) == ("locked", "leased", "infinite")
    assert act(blobs, "break").headers["x-ms-lease-time"] == "0"


def test_leases_live_in_the_hosts_time(blobs: Blobs, host: Host) -> None:
    acquire(blobs)
    blobs.simulator.advance(3600)
    assert shown(blobs)[1] == "leased"
    host.seconds += 30
    assert shown(blobs)[1] == "expired"


def test_lists_show_leases_and_types(blobs: Blobs) -> None:
    acquire(blobs)
    blobs.send("PUT", "/data/log", headers=APPEND)
    text = blobs.listed().body.decode()
    assert text.count("<LeaseStatus>locked</LeaseStatus><LeaseState>leased</LeaseState>") == 1
    assert "<LeaseDuration>fixed</LeaseDuration>" in text
    assert "<BlobType>AppendBlob</BlobType>" in text


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "MissingRequiredHeader"),
        ({"x-ms-lease-action": "steal"}, "InvalidHeaderValue"),
        ({"x-ms-lease-action": "acquire"}, "MissingRequiredHeader"),
        ({"x-ms-lease-action": "acquire", "x-ms-lease-duration": "14"}, "InvalidHeaderValue"),
        ({"x-ms-lease-action": "acquire", "x-ms-lease-duration": "61"}, "InvalidHeaderValue"),
        ({"x-ms-lease-action": "acquire", "x-ms-lease-duration": "long"}, "InvalidHeaderValue"),
        ({"x-ms-lease-action": "renew"}, "MissingRequiredHeader"),
        ({"x-ms-lease-action": "renew", "x-ms-lease-id": "no guid"}, "InvalidHeaderValue"),
        ({"x-ms-lease-action": "change", "x-ms-lease-id": A}, "MissingRequiredHeader"),
        ({"x-ms-lease-action": "break", "x-ms-lease-break-period": "61"}, "InvalidHeaderValue"),
    ],
)
def test_headers_are_checked(blobs: Blobs, headers: dict[str, str], code: str) -> None:
    assert refusal(blobs.send("PUT", "/data/a", headers=headers, comp="lease")) == (400, code)


def test_only_what_is_there_is_leased(blobs: Blobs) -> None:
    assert refusal(acquire(blobs, name="none")) == (404, "BlobNotFound")
    stale = blobs.send(
        "PUT",
        "/data/a",
        headers={"x-ms-lease-action": "acquire", "x-ms-lease-duration": "30", "if-match": '"0x1"'},
        comp="lease",
    )
    assert refusal(stale) == (412, "ConditionNotMet")


# -- append blobs ------------------------------------------------------------------------------------------


def append(blobs: Blobs, body: bytes, **headers: str) -> Response:
    named = {"x-ms-" + key.replace("_", "-"): value for key, value in headers.items()}
    return blobs.send("PUT", "/data/log", body, named, comp="appendblock")


@pytest.fixture
def log(blobs: Blobs) -> Blobs:
    assert blobs.send("PUT", "/data/log", headers=APPEND).status == 201
    return blobs


def test_it_grows_at_its_end(log: Blobs) -> None:
    first = append(log, b"one\n")
    second = append(log, b"\x00two\n", blob_condition_appendpos="4")
    assert (first.headers["x-ms-blob-append-offset"], second.headers["x-ms-blob-append-offset"]) == ("0", "4")
    assert second.headers["x-ms-blob-committed-block-count"] == "2"
    assert first.headers["etag"] != second.headers["etag"]
    assert log.send("GET", "/data/log").body == b"one\n\x00two\n"
    assert log.send("GET", "/data/log", headers={"x-ms-range": "bytes=2-6"}).body == b"e\n\x00tw"
    assert log.send("GET", "/data/log", headers={"x-ms-range": "bytes=5-"}).body == b"two\n"
    head = log.send("HEAD", "/data/log").headers
    assert (head["content-length"], head["x-ms-blob-type"]) == ("9", "AppendBlob")
    assert (head["x-ms-blob-committed-block-count"], "x-ms-access-tier" in head) == ("2", False)


def test_conditions_of_appending(log: Blobs) -> None:
    append(log, b"one\n")
    assert refusal(append(log, b"x", blob_condition_appendpos="3")) == (412, "AppendPositionConditionNotMet")
    assert refusal(append(log, b"x", blob_condition_maxsize="4")) == (412, "MaxBlobSizeConditionNotMet")
    assert append(log, b"x", blob_condition_maxsize="5").status == 201
    assert refusal(append(log, b"x", blob_condition_appendpos="-1")) == (400, "InvalidHeaderValue")
    assert refusal(append(log, b"")) == (400, "InvalidHeaderValue")
    md5 = log.send("PUT", "/data/log", b"x", {"content-md5": "AAAA"}, comp="appendblock")
    assert refusal(md5) == (400, "Md5Mismatch")
    assert log.send("GET", "/data/log").body == b"one\nx"


def test_who_lost_the_lease_appends_nothing(log: Blobs, host: Host) -> None:
    acquire(log, name="log")
    assert refusal(append(log, b"x")) == MISSING
    assert append(log, b"x", lease_id=A).status == 201
    host.seconds += 30
    assert refusal(append(log, b"x", lease_id=A)) == LOST
    acquire(log, B, name="log")
    assert refusal(append(log, b"x", lease_id=A)) == OTHER
    assert log.send("GET", "/data/log").body == b"x"


def test_a_blob_keeps_its_type(log: Blobs) -> None:
    wrong = (409, "InvalidBlobType")
    assert refusal(log.put("/data/log")) == wrong
    assert refusal(log.send("PUT", "/data/log", b"x", comp="block", blockid="MQ==")) == wrong
    assert refusal(log.send("GET", "/data/log", comp="blocklist")) == wrong
    commit = b"<BlockList></BlockList>"
    assert refusal(log.send("PUT", "/data/log", commit, comp="blocklist")) == wrong
    assert refusal(log.send("PUT", "/data/a", b"x", comp="appendblock")) == wrong
    assert refusal(log.send("PUT", "/data/none", b"x", comp="appendblock")) == (404, "BlobNotFound")
    assert refusal(log.send("PUT", "/data/b", b"not empty", APPEND)) == (400, "InvalidHeaderValue")


def test_putting_it_again_empties_it(log: Blobs) -> None:
    append(log, b"one\n")
    assert refusal(log.send("PUT", "/data/log", headers={**APPEND, "if-none-match": "*"})) == (
        409,
        "BlobAlreadyExists",
    )
    assert log.send("PUT", "/data/log", headers=APPEND).status == 201
    assert log.send("GET", "/data/log").body == b""
    assert append(log, b"two\n").headers["x-ms-blob-append-offset"] == "0"


def test_there_is_an_end_to_appending(log: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_appends, "MOST", 2)
    assert [append(log, b"x").status for _ in range(2)] == [201, 201]
    assert refusal(append(log, b"x")) == (409, "BlockCountExceedsLimit")
    monkeypatch.setattr(blob_appends, "OLD_BLOCK", 4)
    assert refusal(append(log, b"12345")) == (413, "RequestBodyTooLarge")
    monkeypatch.setattr(blob_appends, "BLOCK", 5)
    assert refusal(append(log, b"123456", version="2024-11-04")) == (413, "RequestBodyTooLarge")


def test_lease_and_appends_are_kept_in_the_file(tmp_path: Path, host: Host) -> None:
    path = tmp_path / "world"
    simulator = Simulator(path, host=host)
    door = Door(simulator)
    door.group()
    door.make(STORAGE, account())
    first = Blobs(simulator)
    first.make()
    first.send("PUT", "/data/log", headers=APPEND)
    append(first, b"kept")
    acquire(first, name="log")
    simulator.close()
    second = Blobs(Simulator(path, host=host))
    assert second.send("GET", "/data/log").body == b"kept"
    assert refusal(append(second, b"x")) == MISSING
    assert append(second, b"x", lease_id=A).headers["x-ms-blob-append-offset"] == "4"
    second.simulator.close()
