"""AZ-NET-002: machines whose SSH port is open."""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.model.value import Path
from mlinfra.policy.api import About
from mlinfra.policy.values import Look, Test, ValueRule, is_, is_not

_PORT = ("ssh_public_access_enabled",)
_NO_ADDRESS: Mapping[Path, Test] = {("enable_node_public_ip",): is_(False)}

rule = ValueRule(
    "AZ-NET-002",
    "SSH is open to the internet",
    About(
        why="An open port is tried by the whole world, and a key to the machine is a key to the data that it "
        "sees. Access by it is tied to no identity. A cluster without a network of its own has it open "
        "unless something else is written.",
        mend="Write `ssh_public_access_enabled: false`, and work from the studio or through the workspace's "
        "own tunnel. A compute cannot change this in place: it is replaced.",
        sources=(
            "R: NotSpecified of a cluster becomes Enabled",
            "Checkov CKV_AZURE_142 looks for local sign-in on clusters",
        ),
    ),
    (
        Look("compute", _PORT, is_(True), "has its SSH port open to the internet", unless=_NO_ADDRESS),
        Look(
            "compute",
            _PORT,
            is_(None),
            "gets its SSH port open to the internet, having no network and nothing else written",
            only={("type",): is_("amlcompute"), _PORT: is_(None)},
            unless={**_NO_ADDRESS, ("network_settings", "subnet"): is_not(None)},
        ),
    ),
)
