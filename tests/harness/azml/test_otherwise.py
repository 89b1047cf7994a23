"""What the page of az ml's files says is read otherwise: such a file does not come along as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.azml.ours import Bench
from conformance.azml.sdk import Rejected, sdk_body
from mlinfra.model.diagnostic import MlinfraError

_CLUSTER = "name: cpu\ntype: amlcompute\n"
_IMAGE = "name: web\nversion: 1\nimage: python:3.10\n"

TAKEN_BY_AZ_ML = {
    "what the service writes": ("compute", f"{_CLUSTER}provisioning_state: Succeeded\n", (3, 1)),
    "what we do not even know": ("environment", f"{_IMAGE}creation_context: {{created_by: ana}}\n", (4, 1)),
    "a number in quotes": ("compute", f'{_CLUSTER}max_instances: "4"\n', (3, 16)),
    "a boolean in quotes": ("compute", f'{_CLUSTER}enable_node_public_ip: "false"\n', (3, 24)),
    "a boolean of YAML 1.1": ("compute", f"{_CLUSTER}enable_node_public_ip: no\n", (3, 24)),
    "a placeholder in an id": (
        "compute",
        f"{_CLUSTER}network_settings:\n  subnet: /subscriptions/<SUBSCRIPTION_ID>/x\n",
        (4, 11),
    ),
    "a key of another api-version": (
        "compute",
        "name: lab\ntype: computeinstance\nenable_sso: false\n",
        (3, 1),
    ),
}
REFUSED_BY_AZ_ML = {
    "no name": ("compute", "type: amlcompute\n"),
    "an older word": ("data_asset", "name: churn\nversion: 1\ntype: uri_file\nlocal_path: one.yml\n"),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def file(bench: Bench, text: str) -> Path:
    place = bench.root / "one.yml"
    place.write_text(text)
    return place


@pytest.mark.parametrize("name", TAKEN_BY_AZ_ML)
def test_az_ml_takes_it_and_we_say_where_it_is(bench: Bench, name: str) -> None:
    kind, text, place = TAKEN_BY_AZ_ML[name]
    assert sdk_body(kind, file(bench, text))
    with pytest.raises(MlinfraError) as wrong:
        bench.check(kind, file(bench, text))
    told = [found.position for found in wrong.value.diagnostics if found.position]
    assert [(at.source.path.endswith("one.yml"), at.line, at.column) for at in told] == [(True, *place)]


@pytest.mark.parametrize("name", REFUSED_BY_AZ_ML)
def test_az_ml_refuses_it_and_we_take_it(bench: Bench, name: str) -> None:
    kind, text = REFUSED_BY_AZ_ML[name]
    with pytest.raises(Rejected):
        sdk_body(kind, file(bench, text))
    assert bench.body(kind, file(bench, text))
