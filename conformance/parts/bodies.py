"""Part "bodies": every body that our provider sends while the tests run is valid.

The tests run in a process of their own with `conformance.recorder`; those at the simulator's own door, which
send wrong bodies on purpose, are no part of it. A body that many tests send counts once.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance import recorder
from conformance.corpus import Corpus
from conformance.score import Cause, Miss, Score
from conformance.specification.check import Checker
from conformance.specification.documents import Documents
from conformance.specification.match import Matcher
from conformance.specification.operations import read_operations
from mlinfra.providers.azure.versions import API_VERSIONS
from mlinfra.simulator.ids import parse

PROJECT = Path(__file__).parents[2]

NOT_OURS = ("tests/simulator", "tests/harness")
"""Tests that are not of the provider."""

_ANY = "a resource of any type, whose body is the user's"

MADE_UP: Mapping[str, str] = {
    r"tests/providers/azure/test_arm\.py": "a test of the client itself, which sends anything",
    r"tests/providers/azure/types/test_arm(_lifecycle)?\.py": _ANY,
    r"tests/conformance/.*\[arm[]-]": _ANY,
}
"""Tests whose bodies no type of ours has made, as patterns of their names."""

INVENTED = "aadNewKey"
"""A key that tests have Azure answer though no specification has it; an update leaves it as it is."""


def scores(corpus: Corpus) -> list[Score]:
    """Run the tests, and check what they sent."""
    documents = Documents(corpus.specifications)
    matcher = Matcher(read_operations(documents, API_VERSIONS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bodies.jsonl"
        ran = run_tests(file)
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [judge(lines, ran, matcher, Checker(documents))]


def run_tests(file: Path) -> str:
    """Run the tests with the recorder; gives the last of what they said when they failed, else nothing."""
    ignored = [f"--ignore={folder}" for folder in NOT_OURS]
    command = [sys.executable, "-m", "pytest", "-p", "conformance.recorder", "-m", "not full", "-n", "2"]
    environment = {**os.environ, recorder.FILE: str(file)}
    ran = subprocess.run(  # noqa: S603 - our own interpreter and tests
        [*command, "tests", *ignored], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    return ran.stdout[-2000:] if ran.returncode else ""


def judge(lines: Iterable[Mapping[str, Any]], ran: str, matcher: Matcher, checker: Checker) -> Score:
    """The score of recorded requests; tests that failed are a miss, since they may not have sent all."""
    misses: dict[str, Miss] = {}
    right: set[str] = set()
    if ran:
        misses["tests"] = Miss("the tests", Cause.OURS, ran)
    for line in lines:
        miss = _miss(line, matcher, checker)
        what = json.dumps([line["method"], line["path"], line["body"]], sort_keys=True)
        if miss is None:
            right.add(what)
        else:
            misses.setdefault(what, miss)
    return Score("provider bodies", 1.0, len(right), tuple(misses.values()))


def _miss(line: Mapping[str, Any], matcher: Matcher, checker: Checker) -> Miss | None:
    method, path, body = line["method"], line["path"], line["body"]
    case = f"{line['test']}: {method} {path}"
    for pattern, reason in MADE_UP.items():
        if re.match(pattern, line["test"]):
            return Miss(case, Cause.UNSUPPORTED, "", reason)
    operation = matcher.find(method, path, line["version"])
    if operation is None:
        if parse(path).type in matcher.types and line["version"] in API_VERSIONS.values():
            return Miss(case, Cause.OURS, f"no such operation at {line['version']}")
        if parse(path).type in matcher.types:
            return Miss(case, Cause.VERSION, "", f"no specification at hand is of {line['version']}")
        return Miss(case, Cause.UNSUPPORTED, "", "no specification at hand has this type")
    if operation.body is None:
        return None if body is None else Miss(case, Cause.OURS, "a body where none is declared")
    found = checker.request(operation.body, body if body is not None else {})
    wrong = [one for one in found if not one.endswith(f".{INVENTED}: no such key")]
    return Miss(case, Cause.OURS, "; ".join(wrong)) if wrong else None
