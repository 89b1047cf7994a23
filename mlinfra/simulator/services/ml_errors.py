"""How the services of Azure Machine Learning word a refusal.

The front of the workspaces speaks ARM's envelope; the compute service has one of its own.
"""

from __future__ import annotations

from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.world import Call


def offset_stamp(seconds: float, digits: int = 7) -> str:
    """A time as the compute service writes it: ``2026-01-05T08:00:00.0500000+00:00``.

    ``digits`` of the fraction are 7 (createdOn) or 3 (times that come from the cluster).
    """
    fraction = f"{moment(seconds):%f}0"[:digits]
    return f"{moment(seconds):%Y-%m-%dT%H:%M:%S}.{fraction}+00:00"


def bad_request(text: str) -> ArmError:
    """The code under which the workspace service refuses what it has read.

    Source: public reports of 'Soft-deleted workspace exists' (Azure/ResourceModules#3596), 'Storage Account
    update is not supported yet' (Azure-Samples/get-started-with-ai-chat#65), 'Cannot use storage with HNS
    enabled' (microsoft/AzureTRE#1920). Rules that have no source of their own say ``assumed``.
    """
    return ArmError(400, "BadRequest", text)


def validation_error(text: str) -> ArmError:
    """The code for a body that lacks what a workspace needs.

    Source: Azure/azure-rest-api-specs#15878 (code, target, one detail ``Invalid``),
    Azure/azure-service-operator#5696 (the status 400, answered to the PUT itself).
    """
    detail = {"code": "Invalid", "message": text, "target": "workspace", "details": []}
    return ArmError(400, "ValidationError", text, target="workspace", details=[detail])


def user_error(call: Call, text: str, *, code: str = "UserError", status: int = 400) -> ArmError:
    """The compute service's envelope (recording az ml test_compute_compute_instance_with_no_public_ip).

    Only that recording has it; the codes and statuses of the compute service's other refusals are assumed
    to be the same.
    """
    where = _region(call)
    error: dict[str, object] = {
        "code": code,
        "severity": None,
        "message": text,
        "messageFormat": None,
        "messageParameters": None,
        "referenceCode": None,
        "detailsUri": None,
        "target": None,
        "details": [],
        "innerError": None,
        "debugInfo": None,
        "additionalInfo": None,
    }
    trace = call.ids.fixed("correlation", call.path.text, str(call.now)).replace("-", "")
    body = {
        "error": error,
        "correlation": {"operation": trace, "request": trace[:16]},
        "environment": where,
        "location": where,
        "time": offset_stamp(call.now),
        "componentName": "machinelearningcompute",
    }
    return ArmError(status, code, text, body=body)


def _region(call: Call) -> str:
    parts = call.path.text.split("/")
    workspace = call.store.get("/".join(parts[:9]))
    return str(workspace.body.get("location", "")) if workspace is not None else ""


def front_error(
    call: Call, text: str, *, status: int = 400, code: str = "UserError", inner: str = "BadArgumentError"
) -> ArmError:
    """The envelope of the management front end, which answers for datastores and versioned assets.

    Recorded: 404 ``Could not find datastore`` (inner error NotFoundError), 400 for old Pythons
    (NewRecommendedPythonVersions). Other statuses and inner errors are assumed.
    """
    trace = call.ids.fixed("correlation", call.path.text, str(call.now)).replace("-", "")
    where = _region(call)
    info: list[tuple[str, object]] = [
        ("ComponentName", "managementfrontend"),
        ("Correlation", {"operation": trace, "request": trace[:16]}),
        ("Environment", where),
        ("Location", where),
        ("Time", offset_stamp(call.now)),
        ("InnerError", {"code": inner, "innerError": None}),
    ]
    additional = [{"type": type_, "info": {"value": value}} for type_, value in info]
    return ArmError(status, code, text, details=[], additional=additional)


def front_missing(call: Call, text: str) -> ArmError:
    """The front end's 404."""
    return front_error(call, text, status=404, inner="NotFoundError")
