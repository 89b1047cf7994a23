"""The run, with a made-up specification of a type that the simulator has."""

import json
from collections.abc import Mapping
from typing import Any

from conformance.score import Cause, Score
from conformance.specification.check import Checker
from conformance.specification.documents import Documents
from conformance.specification.extras import Recorded
from conformance.specification.operations import read_operations
from conformance.specification.run import Run
from conformance.specification.supported import Types

FILE = "m/resource-manager/Microsoft.ManagedIdentity/stable/2023-01-31/m.json"
GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
ITEM = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{name}}"
IDENTITY = {"type": "object", "properties": {"location": {"type": "string"}}}
TYPES = Types({"microsoft.managedidentity/userassignedidentities"})


def run(method: str, path: str, responses: Mapping[str, Any], body: Any = None) -> Run:
    parameters = [{"name": "identity", "in": "body", "schema": IDENTITY}]
    given = {"resourceGroupName": "rg", "name": "sample1", "identity": body}
    offered = {
        "operationId": "one",
        "parameters": parameters,
        "responses": responses,
        "x-ms-examples": {"example": {"parameters": given}},
    }
    documents = Documents({FILE: json.dumps({"paths": {path: {method: offered}}}).encode()})
    operations = read_operations(documents, {"Microsoft.ManagedIdentity": "2023-01-31"})
    found = Run(operations, TYPES, Checker(documents), Recorded([]))
    found.operation(operations[0], "")
    return found


def details(score: Score) -> list[str]:
    return [miss.detail for miss in score.misses if miss.cause is Cause.OURS]


def test_a_request_that_is_taken_with_a_declared_status_is_right_for_all_but_its_keys() -> None:
    found = run("put", ITEM, {"201": {"schema": IDENTITY}}, {"location": "westeurope"})
    assert (found.routes.right, found.examples.right) == (1, 1)
    assert details(found.answers.score()) == [
        "id: no such key; name: no such key; type: no such key; properties: no such key; tags: no such key"
    ]


def test_a_status_that_is_not_declared_is_a_miss() -> None:
    found = run("put", ITEM, {"200": {}}, {"location": "westeurope"})
    assert details(found.examples.score()) == ["201, and declared are 200"]
    assert found.routes.right == 1


def test_a_refusal_is_a_miss_with_its_words() -> None:
    found = run("put", ITEM, {"201": {}}, {"location": 5})
    assert "400 InvalidRequestContent" in details(found.examples.score())[0]


def test_what_the_simulator_does_not_have_is_not_routed() -> None:
    found = run("post", f"{ITEM}/polish", {"200": {}})
    assert details(found.routes.score()) == ["501 NotSimulated"]


def test_what_is_left_aside_says_why_and_is_not_sent() -> None:
    documents = Documents({FILE: json.dumps({"paths": {ITEM: {"get": {"responses": {}}}}}).encode()})
    operation = read_operations(documents, {"Microsoft.ManagedIdentity": "2023-01-31"})[0]
    found = Run([operation], TYPES, Checker(documents), Recorded([]))
    found.operation(operation, "not yet")
    assert [(m.cause, m.reason) for m in found.routes.misses] == [(Cause.UNSUPPORTED, "not yet")]


def test_what_is_left_aside_and_not_listed_as_refused_is_a_miss() -> None:
    documents = Documents({FILE: json.dumps({"paths": {ITEM: {"get": {"responses": {}}}}}).encode()})
    operation = read_operations(documents, {"Microsoft.ManagedIdentity": "2023-01-31"})[0]
    found = Run([operation], TYPES, Checker(documents), Recorded([]))
    found.operation(operation, "not yet", "a/b/c")
    assert details(found.routes.score()) == ["neither routed nor listed as refused: a/b/c"]
