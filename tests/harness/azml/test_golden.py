"""What a recorded body is worth, on the simulator and with azure-ai-ml for real."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.azml.ours import Bench
from conformance.azml.recorded import Recorded
from conformance.parts.golden import Right, judged
from conformance.score import Cause, Miss

BLOB = "name: raw\ntype: azure_blob\naccount_name: ststandin\ncontainer_name: raw\n"
SENT = {
    "datastoreType": "AzureBlob",
    "accountName": "ststandin",
    "containerName": "raw",
    "endpoint": "core.windows.net",
    "protocol": "https",
    "credentials": {"credentialsType": "None"},
    "tags": {},
}
IMAGE = "name: e\nversion: 1\nimage: {image}\n"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def verdict(bench: Bench, kind: str, verb: str, body: dict[str, Any], text: str, **keys: Any) -> Miss | Right:
    recorded = Recorded("t 1", kind, verb, {"properties": body}, "one.yml", None, keys)
    return judged(bench, bench.root / "golden", recorded, {"one.yml": text})


def test_what_was_recorded_is_right(bench: Bench) -> None:
    assert verdict(bench, "datastore", "create", SENT, BLOB) == Right()


def test_flags_count_on_our_side(bench: Bench) -> None:
    sent = {**SENT, "containerName": "other"}
    assert verdict(bench, "datastore", "create", sent, BLOB, container_name="other") == Right()


def test_a_difference_without_a_reason_is_ours(bench: Bench) -> None:
    wrong = verdict(bench, "datastore", "create", {**SENT, "protocol": "http"}, BLOB)
    assert isinstance(wrong, Miss)
    assert wrong.cause is Cause.OURS
    assert "azure-ai-ml today: as we do" in wrong.detail


def test_where_a_recording_is_older_azure_ai_ml_counts(bench: Bench) -> None:
    sent = {"image": "older", "isAnonymous": False, "isArchived": False}
    right = verdict(bench, "environment", "create", sent, IMAGE.format(image="a:1"))
    assert isinstance(right, Right)
    assert "later one" in right.why


def test_what_is_archived_is_looked_at_when_it_is(bench: Bench) -> None:
    sent = {"image": "a:1", "isAnonymous": False, "isArchived": True, "osType": "Linux"}
    right = verdict(bench, "environment", "archive", sent, IMAGE.format(image="a:1"))
    assert isinstance(right, Right)
    assert "sent back whole" in right.why


def test_a_refusal_with_another_api_version_for_a_reason(bench: Bench) -> None:
    text = "name: lab\ntype: computeinstance\nenable_sso: false\n"
    wrong = verdict(bench, "compute", "create", {}, text)
    assert isinstance(wrong, Miss)
    assert wrong.cause is Cause.VERSION
    assert "enable_sso" in wrong.reason


def test_a_refusal_without_one_is_ours(bench: Bench) -> None:
    wrong = verdict(bench, "compute", "create", {}, "name: lab\ntype: computeinstance\nsize: 3\n")
    assert isinstance(wrong, Miss)
    assert wrong.cause is Cause.OURS


def test_what_the_service_refused_is_compared_all_the_same(bench: Bench) -> None:
    text = "name: lab\ntype: computeinstance\nenable_node_public_ip: false\n"
    wrong = verdict(bench, "compute", "create", {}, text)
    assert isinstance(wrong, Miss)
    assert "computeType" in wrong.detail


@pytest.mark.parametrize(
    ("verb", "cause"),
    [("inner", Cause.UNSUPPORTED), ("container", Cause.UNSUPPORTED), ("update", Cause.ARTEFACT)],
)
def test_what_no_file_tells_is_not_compared(bench: Bench, verb: str, cause: Cause) -> None:
    wrong = verdict(bench, "environment", verb, {}, IMAGE.format(image="a:1"))
    assert isinstance(wrong, Miss)
    assert wrong.cause is cause
    assert wrong.reason
