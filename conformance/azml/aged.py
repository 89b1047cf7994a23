"""What may differ between a recorded body and ours while azure-ai-ml 1.35.2 agrees with us: the recording is
older, or something was taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from conformance.azml.compare import NOTHING, Difference, differences

REDACTED = "<secret>"
"""What stands in a recording in place of a secret."""


@dataclass(frozen=True, slots=True)
class Aged:
    """At ``path``, whatever the values."""

    kind: str
    path: str
    why: str


_CLUSTER = "recorded with an azure-ai-ml that sent other defaults of a cluster than 1.35.2 does"
_ACCOUNTS = "recorded with an azure-ai-ml that said nothing of local accounts"
_READ = "an archived version is sent back whole, as it was read, with keys that az ml drops"
_LATER_FILE = "the file in the corpus is a later one than was sent"

AGED = (
    Aged("compute", "properties.properties.scaleSettings.maxNodeCount", _CLUSTER),
    Aged("compute", "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown", _CLUSTER),
    Aged("compute", "properties.disableLocalAuth", _ACCOUNTS),
    Aged("compute", "tags.test1", "the command line in the corpus ends in the middle of --tags"),
    Aged("compute", "tags.test2", "the command line in the corpus ends in the middle of --tags"),
    Aged("compute", "location", "the workspace of that session is in another region"),
    Aged(
        "environment",
        "properties.build.dockerfilePath",
        "recorded with an az ml that named the Dockerfile which is meant where none is named",
    ),
    Aged("environment", "properties.image", _LATER_FILE),
    Aged("environment", "properties.autoRebuild", _READ),
    Aged("environment", "properties.stage", _READ),
)


def since_recorded(
    kind: str, recorded: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[tuple[Difference, ...], tuple[Aged, ...]]:
    """The differences that nothing explains, and the rows that explain the others."""
    rest: list[Difference] = []
    reasons: list[Aged] = []
    for one in differences(_content(recorded), _content(ours), uploads=False):
        if one.theirs == REDACTED and one.ours is not NOTHING:
            continue
        row = next((row for row in AGED if (row.kind, row.path) == (kind, ".".join(one.path))), None)
        if row is None:
            rest.append(one)
        else:
            reasons.append(row)
    return tuple(rest), tuple(reasons)


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    """With what a conda file says in place of its text, and without the name that the service makes up.

    Older versions wrote keys in another order, and the service answers JSON, or empty text for none.
    """
    properties = body.get("properties", {})
    if not isinstance(properties.get("condaFile"), str):
        return dict(body)
    conda = yaml.safe_load(properties["condaFile"]) or {}
    if str(conda.get("name", "")).startswith("azureml_"):
        del conda["name"]
    return {**body, "properties": {**properties, "condaFile": conda}}
