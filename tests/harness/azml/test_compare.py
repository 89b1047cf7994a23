from typing import Any

import pytest

from conformance.azml.compare import NOTHING, differences

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"a": None, "b": {}, "c": [], "d": {"e": None}}, {}),
        ({"id": f"{GROUP}/providers/Microsoft.X/y/z"}, {"id": f"{GROUP}/PROVIDERS/microsoft.x/Y/z"}),
        ({"u": {f"{GROUP}/x": {}}}, {"u": {f"{GROUP.lower()}/X": {}}}),
        ({"tags": {"createdByToolkit": "sdk"}}, {"tags": {"mlinfra-lineage": "1"}}),
        (
            {
                "uri": "azureml:/" + GROUP + "/providers/Microsoft.MachineLearningServices/workspaces/w"
                "/datastores/d/paths/a/"
            },
            {"uri": "azureml://datastores/d/paths/a"},
        ),
        (
            {"uri": "https://one.blob.core.windows.net/c1/LocalUpload/ab12/f/"},
            {"uri": "https://two.blob.core.windows.net/c2/LocalUpload/ab12/f/"},
        ),
    ],
)
def test_what_says_the_same_is_no_difference(theirs: Any, ours: Any) -> None:
    assert differences(theirs, ours) == ()


@pytest.mark.parametrize(
    ("theirs", "ours", "path"),
    [
        ({"a": 1}, {"a": 2}, "a"),
        ({"a": True}, {"a": 1}, "a"),
        ({"a": ""}, {}, "a"),
        ({"a": False}, {}, "a"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "a.[0]"),
        ({"a": {"b": 1}}, {"a": [1]}, "a.[0]"),
        ({"a": {"0": 1}}, {"a": [1]}, "a.0"),
        ({"u": {f"{GROUP}/x": {}}}, {}, f"u.{GROUP.casefold()}/x"),
        ({"name": "A"}, {"name": "a"}, "name"),
        ({"tags": {"team": "churn"}}, {"tags": {"mlinfra-lineage": "1"}}, "tags.team"),
    ],
)
def test_what_says_another_thing_is_one(theirs: Any, ours: Any, path: str) -> None:
    assert path in [".".join(found.path) for found in differences(theirs, ours)]


def test_what_is_there_on_one_side_alone_is_told_leaf_by_leaf() -> None:
    found = differences({"a": {"b": 1, "c": [2]}}, {"d": 3})
    assert [(f.path, f.theirs, f.ours) for f in found] == [
        (("a", "b"), 1, NOTHING),
        (("a", "c", "[0]"), 2, NOTHING),
        (("d",), NOTHING, 3),
    ]
    assert str(found[2]) == "d: az ml sends nothing, we send 3"


def test_the_digest_of_an_upload_counts_unless_it_is_left_aside() -> None:
    one, other = ({"p": f"azureml://datastores/s/paths/LocalUpload/{d}/f.csv"} for d in ("ab", "cd"))
    assert len(differences(one, other)) == 1
    assert differences(one, other, uploads=False) == ()
    elsewhere = {"p": "azureml://datastores/other/paths/LocalUpload/ab/f.csv"}
    assert len(differences(one, elsewhere, uploads=False)) == 1
