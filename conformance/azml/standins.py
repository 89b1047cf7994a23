"""The world around a file: ids that both sides use, and stand-ins for the files that it points to.

The files of the archive point to folders and conda files that are not in it, and hold words in place of ids.
What is made up here is the same for azure-ai-ml and for us.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
LOCATION = "eastus"
GROUP_NAME = "rg-standin"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP_NAME}"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/ststandin"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-standin"
INSIGHTS = f"{GROUP}/providers/Microsoft.Insights/components/appi-standin"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/crstandin"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-standin"
WORKSPACE_NAME = "mlw-standin"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE_NAME}"

BESIDE_WORKSPACE = {"storage_account": STORAGE, "key_vault": VAULT, "application_insights": INSIGHTS}
"""What az ml would make for a workspace that names none; for us a user writes it beside ``file:``."""

_PLACEHOLDERS = {"identity_resource_id": IDENTITY}
"""Words in files of the archive that stand for an id which they cannot know."""

CONDA: Mapping[str, Any] = {
    "name": "standin",
    "channels": ["conda-forge"],
    "dependencies": ["python=3.10.14", "pip=24.0", {"pip": ["numpy==1.26.4", "pandas==2.2.2"]}],
}
"""A conda file where the archive has none."""


def surround(file: Path, *, conda: Mapping[str, Any] = CONDA) -> list[str]:
    """Replace placeholders in a file and make what it points to and is not there; answers what was made, a
    word for each."""
    text = file.read_text(encoding="utf-8-sig")
    made: list[str] = []
    for word, id in _PLACEHOLDERS.items():
        if word in text:
            text = text.replace(word, id)
            file.write_text(text, encoding="utf-8")
            made.append("id")
    body = yaml.safe_load(text)
    if not isinstance(body, dict):
        return made
    made += [_conda(file, body["conda_file"], conda)] if isinstance(body.get("conda_file"), str) else []
    build = body.get("build")
    if isinstance(build, dict) and isinstance(build.get("path"), str):
        made.append(_context(file, build))
    for key in ("path", "local_path"):
        if isinstance(body.get(key), str) and "://" not in body[key]:
            made.append(_data(file, body[key], str(body.get("type", "uri_folder"))))
    return [each for each in made if each]


def _conda(file: Path, written: str, conda: Mapping[str, Any]) -> str:
    place = file.parent / written.removeprefix("file:")
    if place.exists():
        return ""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(yaml.safe_dump(dict(conda), sort_keys=False), encoding="utf-8")
    return "conda file"


def _context(file: Path, build: Mapping[str, Any]) -> str:
    folder = file.parent / build["path"]
    recipe = folder / str(build.get("dockerfile_path", "Dockerfile"))
    if "://" in build["path"] or recipe.exists():
        return ""
    recipe.parent.mkdir(parents=True, exist_ok=True)
    recipe.write_text("FROM python:3.10.14-slim\n", encoding="utf-8")
    return "build folder"


def _data(file: Path, written: str, kind: str) -> str:
    place = file.parent / written
    if place.exists():
        return ""
    if kind == "uri_file":
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("a,b\n1,2\n", encoding="utf-8")
        return "data"
    place.mkdir(parents=True)
    if kind == "mltable":
        (place / "MLTable").write_text("paths:\n  - file: ./rows.csv\n", encoding="utf-8")
    (place / "rows.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return "data"
