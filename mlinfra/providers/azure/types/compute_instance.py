"""The kind ``computeinstance`` of `Compute`: one person's workstation in the workspace.

S:entities._compute.compute_instance is azure-ai-ml 1.35.2, P the specification 2024-04-01, T
hashicorp/terraform-provider-azurerm@69697b7fe6 machine_learning_compute_instance_resource.go (every key of it
is ForceNew, tags too: TagsForceNew), R recordings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlinfra.model.value import Attrs
from mlinfra.providers.azure.types.base import tags
from mlinfra.providers.azure.types.compute_schedules import SCHEDULES, normal_schedules
from mlinfra.providers.azure.types.ml_identity import identity
from mlinfra.providers.azure.types.ml_words import PREVIEW_ONLY, newer, refused
from mlinfra.providers.azure.types.schema import Property, choice, computed, flag, integer, pick, text

TYPE = "ComputeInstance"
"""ARM's ``computeType``."""

_T = "T/machinelearning/machine_learning_compute_instance_resource.go ForceNew"
_S = "S:entities._compute.compute_instance"
_B = "B, by diff of the versions"
_GUESSED = "in place or not: guessed (no recording changes it)"

_INNER = "properties.properties"


def _script(name: str, arm: str, description: str) -> Property:
    return Property(
        name,
        f"scripts.{arm}",
        {"description": description},
        "S:entities._compute._setup_scripts",
        fields=(
            Property(
                "path",
                "scriptData",
                text(description="Where it is in the workspace's file share."),
                "S",
                required=True,
            ),
            Property("command", "scriptArguments", text(description="Arguments for it."), "S"),
            Property(
                "timeout_minutes",
                "timeout",
                integer(minimum=1, description="After how many minutes it is stopped."),
                "S (absent, az ml sends the word Nonem; here nothing is sent)",
                write=lambda minutes: f"{minutes}m",
                read=_minutes,
            ),
        ),
        write=lambda script: {"scriptSource": "workspaceStorage", **script},
    )


def _minutes(timeout: Any) -> int | None:
    match = re.fullmatch(r"(\d+)m", str(timeout))
    return int(match[1]) if match else None


def _write_application(applications: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The constants that az ml sends with each: a privileged container, endpoints for the browser."""
    return [
        {
            "type": "docker",
            **application,
            "image": {"type": "docker", **application["image"]},
            "endpoints": [
                {"name": "connect", "protocol": "http", **endpoint} for endpoint in application["endpoints"]
            ],
            "docker": {"privileged": True},
            **(
                {
                    "volumes": [
                        {"type": "bind", "readOnly": False, **mount} for mount in application["volumes"]
                    ]
                }
                if application.get("volumes")
                else {}
            ),
        }
        for application in applications
    ]


def _write_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"type": "local", "value": value} for name, value in variables.items()}


def _read_variables(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item.get("value") if isinstance(item, Mapping) else item for name, item in raw.items()}


def _port(description: str) -> dict[str, Any]:
    return integer(minimum=1026, maximum=65534, description=description)


_APPLICATIONS = Property(
    "custom_applications",
    f"{_INNER}.customServices",
    {
        "type": "array",
        "description": "Containers that run beside Jupyter.",
        "x-immutable": True,
        "x-key": "name",
    },
    f"S:entities._compute._custom_applications; {_GUESSED}",
    fields=(
        Property("name", "name", text(description="Its name."), "S", required=True),
        Property("type", "", choice("docker", description="What it is; there is one kind only."), "S"),
        Property(
            "image",
            "image",
            {"description": "What it is made from."},
            "S",
            required=True,
            fields=(
                Property(
                    "reference", "reference", text(description="The image's address."), "S", required=True
                ),
            ),
        ),
        Property(
            "endpoints",
            "endpoints",
            {"type": "array", "description": "The ports it serves.", "minItems": 1},
            "S (ports between 1025 and 65535)",
            required=True,
            fields=(
                Property("target", "target", _port("The port in the container."), "S", required=True),
                Property("published", "published", _port("The port on the instance."), "S", required=True),
            ),
        ),
        Property(
            "environment_variables",
            "environmentVariables",
            {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "What its environment says.",
            },
            "S",
            write=_write_variables,
            read=_read_variables,
        ),
        Property(
            "bind_mounts",
            "volumes",
            {"type": "array", "description": "Folders of the instance that it sees."},
            "S",
            fields=(
                Property(
                    "source", "source", text(description="The folder on the instance."), "S", required=True
                ),
                Property(
                    "target", "target", text(description="The folder in the container."), "S", required=True
                ),
            ),
        ),
    ),
    write=_write_application,
    read=lambda served: served or None,
)

_tags = tags(f"{_T} (TagsForceNew)")

ROWS = (
    Property(
        "description",
        "properties.description",
        text(description="What it is for.", x_immutable=True),
        _T,
        read=lambda value: value or None,
    ),
    replace(_tags, schema={**_tags.schema, "x-immutable": True}),
    Property(
        "ssh_public_access_enabled",
        f"{_INNER}.sshSettings.sshPublicAccess",
        flag(description="Whether the SSH port is open to the internet.", x_immutable=True, x_exposes=[True]),
        _T,
        write=lambda enabled: "Enabled" if enabled else "Disabled",
        read=lambda access: str(access).lower() == "enabled",
    ),
    Property(
        "ssh_settings",
        f"{_INNER}.sshSettings",
        {"description": "How to get in by SSH.", "x-immutable": True},
        _T,
        fields=(
            Property(
                "ssh_key_value",
                "adminPublicKey",
                text(description="Your public key.", x_write_only=True),
                "R:aiml test_compute_instance_stop_start_restart (answered as null when the port is closed)",
                read=lambda _: None,
            ),
        ),
    ),
    Property(
        "create_on_behalf_of",
        f"{_INNER}.personalComputeInstanceSettings.assignedUser",
        {"description": "Whose instance it is; left out, yours.", "x-immutable": True},
        _T,
        fields=(
            Property(
                "user_object_id",
                "objectId",
                text(description="The user's object id.", x_case_insensitive=True),
                _S,
                required=True,
            ),
            Property(
                "user_tenant_id",
                "tenantId",
                text(description="The user's tenant.", x_case_insensitive=True),
                _S,
                required=True,
            ),
        ),
    ),
    identity(_T, immutable=True),
    Property(
        "enable_node_public_ip",
        f"{_INNER}.enableNodePublicIp",
        flag(default=True, description="Whether it has a public address.", x_immutable=True),
        _T,
    ),
    SCHEDULES,
    Property(
        "setup_scripts",
        f"{_INNER}.setupScripts",
        {"description": "Scripts in the workspace's file share that set it up.", "x-immutable": True},
        f"S:entities._compute._setup_scripts; {_GUESSED}",
        fields=(
            _script("creation_script", "creationScript", "Runs once, when the instance is made."),
            _script("startup_script", "startupScript", "Runs at every start."),
        ),
    ),
    _APPLICATIONS,
    refused("idle_time_before_shutdown_minutes", newer("2025-12-01"), _B),
    refused("idle_time_before_shutdown", newer("2025-12-01"), _B),
    refused("enable_sso", newer("2025-12-01"), _B),
    refused("enable_root_access", PREVIEW_ONLY, _B),
    refused("release_quota_on_stop", PREVIEW_ONLY, _B),
    refused("enable_os_patching", PREVIEW_ONLY, _B),
    Property(
        "state", f"{_INNER}.state", computed(description="Running, Stopped, …; starting it is no drift."), "R"
    ),
    Property(
        "services",
        f"{_INNER}.applications",
        computed("array", description="What it serves: {display_name, endpoint_uri}."),
        "R",
        read=lambda served: [
            {"display_name": each.get("displayName"), "endpoint_uri": each.get("endpointUri")}
            for each in served
            if isinstance(each, Mapping)
        ],
    ),
    Property(
        "public_ip_address",
        f"{_INNER}.connectivityEndpoints.publicIpAddress",
        computed(description="Its public address."),
        "R",
    ),
    Property(
        "private_ip_address",
        f"{_INNER}.connectivityEndpoints.privateIpAddress",
        computed(description="Its private address."),
        "R",
    ),
)
"""What an instance has beside what every compute has."""

WORDS: Mapping[str, Any] = {
    "title": "Compute",
    "description": "A compute instance; the keys are those of az ml's YAML.",
    "x-discriminator": "type",
    "x-owner-tag": "tags",
    "x-data": "files on the instance's own disk",
    "x-replace-broken": True,
    "x-seconds": {"create": 150, "update": 30, "delete": 60},
    "x-example": {"name": "lab-instance", "type": "computeinstance", "size": "STANDARD_DS11_V2"},
    "x-example-update": {
        "schedules": {
            "compute_start_stop": [
                {"action": "stop", "trigger": {"type": "cron", "expression": "0 18 * * *"}},
            ]
        }
    },
    "x-example-immutable": {"size": "STANDARD_DS12_V2"},
}
"""The top of the kind's schema."""

READ_ONLY = (
    f"{_INNER}.autologgerSettings",
    f"{_INNER}.connectivityEndpoints",
    f"{_INNER}.containers",
    f"{_INNER}.createdBy",
    f"{_INNER}.dataDisks",
    f"{_INNER}.dataMounts",
    f"{_INNER}.errors",
    f"{_INNER}.lastOperation",
    f"{_INNER}.osImageMetadata",
    f"{_INNER}.updateStatus",
    f"{_INNER}.versions",
    f"{_INNER}.sshSettings.adminUserName",
    f"{_INNER}.sshSettings.sshPort",
)
"""What changes by itself and is no attribute (R)."""


def complete_body(body: dict[str, Any], desired: Attrs) -> None:
    """What az ml sends beyond the keys: who may use it, and SSH closed unless it is opened."""
    properties = body["properties"]
    inner = properties.setdefault("properties", {})
    inner["applicationSharingPolicy"] = "Shared"
    inner["computeInstanceAuthorizationType"] = "personal"
    if "sshSettings" in inner:
        inner["sshSettings"].setdefault("sshPublicAccess", "Disabled")
    properties["disableLocalAuth"] = not desired.get("ssh_public_access_enabled")


def read_rest(attrs: Attrs, raw: Mapping[str, Any]) -> None:
    """Whether it has a public address: a GET may not say so (R), but then shows the address itself."""
    if "enable_node_public_ip" not in attrs:
        shown = pick(raw, ("properties", "properties", "connectivityEndpoints"))
        private = isinstance(shown, Mapping) and shown.get("privateIpAddress")
        attrs["enable_node_public_ip"] = not private or bool(shown.get("publicIpAddress"))


def normal(attrs: Attrs) -> Attrs:
    """Schedules in one spelling; applications without the one type that there is."""
    result = dict(attrs)
    if "schedules" in result:
        result["schedules"] = normal_schedules(result["schedules"])
    applications = result.get("custom_applications")
    if isinstance(applications, list):
        result["custom_applications"] = [
            {key: value for key, value in each.items() if key != "type"}
            if isinstance(each, Mapping)
            else each
            for each in applications
        ]
    return result
