"""Where the long operations of workspaces are watched (recordings az ml test_workspace, azure-ai-ml 2023)."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.store import Operation

PATH = (
    "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}"
    "/workspaceOperationsStatus/{operation}"
)
"""Both a status (``type=async``) and a result (``type=location``) stand there."""


def operation_status(operation: Operation, status: str) -> dict[str, Any]:
    """Recorded: the status alone while it runs, percentComplete at the end."""
    return {"status": status, "percentComplete": 100.0} if status == "Succeeded" else {"status": status}
