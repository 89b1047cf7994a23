"""Both sides of the comparison, on a file each: azure-ai-ml loaded for real, mlinfra on its simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.azml.ours import Bench
from conformance.azml.sdk import Rejected, sdk_body
from conformance.azml.wrong import Wrong
from conformance.parts.files import compared, refused
from mlinfra.model.diagnostic import MlinfraError


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def file(bench: Bench, text: str) -> Path:
    place = bench.root / "files" / "one.yml"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    return place


def test_both_sides_make_the_same_body(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    cluster = file(bench, "name: cpu\ntype: amlcompute\nmax_instances: 3\n")
    body = bench.body("compute", cluster)
    assert body["properties"]["properties"]["scaleSettings"]["maxNodeCount"] == 3
    assert sdk_body("compute", cluster)["properties"] == body["properties"]
    assert compared(bench, "x", "compute", cluster) is None
    assert "".join(capfd.readouterr()) == ""


def test_overrides_reach_both_sides(bench: Bench) -> None:
    cluster = file(bench, "name: cpu\ntype: amlcompute\n")
    ours = bench.body("compute", cluster, {"tier": "low_priority"})
    theirs = sdk_body("compute", cluster, {"tier": "low_priority"})
    assert ours["properties"]["properties"]["vmPriority"] == "LowPriority"
    assert theirs["properties"] == ours["properties"]


def test_what_we_refuse_and_az_ml_takes_is_ours(bench: Bench) -> None:
    wrong = compared(bench, "x", "compute", file(bench, "name: x\ntype: amlcompute\nmax_instances: -1\n"))
    assert wrong is not None
    assert "az ml takes it" in wrong.detail


def test_a_refusal_needs_its_place(bench: Bench) -> None:
    text = Wrong("x", "compute", "name: cpu\ntype: ▸amlcomputer\n")
    place = file(bench, text.text)
    assert text.place == (2, 7)
    assert refused(bench, "x", "compute", place, text.place) is None
    elsewhere = refused(bench, "x", "compute", place, (1, 1))
    assert elsewhere is not None
    assert "(2, 7)" in elsewhere.detail


def test_a_file_that_az_ml_takes_proves_no_refusal(bench: Bench) -> None:
    wrong = refused(bench, "x", "compute", file(bench, "name: cpu\ntype: amlcompute\n"))
    assert wrong is not None
    assert "azure-ai-ml takes it" in wrong.detail


def test_both_sides_say_why(bench: Bench) -> None:
    wrong = file(bench, "name: cpu\ntype: amlcompute\nmax_nodes: 3\n")
    with pytest.raises(Rejected, match="max_nodes"):
        sdk_body("compute", wrong)
    with pytest.raises(MlinfraError, match="max_nodes"):
        bench.check("compute", wrong)
