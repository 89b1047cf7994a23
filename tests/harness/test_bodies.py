import json
from pathlib import Path
from typing import Any

import pytest

from conformance import recorder
from conformance.parts.bodies import INVENTED, MADE_UP, judge
from conformance.score import Cause, Score
from conformance.specification.check import Checker
from conformance.specification.match import Matcher
from conformance.specification.operations import read_operations
from mlinfra.providers.azure.arm import Arm
from mlinfra.providers.azure.versions import API_VERSIONS
from tests.harness.specification.library import documents
from tests.providers.azure.fake import GROUP, FakeTransport, Reply, connection

SHELF = f"{GROUP}/providers/Example.Books/shelves/one"
RIGHT = {"properties": {"title": "one", "key": "k"}}
MATCHER = Matcher(read_operations(documents(), {"Example.Books": "2024-01-01"}))


def line(body: Any, **more: str) -> dict[str, Any]:
    return {"test": "t.py::x", "method": "PUT", "path": SHELF, "version": "2024-01-01", "body": body, **more}


def judged(*lines: dict[str, Any], ran: str = "") -> Score:
    return judge(lines, ran, MATCHER, Checker(documents()))


def told(score: Score) -> list[tuple[Cause, str]]:
    return [(miss.cause, miss.detail or miss.reason) for miss in score.misses]


def test_a_valid_body_counts_once_however_many_tests_send_it() -> None:
    score = judged(line(RIGHT), line(RIGHT, test="t.py::y"), line({**RIGHT, "location": "x"}))
    assert (score.right, score.misses) == (2, ())


def test_a_body_that_is_not_valid_is_told_with_its_test() -> None:
    score = judged(line({"properties": {"title": "one"}}))
    assert told(score) == [(Cause.OURS, "properties: lacks key")]
    assert score.misses[0].case == f"t.py::x: PUT {SHELF}"


def test_an_operation_that_a_described_type_has_not_is_ours() -> None:
    spoken = API_VERSIONS["Microsoft.Storage"]
    assert told(judged(line(None, method="DELETE", version=spoken))) == [
        (Cause.OURS, f"no such operation at {spoken}")
    ]


def test_a_body_where_the_operation_has_none_is_ours() -> None:
    dust = line({}, method="POST", path=f"{SHELF}/dust")
    assert told(judged(dust)) == [(Cause.OURS, "a body where none is declared")]
    assert judged({**dust, "body": None}).right == 1


def test_what_no_specification_describes_is_left_aside() -> None:
    other = line({}, path=SHELF.replace("shelves", "desks"))
    assert told(judged(other)) == [(Cause.UNSUPPORTED, "no specification at hand has this type")]


@pytest.mark.parametrize(
    "test",
    [
        "tests/providers/azure/test_arm.py::test_one",
        "tests/providers/azure/types/test_arm_lifecycle.py::test_one[x]",
        "tests/conformance/test_any.py::test_one[arm]",
        "tests/conformance/test_any.py::test_one[arm-nulls]",
    ],
)
def test_bodies_that_tests_make_up_are_left_aside(test: str) -> None:
    [(cause, reason)] = told(judged(line({"x": 1}, test=test)))
    assert cause is Cause.UNSUPPORTED and reason in MADE_UP.values()


def test_a_request_at_a_version_of_which_there_is_no_specification_is_left_aside() -> None:
    assert told(judged(line(RIGHT, version="2023-04-01-preview"))) == [
        (Cause.VERSION, "no specification at hand is of 2023-04-01-preview")
    ]


def test_tests_that_failed_are_a_miss() -> None:
    assert told(judged(line(RIGHT), ran="1 failed")) == [(Cause.OURS, "1 failed")]


def test_a_key_that_tests_have_azure_answer_may_stay() -> None:
    properties = {**RIGHT["properties"], INVENTED: 1}
    assert judged(line({"properties": properties})).right == 1
    assert told(judged(line({"properties": {**properties, "other": 1}}))) == [
        (Cause.OURS, "properties.other: no such key")
    ]


def test_a_test_of_another_type_is_none_of_those() -> None:
    [(cause, _)] = told(judged(line({"x": 1}, test="tests/conformance/test_any.py::test_one[army]")))
    assert cause is Cause.OURS


def test_the_recorder_writes_down_what_changes_the_world_and_lets_it_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Arm, "send", Arm.send)  # put back afterwards
    file = tmp_path / "bodies.jsonl"
    recorder.record(str(file))
    transport = FakeTransport({f"PUT {SHELF}": Reply(200, {}), f"GET {SHELF}": Reply(200, {})})
    arm = connection(transport).arm
    assert arm.send("PUT", SHELF, "2024-01-01", body=RIGHT).status == 200
    arm.send("GET", SHELF, "2024-01-01")
    written = [json.loads(one) for one in file.read_text().splitlines()]
    assert [(one["method"], one["path"], one["version"], one["body"]) for one in written] == [
        ("PUT", SHELF, "2024-01-01", RIGHT)
    ]
