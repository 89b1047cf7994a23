"""``data_asset``: a version of Microsoft.MachineLearningServices/workspaces/data, as az ml's YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import yaml

from mlinfra.model.value import Attrs, LocalPath
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.types.asset import FIXED, WORDS, Asset, common_rows, is_local
from mlinfra.providers.azure.types.illustrations import MORE
from mlinfra.providers.azure.types.schema import Property, choice, json_schema, pick, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_TYPES = ("uri_file", "uri_folder", "mltable")
_USUAL = "uri_folder"
"""What az ml takes where nothing is written (S:entities._assets._artifacts.data)."""

_REMOTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+://|azureml:|runs:/)")
_LONG = re.compile(
    r"azureml://(subscriptions/[^/]+/resourcegroups/[^/]+)(?:/providers/Microsoft\.MachineLearningServices)?"
    r"/workspaces/([^/]+)/datastores/([^/]+)/paths/(.*)",
    re.IGNORECASE | re.DOTALL,
)
_LISTED = re.compile(r"azureml://workspaces/([^/]+)/datastores/([^/]+)/paths/(.*)", re.IGNORECASE | re.DOTALL)


def _rows(kind: str) -> tuple[Property, ...]:
    """The rows for a version of this type."""
    words: dict[str, Any] = {
        "x_path": "upload",
        "x_path_is": "file" if kind == "uri_file" else "folder",
        "x_content": True,
    }
    if kind == "mltable":
        words["x_path_holds"] = "MLTable"
    return (
        *common_rows("data asset", "data", "asset"),
        Property(
            "type",
            "properties.dataType",
            choice(
                *_TYPES,
                default=kind,
                description="A file, a folder, or a table (a folder with a file MLTable).",
                x_immutable=True,
                x_content=True,
            ),
            "P create-only on the container: all versions of a name have one type",
            create_only=True,
        ),
        Property(
            "path",
            "properties.dataUri",
            text(
                minLength=1,
                description="Where the data is: a local path, which is uploaded, or an address "
                "(azureml://datastores/…, https://…).",
                **words,
            ),
            f"{FIXED}: (UserError) Asset paths cannot be updated (S:_artifacts._constants)",
            create_only=True,
        ),
        Property(
            "local_path",
            "",
            text(
                minLength=1, description="az ml's older word for a local `path`.", x_alias_of="path", **words
            ),
            "D (older asset.schema.json)",
        ),
        Property(
            "properties",
            "",
            {"type": "object", "description": "az ml takes this and sends nothing of it; so is it here."},
            "S:_schema.assets.data (dump_only)",
        ),
    )


class DataAsset(Asset):
    """A version of data."""

    name = "data_asset"
    noun = "data asset"
    kind = "data"
    resource_type = "Microsoft.MachineLearningServices/workspaces/data/versions"
    words: Mapping[str, Any] = {
        **WORDS,
        "title": "data_asset",
        "description": "Data by name and version: a file, a folder or a table, local or already in place.",
        "anyOf": [{"required": ["path"]}, {"required": ["local_path"]}],
        "x-discriminator": "type",
        "x-example": {
            "name": "churn",
            "version": "1",
            "type": "uri_file",
            "path": "azureml://datastores/workspaceblobstore/paths/data/x.csv",
            "description": "Customers that left",
        },
    }

    def __init__(self) -> None:
        super().__init__()
        self._tables = {kind: _rows(kind) for kind in _TYPES}
        words = {"x-example-more": MORE[self.name], **self.words}
        self._documents = {kind: json_schema(rows, words) for kind, rows in self._tables.items()}

    def table(self, attrs: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows for the type; where none is written, for what the path looks like."""
        return self._tables[_type_of(attrs)]

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        """The schema of the type, with it as default."""
        return self._documents[_type_of(attrs)]

    def table_of(self, raw: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows for the type that a body tells."""
        return self._tables[_type_of({"type": pick(raw, ("properties", "dataType"))})]

    def normalize(self, attrs: Attrs) -> Attrs:
        """As every asset; the older word for a path, and addresses in the workspace in their short form.

        Raises ProviderError for the name of an asset in place of a path.
        """
        normal = super().normalize({key: value for key, value in attrs.items() if key != "properties"})
        if "local_path" in normal:
            normal.setdefault("path", normal.pop("local_path"))
        if isinstance(normal.get("path"), str):
            _refuse_name(normal["path"])
            normal["path"] = _short(normal["path"], str(normal.get("workspace") or ""))
        return normal

    def read_many(self, conn: AzureConnection, ids_: Sequence[str]) -> Mapping[str, Attrs | None]:
        """What is there. A list names the workspace in addresses by its GUID (R:mlv2 dataset_test_data), so
        that is asked where one turns up. Raises ProviderError."""
        found = dict(super().read_many(conn, ids_))
        guids: dict[str, str] = {}
        for id, attrs in found.items():
            told = _LISTED.fullmatch(str((attrs or {}).get("path", "")))
            if attrs is None or told is None:
                continue
            workspace = self.id_attributes(id)["workspace"]
            if workspace not in guids:
                raw = conn.arm.get(workspace, self.api_version)
                guids[workspace] = str(pick(raw, ("properties", "workspaceId")) or "").lower()
            if told[1].lower() == guids[workspace]:
                attrs["path"] = f"azureml://datastores/{told[2]}/paths/{told[3]}"
        return found

    def uploaded(self, conn: AzureConnection, id: str, desired: Attrs) -> Attrs:
        """With the address of the uploaded data in place of a local path. Raises ProviderError."""
        wanted = self.normalize(desired)
        if not is_local(wanted.get("path")):
            return desired
        from mlinfra.providers.azure.uploads import upload

        place, kind = self.id_attributes(id), _type_of(wanted)
        path = Path(wanted["path"])
        referenced = list(_referenced(path)) if kind == "mltable" else []
        found = upload(
            conn, place["workspace"], wanted.get("datastore"), path, name=place["name"],
            version=place["version"], expected="file" if kind == "uri_file" else "folder", key=("path",),
        )  # fmt: skip
        return {**wanted, "path": found.uri, _REFERENCED: referenced}

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body; of a table also the addresses that it refers to, for its lineage (P)."""
        body = super().to_body({k: v for k, v in desired.items() if k != _REFERENCED}, update=update)
        if desired.get(_REFERENCED) and not update:
            body["properties"]["referencedUris"] = desired[_REFERENCED]
        return body


_REFERENCED = "$referenced"
"""The key by which `uploaded` hands the addresses in a table to `to_body`; never seen outside."""


def _type_of(attrs: Mapping[str, Any]) -> str:
    """The type that is written; else, of a local path, what it is or looks like."""
    written = attrs.get("type")
    if written in _TYPES:
        return str(written)
    path = attrs.get("path", attrs.get("local_path"))
    if isinstance(path, LocalPath):
        return _USUAL if path.is_folder else "uri_file"
    if written is None and isinstance(path, str) and not _REMOTE.match(path) and not path.endswith("/"):
        return "uri_file" if PurePath(path).suffix else _USUAL
    return _USUAL


def _refuse_name(path: str) -> None:
    if path.lower().startswith("azureml:") and not path.lower().startswith("azureml://"):
        raise ProviderError(
            "MLI-AZ-DATA",
            f"`{path}` names an asset, and is no place where data lies",
            path=("path",),
            hint="Write a local path, azureml://datastores/NAME/paths/PATH, or another address with ://.",
            sent=False,
        )


def _short(path: str, workspace: str) -> str:
    """An address in one of the workspace's own datastores in its short form, without the slash that the
    service adds to folders (R:mlv2 dataset_test_data archive_restore)."""
    if not path.lower().startswith("azureml://"):
        return path
    long = _LONG.fullmatch(path)
    if long:
        above = f"/{long[1]}/providers/Microsoft.MachineLearningServices/workspaces/{long[2]}"
        if ids.same(above, workspace):
            path = f"azureml://datastores/{long[3]}/paths/{long[4]}"
    return path.rstrip("/")


def _referenced(folder: Path) -> Iterator[str]:
    """The addresses in the file MLTable of a folder (S:entities._data.mltable_metadata).

    Raises ProviderError when there is no such file, or it is none.
    """
    place = folder / "MLTable"
    try:
        content = yaml.safe_load(place.read_text(encoding="utf-8-sig"))
        paths = content["paths"]
        for entry in paths:
            value = entry.get("folder") or entry.get("file") or entry.get("pattern")
            if isinstance(value, str):
                yield value
    except FileNotFoundError:
        raise _no_table(f"there is no file MLTable in {folder.name}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        raise _no_table(f"the file MLTable in {folder.name} is no YAML") from None
    except (KeyError, TypeError, AttributeError):
        raise _no_table(f"the file MLTable in {folder.name} has no list `paths`") from None


def _no_table(summary: str) -> ProviderError:
    return ProviderError(
        "MLI-AZ-DATA",
        summary,
        path=("path",),
        hint="A table is a folder with a file MLTable that lists `paths`; any other is of type uri_folder.",
        sent=False,
    )
