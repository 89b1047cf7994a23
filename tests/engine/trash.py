"""Files whose deletion is soft: they keep their names until they are recovered or purged."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlinfra_files import Disk, FilesProvider, Folder, TextFile

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Grave, Progress, ProviderError


@dataclass
class Trash:
    """What the service does. ``tells``: it says what is kept; ``fixed``: content cannot change in place."""

    tells: bool = True
    purgeable: bool = True
    purges: bool = True
    fixed: bool = False
    owner: str = ""
    refused: set[Op] = field(default_factory=set)
    writes: list[Op] = field(default_factory=list)


class Trashed(TextFile):
    def __init__(self, trash: Trash) -> None:
        self.trash = trash

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        plain = copy.deepcopy(dict(super().schema(attrs)))
        plain["x-data"] = "the text"
        if self.trash.fixed:
            plain["properties"]["content"]["x-immutable"] = True
        return plain

    def kept(self, conn: Disk, id: str) -> Path:
        folder = conn.path("/.trash")
        folder.mkdir(exist_ok=True)
        return folder / id.replace("/", "-")

    def graves(self, conn: Disk, wanted: Mapping[str, Attrs]) -> Mapping[str, Grave | None]:
        if not self.trash.tells:
            return {}
        return {
            id: Grave(self.trash.owner or id.upper(), "2026-04-05", self.trash.purgeable)
            if self.kept(conn, id).exists()
            else None
            for id in wanted
        }

    def begin(self, conn: Disk, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        self.trash.writes.append(op)
        kept = self.kept(conn, id)
        if op in self.trash.refused:
            raise ProviderError("FILES-002", f"no {op.value} today")
        if op is Op.CREATE and kept.exists():
            raise ProviderError("FILES-003", "the name is kept", kept=True)
        if op is Op.DELETE:
            conn.path(id).rename(kept)
            return Done()
        if op is Op.PURGE:
            if self.trash.purges:
                kept.unlink()
            return Done()
        if op is Op.RECOVER:
            kept.rename(conn.path(id))
            return Done(self.read_many(conn, [id])[id])
        return super().begin(conn, op, id, prior, desired)


@dataclass(frozen=True)
class TrashProvider(FilesProvider):
    """The provider of files, with a trash."""

    trash: Trash = field(default_factory=Trash)

    @property
    def types(self) -> Mapping[str, Any]:
        return {"folder": Folder(), "text_file": Trashed(self.trash)}
