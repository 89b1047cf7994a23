"""Every key of azure-ai-ml's YAML schemas, as marshmallow has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.azml.sdk import quiet

SCHEMAS: Mapping[str, tuple[str, str]] = {
    "workspace": ("_schema.workspace.workspace", "WorkspaceSchema"),
    "amlcompute": ("_schema.compute.aml_compute", "AmlComputeSchema"),
    "computeinstance": ("_schema.compute.compute_instance", "ComputeInstanceSchema"),
    "azure_blob": ("_schema._datastore", "AzureBlobSchema"),
    "azure_file": ("_schema._datastore", "AzureFileSchema"),
    "azure_data_lake_gen1": ("_schema._datastore", "AzureDataLakeGen1Schema"),
    "azure_data_lake_gen2": ("_schema._datastore", "AzureDataLakeGen2Schema"),
    "one_lake": ("_schema._datastore.one_lake", "OneLakeSchema"),
    "environment": ("_schema.assets.environment", "EnvironmentSchema"),
    "data_asset": ("_schema.assets.data", "DataSchema"),
}
"""A kind of file (its ``type``, else our word) to azure-ai-ml's schema: module and class."""


@dataclass(frozen=True, slots=True)
class Key:
    """``path`` is dotted, with ``[]`` for the entries of a list; what is ``read_only`` may stand in a file,
    and is dropped."""

    path: str
    read_only: bool


def keys(kind: str) -> tuple[Key, ...]:
    """The keys of a kind of file at any depth, each once; below a free map there are none."""
    with quiet():
        from importlib import import_module

        module, name = SCHEMAS[kind]
        schema = getattr(import_module(f"azure.ai.ml.{module}"), name)(context={"base_path": "."})
        found = dict.fromkeys(_of_schema(schema, "", read_only=False))
    return tuple(found)


def _of_schema(schema: Any, above: str, *, read_only: bool) -> Iterator[Key]:
    for name, field in schema.fields.items():
        path = f"{above}{field.data_key or name}"
        inner = read_only or bool(field.dump_only)
        yield Key(path, inner)
        yield from _of_field(field, path, read_only=inner)


def _of_field(field: Any, path: str, *, read_only: bool) -> Iterator[Key]:
    """The keys below a field: of an object, of a list's entries, of each alternative of a union."""
    if hasattr(field, "schema"):
        yield from _of_schema(field.schema, f"{path}.", read_only=read_only)
    elif hasattr(field, "inner"):
        yield from _of_field(field.inner, f"{path}[]", read_only=read_only)
    elif hasattr(field, "experimental_field"):
        yield from _of_field(field.experimental_field, path, read_only=read_only)
    alternatives: Iterable[Any] = getattr(field, "_union_fields", ())
    for alternative in alternatives:
        yield from _of_field(alternative, path, read_only=read_only)
