"""A YAML file → the body that azure-ai-ml would send for it, without a request.

The entity is loaded as ``az ml … create --file`` does and turned into its REST object; what an operation
does to the entity before it sends it (a compute's location and subnet, uploads, the ARM template of a
workspace) is done here with stand-ins.
"""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conformance.azml import standins
from conformance.azml.template import workspace_body

_STORE = "https://ststandin.blob.core.windows.net/azureml-blobstore"


class Rejected(Exception):
    """azure-ai-ml refuses the file; the text is its reason."""


def sdk_body(kind: str, file: Path, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of a file of this kind (our word: ``compute``, ``data_asset``, …).

    ``overrides`` are those of a command line, by dotted key. Raises Rejected.
    """
    with quiet():
        import azure.ai.ml as sdk
        from azure.ai.ml.exceptions import MlException
        from marshmallow import ValidationError

        load: Callable[..., Any] = getattr(sdk, _LOADERS[kind])
        try:
            entity = load(file, params_override=[{key: value} for key, value in (overrides or {}).items()])
            body = _BODIES[kind](entity)
        except (MlException, ValidationError) as wrong:
            raise Rejected(f"{type(wrong).__name__}: {' '.join(str(wrong).split())}") from wrong
    plain: dict[str, Any] = json.loads(json.dumps(body))
    return plain


@contextmanager
def quiet() -> Iterator[None]:
    """Without warnings, log lines and prints of azure-ai-ml."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _plain(rest: Any) -> Any:
    """A REST object of either generation as JSON."""
    return rest.as_dict() if hasattr(rest, "_is_model") else rest.serialize()


def _compute(entity: Any) -> Any:
    """`ComputeOperations.begin_create_or_update`: only a cluster has a location of its own."""
    if entity.type != "amlcompute" or not entity.location:
        entity.location = standins.LOCATION
    entity._set_full_subnet_name(standins.SUBSCRIPTION, standins.GROUP_NAME)
    return _plain(entity._to_rest_object())


def _environment(entity: Any) -> Any:
    """`EnvironmentOperations.create_or_update`: a local folder is uploaded."""
    if entity.path:
        entity.build.path = f"{_STORE}/{_uploaded(Path(entity.path))}/"
    return _plain(entity._to_rest_object())


def _data(entity: Any) -> Any:
    """`DataOperations.create_or_update`: checked against what lies there, then uploaded."""
    from azure.ai.ml._utils.utils import is_mlflow_uri, is_url
    from azure.ai.ml.operations import DataOperations

    offline = SimpleNamespace(_try_get_mltable_metadata_jsonschema=lambda _: None, _datastore_operation=None)
    entity._referenced_uris = DataOperations._validate(offline, entity)
    if not (is_url(entity.path) or is_mlflow_uri(entity.path)):
        store = str(entity.datastore or "workspaceblobstore").removeprefix("azureml:")
        path = (Path(entity.base_path) / entity.path).resolve()
        entity.path = f"azureml://datastores/{store}/paths/{_uploaded(path)}"
    return _plain(entity._to_rest_object())


def _uploaded(path: Path) -> str:
    """Where azure-ai-ml would put a file or folder in a store: a place that its content names."""
    from azure.ai.ml._utils._asset_utils import get_ignore_file, get_object_hash

    return f"LocalUpload/{get_object_hash(path, get_ignore_file(path))}/{path.name}"


def _workspace(entity: Any) -> Any:
    """`WorkspaceOperations.begin_create`: an ARM template and its parameters."""
    from azure.ai.ml.operations._workspace_operations_base import WorkspaceOperationsBase

    entity.resource_group = standins.GROUP_NAME
    entity.location = entity.location or standins.LOCATION
    for name, id in standins.BESIDE_WORKSPACE.items():
        setattr(entity, name, getattr(entity, name) or id)
    client: Any = SimpleNamespace(
        _subscription_id=standins.SUBSCRIPTION, _resource_group_name=standins.GROUP_NAME
    )
    populate: Any = WorkspaceOperationsBase._populate_arm_parameters
    template, parameters, _ = populate(client, entity)
    return workspace_body(template, parameters, standins.SUBSCRIPTION)


_LOADERS = {
    "workspace": "load_workspace",
    "compute": "load_compute",
    "datastore": "load_datastore",
    "environment": "load_environment",
    "data_asset": "load_data",
}
_BODIES: Mapping[str, Callable[[Any], Any]] = {
    "workspace": _workspace,
    "compute": _compute,
    "datastore": lambda entity: _plain(entity._to_rest_object()),
    "environment": _environment,
    "data_asset": _data,
}
