import base64
import json
from typing import Any

import pytest

from conformance.tables.rows import (
    RESULTS,
    About,
    Recorded,
    Refusal,
    Row,
    about_of,
    read_refusal,
    read_row,
    row_of,
    state_of,
    type_of,
    version_of,
)

GROUP = "/subscriptions/s/resourceGroups/g"
SHELF = f"{GROUP}/providers/Example.Books/shelves/a"


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        (SHELF, ("example.books/shelves", True)),
        (f"{SHELF}/books", ("example.books/shelves/books", False)),
        (f"{SHELF}/providers/Microsoft.Authorization/locks/l", ("microsoft.authorization/locks", True)),
        ("/subscriptions/s", ("microsoft.resources/subscriptions", True)),
        ("/subscriptions/s/locations", ("microsoft.resources/subscriptions/locations", True)),
        ("/subscriptions/s/operationresults/xyz", (RESULTS, True)),
        ("/subscriptions/s/resourceGroups", ("microsoft.resources/resourcegroups", False)),
        (GROUP, ("microsoft.resources/resourcegroups", True)),
        (f"{GROUP}/resources", ("microsoft.resources/resourcegroups/resources", True)),
        (f"{GROUP.replace('/g', '/providers')}", ("microsoft.resources/resourcegroups", True)),
    ],
)
def test_a_path_is_named_as_the_tables_name_it(path: str, type_: tuple[str, bool]) -> None:
    assert type_of(path) == type_


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (None, "no body"),
        ({}, "no body"),
        ([], "body"),
        ({"id": "x"}, "body"),
        ({"properties": {"provisioningState": "Creating"}}, "Creating"),
        ({"status": "Failed", "error": {}}, "Failed"),
        ({"status": 7}, "body"),
    ],
)
def test_the_state_is_what_the_body_shows(body: Any, state: str) -> None:
    assert state_of(body) == state


def line(type_: str, **more: str) -> dict[str, str]:
    common = {"type": type_, "method": "GET", "status": "200"}
    return {**common, "operation headers": "-", "state in first body": "body", **more}


def test_an_answer_is_the_row_that_the_table_has_for_it() -> None:
    written = read_row(
        line("Example.Books/shelves", **{"operation headers": "azure-asyncoperation+location"})
    )
    headers = ("Location", "Azure-AsyncOperation", "Date")
    assert row_of(about_of("get", SHELF, 200), headers, {"id": "x"}) == written
    listed = read_row(line("Example.Books/shelves[collection-or-action]"))
    assert listed == row_of(about_of("GET", SHELF.rpartition("/")[0], 200), (), {"value": []})


def test_a_refusal_is_read_with_its_code() -> None:
    found = read_refusal(line("Example.Books/shelves", status="404", code="NotFound"))
    assert found == Refusal(About("example.books/shelves", True, "GET", 404), "NotFound")


def job(kind: str) -> str:
    id = base64.urlsafe_b64encode(json.dumps({"jobId": f"{kind}-RG-WESTUS"}).encode()).decode().rstrip("=")
    return f"Microsoft.Resources/subscriptions/operationresults/{id}"


def test_jobs_of_arm_are_told_by_their_kind() -> None:
    assert read_row(line(job("RESOURCEGROUPDELETIONJOB"))).about.type == RESULTS
    assert read_row(line(job("ExportTemplateJob"))).about.type == f"{RESULTS}/exporttemplatejob"


def exchange(version: str, **headers: str) -> dict[str, Any]:
    return {
        "method": "GET",
        "path": SHELF,
        "status": 200,
        "api_version": version,
        "resp_headers": headers,
        "resp_body": {"id": "x"},
    }


def test_a_zeroed_api_version_is_that_of_a_link_in_the_answer() -> None:
    link = "https://x/y?api-version=2024-01-01&t=1"
    assert version_of(exchange("2020-01-01", location=link)) == "2020-01-01"
    assert version_of(exchange("0000-00-00", Location=link)) == "2024-01-01"
    assert version_of(exchange("0000-00-00")) == "0000-00-00"


def test_recordings_tell_in_which_versions_a_row_was_seen() -> None:
    recorded = Recorded([exchange("2020-01-01"), exchange("2021-01-01")])
    row = Row(About("example.books/shelves", True, "GET", 200), "-", "body")
    assert recorded.versions(row) == {"2020-01-01", "2021-01-01"}
    assert recorded.versions(Row(row.about, "location", "body")) == frozenset()
    assert recorded.of_type["example.books/shelves"] == {"2020-01-01", "2021-01-01"}
