"""Names inside bodies of the ML types, through plan and apply, against the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.model.diagnostic import MlinfraError
from tests.conformance.examples import EXAMPLES, resources
from tests.conformance.test_resource_types import Stage

COMPUTE = next(each for each in EXAMPLES if each.type.name == "compute" and each.kind == "cluster")
NEEDED = next(each for each in EXAMPLES if each.type.name == "role_assignment")


@pytest.mark.parametrize("name", ["id-mlinfra-example", "azureml:ID-mlinfra-example"])
def test_an_identity_inside_a_body_is_named_by_its_name(name: str, tmp_path: Path) -> None:
    stage = Stage(COMPUTE, tmp_path)
    found = resources(NEEDED, NEEDED.body)
    del found["role_assignment"]
    identity = {"type": "user_assigned", "user_assigned_identities": [{"resource_id": name}]}
    found["compute"] = {"main": {**COMPUTE.body, "identity": identity}}
    stage.write(found)
    step = next(s for s in stage.plan().plan.steps if s.id == "create:compute.main")
    assert "create:user_assigned_identity.main" in step.after
    stage.apply()
    stage.nothing_to_do()
    [given] = stage.main().observed["identity"]["user_assigned_identities"]
    assert given["resource_id"].endswith("/userAssignedIdentities/id-mlinfra-example")

    identity["user_assigned_identities"] = [{"resource_id": "id-elsewhere"}]
    stage.write(found)
    with pytest.raises(MlinfraError, match="id-elsewhere"):
        stage.plan()
