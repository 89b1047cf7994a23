"""A provider of another kind: folders and text files on disk. Shows how little a provider is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Pending, Progress, ProviderError

_NAME = {"type": "string", "pattern": r"^[^/]+$", "x-immutable": True, "x-source": "POSIX"}
_ID = {"type": "string", "x-computed": True, "x-id": True, "x-source": "the path below the root"}


@dataclass
class Disk:
    """A folder that everything is in; counts what it asks of the disk."""

    root: Path
    requests: int = 0

    def path(self, id: str) -> Path:
        self.requests += 1
        return self.root / id.lstrip("/")


class OnDisk:
    """What folders and files have in common."""

    version = 1

    def normalize(self, attrs: Attrs) -> Attrs:
        return attrs

    def resume(self, conn: Disk, pending: Pending) -> Progress:
        raise ProviderError("FILES-001", "nothing here takes time")


class Folder(OnDisk):
    """A folder in the root."""

    name = "folder"

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        return _FOLDER

    def identify(self, attrs: Attrs) -> str | None:
        return f"/{attrs['name']}" if "name" in attrs else None

    def read_many(self, conn: Disk, ids: Sequence[str]) -> Mapping[str, Attrs | None]:
        there = {f"/{p.name}" for p in conn.path("").iterdir() if p.is_dir()}
        return {id: {"id": id, "name": id[1:]} if id in there else None for id in ids}

    def begin(self, conn: Disk, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        if op is Op.DELETE:
            shutil.rmtree(conn.path(id), ignore_errors=True)
            return Done()
        conn.path(id).mkdir(exist_ok=op is Op.UPDATE)
        return Done(self.read_many(conn, [id])[id])

    def children(self, conn: Disk, id: str) -> Iterable[str]:
        return [f"{id}/{path.name}" for path in conn.path(id).iterdir()]


class TextFile(OnDisk):
    """A text file in a folder."""

    name = "text_file"

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        return _TEXT_FILE

    def identify(self, attrs: Attrs) -> str | None:
        return f"{attrs['folder']}/{attrs['name']}" if {"folder", "name"} <= attrs.keys() else None

    def read_many(self, conn: Disk, ids: Sequence[str]) -> Mapping[str, Attrs | None]:
        there: dict[str, Attrs] = {}
        for folder in {id.rpartition("/")[0] for id in ids}:
            path = conn.path(folder)
            for file in path.iterdir() if path.is_dir() else ():
                if file.is_file():
                    there[f"{folder}/{file.name}"] = self._read(file, f"{folder}/{file.name}")
        return {id: there.get(id) for id in ids}

    def begin(self, conn: Disk, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        if op is Op.DELETE:
            conn.path(id).unlink(missing_ok=True)
            return Done()
        assert desired is not None
        path = conn.path(id)
        path.write_text(desired["content"])
        return Done(self._read(path, id))

    def _read(self, path: Path, id: str) -> Attrs:
        folder, _, name = id.rpartition("/")
        content = path.read_text()
        return {"id": id, "folder": folder, "name": name, "content": content, "size": len(content)}


_FOLDER = {
    "title": "folder",
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {"id": _ID, "name": _NAME},
    "x-data": "every file in it",
    "x-example": {"name": "reports"},
}
_TEXT_FILE = {
    "title": "text_file",
    "type": "object",
    "required": ["content"],
    "additionalProperties": False,
    "properties": {
        "id": _ID,
        "name": _NAME,
        "folder": {
            "type": "string",
            "x-ref": "folder",
            "x-parent": True,
            "x-id": True,
            "x-immutable": True,
            "x-source": "POSIX",
        },
        "content": {"type": "string", "default": "", "x-source": "POSIX"},
        "size": {"type": "integer", "x-computed": True, "x-follows": ["content"], "x-source": "POSIX"},
    },
    "x-example": {"name": "a.txt", "content": "hello"},
    "x-example-update": {"content": "goodbye"},
    "x-example-immutable": {"name": "b.txt"},
}


@dataclass(frozen=True)
class FilesProvider:
    """Folders and text files below ``root``."""

    name: str = "files"

    @property
    def types(self) -> Mapping[str, Any]:
        return {"folder": Folder(), "text_file": TextFile()}

    @property
    def settings_schema(self) -> Mapping[str, Any]:
        return {"type": "object", "properties": {"root": {"type": "string"}}, "additionalProperties": False}

    def connect(self, settings: Mapping[str, Any]) -> Disk:
        if "root" not in settings:
            raise ProviderError("FILES-002", "files: needs root:", hint="Say which folder.")
        return Disk(Path(settings["root"]))


provider = FilesProvider()
