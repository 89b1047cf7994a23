"""Functions that read environments as az ml has them, from files of the repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlinfra.config.files import Refused, find, matching
from mlinfra.config.functions.base import as_text, function
from mlinfra.config.namespace import Unresolved
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error

if TYPE_CHECKING:
    from mlinfra.model.source import Node


@function(
    'environment_files("environments")',
    {
        "basic": {
            "image": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04:20240709.v1",
            "conda_file": {"dependencies": ["python=3.11"]},
        }
    },
    wants="around",
)
def environment_files(around: Surroundings, folder: Any, pattern: Any = "*.y*ml") -> dict[str, Any]:
    """The az ml files of environments in a folder: what each holds, by its path without the ending.

    What a conda file holds stands in place of its path, and a local build context as a path that leads to it
    from anywhere, so that a module can be given all of it. As with ``file:``, ``${…}`` in such files is text.
    """
    base = find(as_text(folder), around.folder, around.root, around.called)
    found: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for name in matching(base, as_text(pattern), around.root):
        key = name.rpartition(".")[0]
        if key in found:
            raise ValueError("two of the files have one name, but for the ending")
        found[key] = _environment(find(name, base, around.root), around, problems)
    if any(each.severity is Severity.ERROR for each in problems):
        raise Unresolved(problems)
    return found


def _environment(path: Path, around: Surroundings, problems: list[Diagnostic]) -> dict[str, Any]:
    """What one file holds; less than that, with problems, where something in it cannot be read."""
    # The reader of YAML reads expressions too, and they know the functions: it cannot be imported above.
    from mlinfra.config.content import plain
    from mlinfra.config.source import read_mapping, read_source

    try:
        source = read_source(path, os.path.relpath(path, around.folder.resolve()).replace(os.sep, "/"))
    except MlinfraError as wrong:
        problems += wrong.diagnostics
        return {}
    node = read_mapping(source, problems, expressions=False, hint="It should hold an environment.")
    if node is None:
        return {}
    held: dict[str, Any] = plain(node)
    conda, context = node.value.get("conda_file"), node.at(("build", "path"))
    if conda is not None and _is_local(conda):
        held["conda_file"] = _opened(conda, path.parent, around, problems)
    if isinstance(held.get("build"), dict) and "path" in held["build"] and _is_local(context):
        held["build"]["path"] = _placed(context, path.parent, around, problems)
    return held


def _is_local(node: Node) -> bool:
    from mlinfra.config.content import is_remote

    return isinstance(node.value, str) and not is_remote(node.value)


def _opened(node: Node, folder: Path, around: Surroundings, problems: list[Diagnostic]) -> Any:
    """What the YAML file holds that a text names."""
    from mlinfra.config.content import plain, yaml_node

    try:
        return plain(yaml_node(node.value, folder, around.root, shown_from=around.folder))
    except MlinfraError as wrong:
        problems += (each.located(None, node.position) for each in wrong.diagnostics)
        return None


def _placed(node: Node, folder: Path, around: Surroundings, problems: list[Diagnostic]) -> str | None:
    """The whole path of the folder that a text names."""
    from mlinfra.config.content import bare_path

    try:
        return str(find(bare_path(node.value), folder, around.root))
    except Refused as wrong:
        problems.append(error(wrong.code, wrong.summary, wrong.detail, node.position))
        return None
