import pytest

from conformance.replay.exchanges import error_code
from tests.harness.replay.recorded import exchange, refusal


@pytest.mark.parametrize("body", ['{"a": 1}', "b'{\"a\": 1}'", "b'b\\'{\"a\": 1}\\''"])
def test_a_body_that_was_written_as_text_is_read(body: str) -> None:
    assert exchange("PUT", "/x", 200, body=body).body == {"a": 1}


def test_text_that_is_no_json_stays() -> None:
    assert exchange("PUT", "/x", 200, body="{template:").body == "{template:"


def test_a_subscription_that_lost_some_zeros_gets_them_back() -> None:
    one = exchange("GET", "/subscriptions/00000000-0000-0000-0000-000000000/resourceGroups/g", 200)
    assert one.path == "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g"


def test_a_whole_id_stays() -> None:
    path = "/subscriptions/00000000-0000-0000-0000-000000000001"
    assert exchange("GET", path, 200).path == path


def test_an_answer_that_was_cut_is_none() -> None:
    one = exchange("GET", "/x", 200, {"$truncated": 300000, "head": "{"})
    assert (one.cut, one.answer) == (True, None)


def test_the_api_version_is_no_part_of_the_query() -> None:
    assert exchange("GET", "/x", 200, query={"$top": "3"}).query == {"$top": "3"}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, refusal("NotFound"), "NotFound"),
        (409, {"code": "Conflict", "message": ""}, "Conflict"),
        (404, None, ""),
        (200, refusal("NotFound"), ""),
    ],
)
def test_the_code_of_a_refusal(status: int, body: object, code: str) -> None:
    assert error_code(status, body) == code
