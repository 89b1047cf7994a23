"""The kind ``amlcompute`` of `Compute`: a cluster of nodes that grows and shrinks with its jobs.

S:entities._compute.aml_compute is azure-ai-ml 1.35.2, P the specification 2024-04-01, T
hashicorp/terraform-provider-azurerm@69697b7fe6 machine_learning_compute_cluster_resource.go, R recordings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.base import tags
from mlinfra.providers.azure.types.ml_identity import identity
from mlinfra.providers.azure.types.schema import Property, choice, flag, integer, text

TYPE = "AmlCompute"
"""ARM's ``computeType``."""

_T = "T/machinelearning/machine_learning_compute_cluster_resource.go"
_S = "S:entities._compute.aml_compute"
_R = "R:mlv2 test_compute_aml"

_TIERS = {"dedicated": "Dedicated", "low_priority": "LowPriority"}

_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)
_ISO_PATTERN = r"^[Pp](?=[0-9Tt])([0-9]+[Dd])?([Tt](?=[0-9])([0-9]+[Hh])?([0-9]+[Mm])?([0-9]+[Ss])?)?$"


def seconds(value: Any) -> Any:
    """Whole seconds of an ISO 8601 duration without months (``PT2M``); anything else stays as it is."""
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return value
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def iso(value: Any) -> Any:
    """Whole seconds as an ISO 8601 duration, as az ml sends them: 100 is ``PT1M40S``, 86400 is ``P1D``."""
    total = seconds(value)
    if not isinstance(total, int):
        return value
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    day = f"{days}D" if days else ""
    time = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count)
    return f"P{day}{'T' if time else ''}{time}" if day or time else "PT0S"


def _read_tier(priority: str) -> str:
    return next((word for word, arm in _TIERS.items() if arm.lower() == priority.lower()), priority)


def _read_open(access: str) -> bool | None:
    """NotSpecified is answered only while the cluster is being made; then the service has chosen (R)."""
    return {"enabled": True, "disabled": False}.get(access.lower())


ROWS = (
    Property(
        "description",
        "properties.description",
        text(description="What it is for.", x_immutable=True),
        f"{_T} ForceNew; P allows it in place",
        read=lambda value: value or None,
    ),
    tags(f"{_T} (in place)"),
    Property(
        "tier",
        "properties.properties.vmPriority",
        choice(
            *_TIERS,
            default="dedicated",
            description="Nodes of your own, or cheaper ones that Azure may take away.",
            x_immutable=True,
            x_case_insensitive=True,
        ),
        f"{_R} (the service says Dedicated where nothing is sent); {_T} ForceNew",
        write=lambda word: _TIERS.get(str(word).lower(), word),
        read=_read_tier,
        absent="dedicated",
    ),
    Property(
        "min_instances",
        "properties.properties.scaleSettings.minNodeCount",
        integer(default=0, minimum=0, description="How many nodes it keeps when there is nothing to do."),
        f"{_S} (1.35.2: 0); {_T} (in place)",
    ),
    Property(
        "max_instances",
        "properties.properties.scaleSettings.maxNodeCount",
        integer(default=4, minimum=0, description="How many nodes it grows to."),
        f"{_S} (1.35.2: 4, 1.28.1: 1); {_T} (in place)",
    ),
    Property(
        "idle_time_before_scale_down",
        "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
        {
            "type": ["integer", "string"],
            "minimum": 1,
            "pattern": _ISO_PATTERN,
            "default": 120,
            "description": "How long a node idles before it goes: seconds, or a duration such as PT2M.",
            "x-duration": True,
            "x-hint": "Write seconds (120), or a duration (PT2M).",
        },
        f"{_S} (1.35.2: 120); {_R}; {_T} (in place)",
        write=iso,
        read=seconds,
    ),
    Property(
        "ssh_public_access_enabled",
        "properties.properties.remoteLoginPortPublicAccess",
        flag(
            description="Whether the SSH port is open to the internet; left out, open without a network.",
            x_immutable=True,
            x_exposes=[True],
        ),
        f"{_R} (NotSpecified becomes Enabled); {_T} ForceNew",
        write=lambda enabled: "Enabled" if enabled else "Disabled",
        read=_read_open,
    ),
    Property(
        "ssh_settings",
        "properties.properties.userAccountCredentials",
        {"description": "The account for SSH on the nodes.", "x-immutable": True},
        f"{_T} ForceNew; R (the password is never answered, the key is)",
        fields=(
            Property("admin_username", "adminUserName", text(description="Its name."), "P", required=True),
            Property(
                "admin_password",
                "adminUserPassword",
                text(description="Its password.", x_sensitive=True, x_write_only=True),
                "R (answered as null)",
            ),
            Property(
                "ssh_key_value", "adminUserSshPublicKey", text(description="Its public key."), f"{_S}; R"
            ),
        ),
    ),
    identity(f"{_T} (in place); D:how-to-identity-based-service-authentication"),
    Property(
        "enable_node_public_ip",
        "properties.properties.enableNodePublicIp",
        flag(default=True, description="Whether nodes have a public address.", x_immutable=True),
        f"{_S}; {_T} ForceNew; R (older answers leave it out)",
        absent=True,
    ),
)
"""What a cluster has beside what every compute has."""

_EXAMPLE = {"name": "cpu-cluster", "type": "amlcompute", "size": "STANDARD_DS11_V2", "max_instances": 2}

WORDS: Mapping[str, Any] = {
    "title": "Compute",
    "description": "A compute cluster; the keys are those of az ml's YAML.",
    "x-discriminator": "type",
    "x-owner-tag": "tags",
    "x-seconds": {"create": 7, "update": 7, "delete": 60},
    "x-example": _EXAMPLE,
    "x-examples": {
        "cluster": _EXAMPLE,
        "instance": {"name": "lab-instance", "type": "computeinstance", "size": "STANDARD_DS11_V2"},
    },
    "x-example-update": {"max_instances": 4, "idle_time_before_scale_down": 600},
    "x-example-immutable": {"size": "STANDARD_DS12_V2"},
}
"""The top of the kind's schema; of the two kinds this is the one that is shown, so it names both."""

READ_ONLY = (
    "properties.properties.allocationState",
    "properties.properties.allocationStateTransitionTime",
    "properties.properties.currentNodeCount",
    "properties.properties.errors",
    "properties.properties.isolatedNetwork",
    "properties.properties.nodeStateCounts",
    "properties.properties.propertyBag",
    "properties.properties.targetNodeCount",
)
"""What changes by itself and is no attribute (R)."""


def complete_body(body: dict[str, Any], desired: Attrs) -> None:
    """What az ml sends beyond the keys: the system, no local accounts without SSH, an SSH port left to Azure.

    A tier that is the service's own default is left out, as az ml does.
    """
    properties = body["properties"]
    inner = properties.setdefault("properties", {})
    inner["osType"] = "Linux"
    inner.setdefault("remoteLoginPortPublicAccess", "NotSpecified")
    if inner.get("vmPriority") == "Dedicated":
        del inner["vmPriority"]
    properties["disableLocalAuth"] = not desired.get("ssh_settings")


def normal(attrs: Attrs) -> Attrs:
    """Seconds instead of a duration, the tier's word in lower case.

    Raises ProviderError for more nodes at least than at most, which the service refuses.
    """
    result = dict(attrs)
    least, most = result.get("min_instances"), result.get("max_instances", 4)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        raise ProviderError(
            "MLI-AZ-COMPUTE",
            f"min_instances is {least}, and max_instances only {most}",
            path=("min_instances",),
            hint="Raise max_instances, or lower min_instances; 0 costs nothing while nobody works.",
            sent=False,
        )
    if "idle_time_before_scale_down" in result:
        result["idle_time_before_scale_down"] = seconds(result["idle_time_before_scale_down"])
    if isinstance(result.get("tier"), str):
        result["tier"] = result["tier"].lower()
    return result
