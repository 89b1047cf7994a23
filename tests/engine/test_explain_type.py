"""A resource type explained: its keys, those of its kinds, and the near name of what there is not."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from mlinfra.engine.explain_type import explain_type
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.providers.registry import GROUP, load_catalogue

CATALOGUE = load_catalogue(entry for entry in entry_points(group=GROUP) if entry.name == "azure")


@pytest.mark.parametrize("name", CATALOGUE.types)
def test_every_key_of_every_type_is_told_once_where_it_belongs(name: str) -> None:
    found = explain_type(CATALOGUE, name)
    common = [key.path for key in (*found.keys, *found.computed)]
    assert len(common) == len(set(common))
    for kind in found.kinds:
        paths = [key.path for key in kind.keys]
        assert not set(paths) & set(common)
    schema = CATALOGUE.types[name].type.schema({})
    told = {*common, *(key.path for kind in found.kinds for key in kind.keys)}
    assert {key for key, part in schema["properties"].items() if "x-alias-of" not in part} <= told


def test_a_type_of_several_kinds_tells_what_they_share_and_what_each_has() -> None:
    found = explain_type(CATALOGUE, "compute")
    assert [kind.name for kind in found.kinds] == ["amlcompute", "computeinstance"]
    size = next(key for key in found.keys if key.path == "size")
    assert size.replaces
    cluster, instance = ({key.path for key in kind.keys} for kind in found.kinds)
    assert "max_instances" in cluster - instance
    assert "schedules" in instance - cluster
    assert all(kind.example["type"] == kind.name for kind in found.kinds)
    (one,) = explain_type(CATALOGUE, "compute", "computeinstance").kinds
    assert one.name == "computeinstance"


def test_what_is_in_a_key_that_replaces_replaces_too() -> None:
    found = {key.path: key for key in explain_type(CATALOGUE, "compute").keys}
    assert found["network_settings"].replaces
    assert found["network_settings.subnet"].replaces
    assert found["network_settings.subnet"].required


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("compte", "", "Did you mean `compute`?"),
        ("compute", "amlcompte", "Did you mean `amlcompute`?"),
        ("workspace", "hub", "It has one kind only."),
    ],
)
def test_what_there_is_not_gets_the_near_name(name: str, kind: str, said: str) -> None:
    with pytest.raises(MlinfraError) as caught:
        explain_type(CATALOGUE, name, kind)
    assert said in caught.value.diagnostics[0].detail
