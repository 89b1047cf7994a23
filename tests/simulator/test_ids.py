from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.simulator.ids import GUID, Ids, parse, segment

S = "/subscriptions/00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("path", "scope", "kind", "names", "item"),
    [
        (S, "", "microsoft.resources/subscriptions", (S[15:],), True),
        ("/subscriptions", "", "microsoft.resources/subscriptions", (), False),
        (f"{S}/resourceGroups", S, "microsoft.resources/resourcegroups", (), False),
        (f"{S}/resourcegroups/RG", S, "microsoft.resources/resourcegroups", ("RG",), True),
        (f"{S}/resourceGroups/g/resources", S, "microsoft.resources/resourcegroups/resources", ("g",), False),
        (f"{S}/operationresults/x", "", "microsoft.resources/subscriptions/operationresults", None, True),
        (f"{S}/providers/Microsoft.X", S, "microsoft.resources/providers", ("Microsoft.X",), True),
        (f"{S}/providers/Microsoft.X/as", S, "microsoft.x/as", (), False),
        (
            f"{S}/resourceGroups/g/providers/Microsoft.X//As/a/Bs/b/",
            f"{S}/resourceGroups/g",
            "microsoft.x/as/bs",
            ("a", "b"),
            True,
        ),
        (
            f"{S}/resourceGroups/g/providers/Microsoft.X/as/a/start",
            None,
            "microsoft.x/as/start",
            ("a",),
            False,
        ),
        (
            f"{S}/resourceGroups/g/providers/Microsoft.X/as/a/providers/Microsoft.Y/cs/c",
            f"{S}/resourceGroups/g/providers/Microsoft.X/as/a",
            "microsoft.y/cs",
            ("c",),
            True,
        ),
        (f"{S}/resourceGroups/providers", S, "microsoft.resources/resourcegroups", ("providers",), True),
        ("/providers/Microsoft.Y/cs/c", "", "microsoft.y/cs", ("c",), True),
    ],
)
def test_paths_are_taken_apart(
    path: str, scope: str | None, kind: str, names: tuple[str, ...] | None, item: bool
) -> None:
    found = parse(path)
    assert found.type == kind
    assert found.item is item
    assert names is None or found.names == names
    assert scope is None or found.scope == scope


def test_percent_signs_are_decoded() -> None:
    assert parse(f"{S}/resourceGroups/my%20group").name == "my group"


@pytest.mark.parametrize(
    ("path", "parent"),
    [
        (f"{S}/resourceGroups/g/providers/N/as/a", f"{S}/resourceGroups/g"),
        (f"{S}/resourceGroups/g/providers/N/as/a/bs/b", f"{S}/resourceGroups/g/providers/N/as/a"),
        (f"{S}/resourceGroups/g/providers/N/as/a/bs", f"{S}/resourceGroups/g/providers/N/as/a"),
        (f"{S}/resourceGroups/g/providers/N/as/a/start", f"{S}/resourceGroups/g/providers/N/as/a"),
    ],
)
def test_the_parent_of_an_item_a_collection_and_an_action(path: str, parent: str) -> None:
    assert parse(path).parent == parent


@given(st.text(max_size=60))
def test_no_path_is_too_strange(text: str) -> None:
    parse("/" + text)


def test_segments_are_found_without_case() -> None:
    assert segment(f"{S}/resourcegroups/Mine/providers/x", "resourceGroups") == "Mine"
    assert segment(S, "resourceGroups") == ""


def test_guids_follow_seed_and_purpose_and_how_often_was_asked() -> None:
    asked: dict[str, int] = {}

    def count(about: str) -> int:
        asked[about] = asked.get(about, -1) + 1
        return asked[about]

    one, two = Ids(1, count), Ids(2, count)
    first = one.guid("principal", "/A")
    assert GUID.fullmatch(first)
    asked.clear()
    assert one.guid("principal", "/a") == first
    assert one.guid("principal", "/a") != first
    asked.clear()
    assert two.guid("principal", "/a") != first
    assert one.fixed("tenant") == one.fixed("tenant") != two.fixed("tenant")
    assert one.secret(8, "key") != one.secret(8, "key")
