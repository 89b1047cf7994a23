"""A recorded test of `az ml` → the bodies that it sent, each with what it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from conformance.azml.command import KINDS, Command, read_command

_TYPES: Mapping[str, str] = {
    "workspaces": "workspace",
    "workspaces/computes": "compute",
    "workspaces/datastores": "datastore",
    "workspaces/environments/versions": "environment",
    "workspaces/environments": "environment",
    "workspaces/data/versions": "data_asset",
    "workspaces/data": "data_asset",
}
"""ARM's word for what a request is about to our kind."""

_CONTAINERS = ("workspaces/environments", "workspaces/data")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A body that was sent.

    ``verb`` is the command's, ``container`` where it is about all versions of a name, ``inner`` where the
    file of something else sent it. ``path`` is a file among those of the test, empty where there was none;
    ``section`` the part of it that is meant, where that is not the whole; ``keys`` what the command line says
    instead, by dotted key.
    """

    case: str
    kind: str
    verb: str
    body: Mapping[str, Any]
    path: str = ""
    section: Mapping[str, Any] | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)


def recordings(test: Mapping[str, Any]) -> Iterator[Recorded]:
    """The bodies of our kinds in a recorded test, in the order in which they were sent."""
    commands = [read_command(text) for text in test["commands"] if text.split()[2] in KINDS]
    texts = {each["path"]: each["text"] for each in test["yaml"]}
    made: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for sent in test["mutations"]:
        kind = _TYPES.get(sent["type"])
        if kind is None or sent["method"] != "PUT":
            continue
        case, body = f"{test['test']} {sent['seq']}", _lifted(sent["req"])
        at = next((n for n, one in enumerate(commands) if one.kind == kind and _sends(one, sent)), None)
        if at is None:
            path, section = _inner(sent["path"], texts)
            yield Recorded(case, kind, "inner", body, path, section)
            continue
        command, commands = commands[at], commands[at + 1 :]
        if command.verb == "create":
            made[kind] = _file(command.file, list(texts)), _keys(command)
        path, keys = made.get(kind, ("", {}))
        verb = "container" if sent["type"] in _CONTAINERS else command.verb
        yield Recorded(case, kind, verb, body, path, None, keys)


def _lifted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """With Python 3.10 in a conda file in place of 3.6 and 3.7, which the service takes no more."""
    conda = body.get("properties", {}).get("condaFile")
    if not isinstance(conda, str):
        return body
    lifted = re.sub(r"python=3\.[67](\.\d+)?", "python=3.10.14", conda)
    return {**body, "properties": {**body["properties"], "condaFile": lifted}}


def _sends(command: Command, sent: Mapping[str, Any]) -> bool:
    """Whether a command may have sent this: archiving and restoring tell what they are."""
    archived = sent["req"].get("properties", {}).get("isArchived")
    if command.verb in ("archive", "restore"):
        whole = "version" not in command.keys
        return archived is (command.verb == "archive") and whole is (sent["type"] in _CONTAINERS)
    return command.verb in ("create", "update") and archived is not True


def _file(written: str, paths: Sequence[str]) -> str:
    """The file that a command names; the only one there is where the name was a variable of the test."""
    return next((path for path in paths if written.endswith(path)), paths[0]) if written else ""


def _keys(command: Command) -> dict[str, Any]:
    """What the flags say; a variable of the test (``{name}``) is no name."""
    return {
        key: "standin" if isinstance(value, str) and "{" in value else value
        for key, value in command.keys.items()
    }


def _inner(id: str, texts: Mapping[str, str]) -> tuple[str, Mapping[str, Any] | None]:
    """The file of a deployment in which the environment with this id is written, and the part of it."""
    match = re.search(r"/environments/([^/]+)/versions/([^/]+)$", id)
    for path, text in texts.items() if match else ():
        body = yaml.safe_load(text)
        inner = body.get("environment") if isinstance(body, dict) else None
        if isinstance(inner, dict) and match and _named(inner) == match.groups():
            return path, inner
    return "", None


def _named(asset: Mapping[str, Any]) -> tuple[str, str]:
    return str(asset.get("name")), str(asset.get("version"))
