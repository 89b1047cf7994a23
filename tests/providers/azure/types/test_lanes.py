"""What Azure does not write side by side."""

from __future__ import annotations

import re

import pytest

from mlinfra.providers.api import OneWriter
from mlinfra.providers.azure.facts.lanes import LANES
from mlinfra.providers.azure.types import all_types
from mlinfra.providers.azure.types.arm import Arm
from tests.providers.azure.fake import GROUP

NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"


@pytest.mark.parametrize(
    ("id", "other"),
    [
        (f"{NETWORK}/subnets/a", f"{NETWORK.upper()}/SUBNETS/B"),
        (f"{NETWORK}/subnets/a", NETWORK),
        (f"{WORKSPACE}/onlineEndpoints/e/deployments/blue", f"{WORKSPACE}/onlineEndpoints/e"),
        (f"{WORKSPACE}/onlineEndpoints/e/deployments/blue", f"{WORKSPACE}/onlineEndpoints/e/deployments/g"),
        (f"{WORKSPACE}/batchEndpoints/e/deployments/blue", f"{WORKSPACE}/batchEndpoints/e"),
        (f"{WORKSPACE}/outboundRules/a", f"{WORKSPACE}/outboundRules/b"),
        (f"{WORKSPACE}/outboundRules/a", WORKSPACE),
        (f"{IDENTITY}/federatedIdentityCredentials/a", f"{IDENTITY}/federatedIdentityCredentials/b"),
    ],
)
def test_one_after_the_other(id: str, other: str) -> None:
    lane = Arm().lane(id)
    assert lane is not None
    assert lane == Arm().lane(other)


@pytest.mark.parametrize(
    ("id", "other"),
    [
        (f"{NETWORK}/subnets/a", f"{NETWORK}2/subnets/a"),
        (f"{WORKSPACE}/onlineEndpoints/e/deployments/blue", f"{WORKSPACE}/onlineEndpoints/f"),
        (f"{WORKSPACE}/onlineEndpoints/e", WORKSPACE),
    ],
)
def test_side_by_side(id: str, other: str) -> None:
    assert Arm().lane(id) != Arm().lane(other)


@pytest.mark.parametrize("id", [GROUP, f"{WORKSPACE}/computes/cpu", f"{IDENTITY}", "nothing"])
def test_what_is_in_no_lane(id: str) -> None:
    assert Arm().lane(id) is None


def test_every_type_says_and_the_table_is_in_lower_case() -> None:
    assert all(isinstance(type_, OneWriter) for type_ in all_types().values())
    assert all(re.fullmatch(r"microsoft\.[a-z]+(/[a-z]+)+", type_) for type_ in LANES)
