from typing import Any

import pytest

from conformance.azml.template import WORKSPACE, workspace_body

SUB = "/subscriptions/sub/resourceGroups"


def body(properties: Any, given: dict[str, Any] | None = None, **variables: str) -> Any:
    template = {
        "parameters": {
            "name": {"type": "string", "defaultValue": "one"},
            "group": {"type": "string", "defaultValue": "[parameters('name')]"},
        },
        "variables": variables,
        "resources": [
            {"type": "Microsoft.Storage/storageAccounts", "properties": {"x": "[unknown()]"}},
            {"type": WORKSPACE, "name": "[parameters('name')]", "kind": "Default", "properties": properties},
        ],
    }
    parameters = {name: {"value": value} for name, value in (given or {}).items()}
    return workspace_body(template, parameters, "sub")


def test_only_the_workspace_is_evaluated_and_its_name_is_no_body() -> None:
    assert body({"a": "b"}) == {"kind": "Default", "properties": {"a": "b"}}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("[parameters('name')]", "one"),
        ("[parameters('group')]", "one"),
        ("[variables('v')]", "one"),
        ("[if(equals(parameters('name'), 'ONE'), 'yes', json('null'))]", "yes"),
        ("[if(not(equals(parameters('name'), 'one')), 'yes', json('null'))]", None),
        (
            "[resourceId('g', 'N.X/a/b', 'p', 'q')]",
            "/subscriptions/sub/resourceGroups/g/providers/N.X/a/p/b/q",
        ),
        ("[resourceId('s', 'g', 'N.X/a', 'p')]", "/subscriptions/s/resourceGroups/g/providers/N.X/a/p"),
        ("it''s no expression", "it''s no expression"),
        ("[if(equals('a', 'a'), 'it''s', 'b')]", "it's"),
    ],
)
def test_expressions(written: str, value: Any) -> None:
    assert body({"a": written}, v="[parameters('name')]")["properties"] == {"a": value}


def test_a_parameter_that_is_given_wins_unless_it_is_null() -> None:
    assert body({"a": "[parameters('name')]"}, {"name": "two"})["properties"]["a"] == "two"
    assert body({"a": "[parameters('name')]"}, {"name": None})["properties"]["a"] == "one"


def test_booleans_and_nothing_are_read_as_the_service_reads_them() -> None:
    assert body({"a": "true", "b": ["false"], "c": {"d": ""}})["properties"] == {
        "a": True,
        "b": [False],
        "c": {"d": None},
    }


@pytest.mark.parametrize("written", ["[concat('a')]", "[parameters('name')x]", "[name]", "[json('1') + 1]"])
def test_what_is_not_known_is_refused_aloud(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        body({"a": written})
