"""Our SARIF against the standard's own schema, as types that SchemaStore makes of it: tsc is the judge."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlinfra.model.policy import Judgement
from mlinfra.render import sarif
from mlinfra.render.findings import findings
from tests.render.test_findings import log
from tests.servers import npm

pytestmark = pytest.mark.full

TYPESCRIPT, SCHEMA = "5.9.3", "1.0.2"
CHECK = """\
import type {{ StaticAnalysisResultsFormatSARIFVersion210JSONSchema as Log }} from "@schemastore/sarif-2.1.0";
export const log: Log = {log};
"""
STRICT = [
    "--strict",
    "--noEmit",
    "--pretty",
    "false",
    "--module",
    "nodenext",
    "--moduleResolution",
    "nodenext",
]


@pytest.fixture(scope="module")
def modules() -> Path:
    packages = f"typescript@{TYPESCRIPT}", f"@schemastore/sarif-2.1.0@{SCHEMA}"
    return npm.installed(f"sarif-{SCHEMA}-typescript-{TYPESCRIPT}", *packages)


def complaints(told: Any, folder: Path, modules: Path) -> str:
    """What the compiler says of a log; empty where it is one."""
    (folder / "node_modules").symlink_to(modules)
    (folder / "log.ts").write_text(CHECK.format(log=json.dumps(told)), encoding="utf-8")
    command = ["node", str(modules / "typescript" / "lib" / "tsc.js"), *STRICT, "log.ts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert bool(done.returncode) is bool(done.stdout), done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "told",
    [log(), log("."), sarif.document(findings(Judgement()), version="1", folder=".", main="mlinfra.yaml")],
    ids=["findings", "at the root", "nothing found"],
)
def test_what_we_write_is_sarif(told: dict[str, Any], tmp_path: Path, modules: Path) -> None:
    assert complaints(told, tmp_path, modules) == ""


def _version(told: dict[str, Any]) -> None:
    told["version"] = "2.0.0"


def _level(told: dict[str, Any]) -> None:
    told["runs"][0]["results"][0]["level"] = "grave"


def _tool(told: dict[str, Any]) -> None:
    del told["runs"][0]["tool"]


def _key(told: dict[str, Any]) -> None:
    told["runs"][0]["results"][0]["colour"] = "red"


@pytest.mark.parametrize("spoil", [_version, _level, _tool, _key])
def test_what_is_none_is_told(spoil: Callable[[dict[str, Any]], None], tmp_path: Path, modules: Path) -> None:
    told = log()
    spoil(told)
    assert "error TS" in complaints(told, tmp_path, modules)
