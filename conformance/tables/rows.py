"""One answer as a row of ``answers.tsv`` or ``errors.tsv``."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

_HEADERS = ("azure-asyncoperation", "location")

RESULTS = "microsoft.resources/subscriptions/operationresults"

DELETION = "resourcegroupdeletionjob"
"""The one job of ARM's own whose results belong to a type that the simulator has."""


@dataclass(frozen=True, slots=True, order=True)
class About:
    """What was asked: ``type`` is in lower case, ``item`` whether the path ended on a name."""

    type: str
    item: bool
    method: str
    status: int

    def __str__(self) -> str:
        return f"{self.method} {self.type}{'' if self.item else '[collection or action]'}: {self.status}"


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """An answer: which of the headers that lead on it had, and the state in its body."""

    about: About
    headers: str
    state: str

    def __str__(self) -> str:
        return f"{self.about}, headers {self.headers}, {self.state}"


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A refusal with its code."""

    about: About
    code: str

    def __str__(self) -> str:
        return f"{self.about} {self.code}"


# -- lines of the tables -----------------------------------------------------------------------------------


def _about(line: Mapping[str, str]) -> About:
    type_, mark, _ = line["type"].partition("[")
    return About(_named(type_), not mark, line["method"], int(line["status"]))


def _named(type_: str) -> str:
    """A type in lower case. The table has the ids of ARM's own jobs in it; their kind takes the place."""
    head, found, id = type_.partition("/operationresults/")
    if not found or head.lower() != "microsoft.resources/subscriptions":
        return type_.lower()
    job = json.loads(base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)))["jobId"].partition("-")[0].lower()
    return RESULTS if job == DELETION else f"{RESULTS}/{job}"


def read_row(line: Mapping[str, str]) -> Row:
    """A line of the answers."""
    return Row(_about(line), line["operation headers"], line["state in first body"])


def read_refusal(line: Mapping[str, str]) -> Refusal:
    """A line of the errors."""
    return Refusal(_about(line), line["code"])


# -- answers -----------------------------------------------------------------------------------------------


def about_of(method: str, path: str, status: int) -> About:
    """What a request asked, and the status it got."""
    type_, item = type_of(path)
    return About(type_, item, method.upper(), status)


def row_of(about: About, headers: Iterable[str], body: Any) -> Row:
    """What the table says of an answer; ``headers`` are names."""
    names = {name.lower() for name in headers}
    return Row(about, "+".join(one for one in _HEADERS if one in names) or "-", state_of(body))


def state_of(body: Any) -> str:
    """The state that a body shows, ``body`` for one that shows none, ``no body``."""
    if body is None or body in ("", {}):
        return "no body"
    if not isinstance(body, dict):
        return "body"
    properties = body.get("properties")
    inner = properties.get("provisioningState") if isinstance(properties, dict) else None
    found = inner or body.get("status") or body.get("provisioningState")
    return found if isinstance(found, str) else "body"


def type_of(path: str) -> tuple[str, bool]:
    """The type at the end of a path as the tables write it, and whether a name follows it.

    Paths without a provider are Microsoft.Resources, and nearly all of them count as items.
    """
    parts = [part.lower() for part in path.split("/") if part]
    at = max((place for place in range(0, len(parts), 2) if parts[place] == "providers"), default=-1)
    if at >= 0 and len(parts) > at + 1:
        rest = parts[at + 2 :]
        kinds, names = rest[0::2], rest[1::2]
        return "/".join([parts[at + 1], *kinds]), len(kinds) == len(names)
    if parts[2:3] == ["resourcegroups"]:
        return "/".join(["microsoft.resources", "resourcegroups", *parts[4::2]]), len(parts) > 3
    return "/".join(["microsoft.resources", "subscriptions", *parts[2:3]]), True


# -- recordings --------------------------------------------------------------------------------------------


class Recorded:
    """In which api-versions recordings have a row."""

    def __init__(self, traffic: Iterable[Mapping[str, Any]]) -> None:
        self._versions: dict[Row, set[str]] = defaultdict(set)
        self.of_type: dict[str, set[str]] = defaultdict(set)
        """The api-versions that a type was asked with."""
        for one in traffic:
            about = about_of(one["method"], one["path"], one["status"])
            version = version_of(one)
            self._versions[row_of(about, one["resp_headers"], one["resp_body"])].add(version)
            self.of_type[about.type].add(version)

    def versions(self, row: Row) -> frozenset[str]:
        """The api-versions of all recorded answers that are this row; empty when there is none."""
        return frozenset(self._versions.get(row, ()))


def version_of(exchange: Mapping[str, Any]) -> str:
    """The api-version of a recorded request; where it is zeroed, that of a link in the answer, if any."""
    version: str = exchange["api_version"]
    if version.strip("0-"):
        return version
    for name, value in exchange["resp_headers"].items():
        if name.lower() in _HEADERS:
            shown: list[str] = parse_qs(urlsplit(value).query).get("api-version", [version])
            return shown[0]
    return version
