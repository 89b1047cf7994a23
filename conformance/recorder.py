"""A plugin of pytest that writes down what our provider sends: ``pytest -p conformance.recorder``.

Every mutating request that goes through the provider's one client of ARM is a line of JSON in the file that
the environment names: ``test, method, path, version, body``. What tests send at the simulator's door
themselves does not come by here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import pytest

from mlinfra.providers.azure.arm import Answer, Arm

FILE = "CONFORMANCE_BODIES"
"""The variable that names the file. Without it the plugin does nothing."""

_test = ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember which test it is."""
    global _test
    _test = item.nodeid


def pytest_configure(config: pytest.Config) -> None:
    """Stand between the client and its callers, in each process that runs tests."""
    file = os.environ.get(FILE)
    if file:
        record(file)


def record(file: str) -> None:
    """Write a line for each request from now on. Several processes may append to one file."""
    send = Arm.send

    def recorded(
        self: Arm,
        method: str,
        path: str,
        api_version: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        line = {"test": _test, "method": method, "path": path, "version": api_version, "body": body}
        if method != "GET":
            append(file, line)
        return send(self, method, path, api_version, body=body, headers=headers, query=query)

    Arm.send = recorded  # type: ignore[method-assign]


def append(file: str, line: Mapping[str, Any]) -> None:
    """One line, in one write."""
    descriptor = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, json.dumps(line).encode() + b"\n")
    finally:
        os.close(descriptor)
