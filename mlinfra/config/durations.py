"""``timeouts:`` of a block: how long its operations may take."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlinfra.config import codes
from mlinfra.config.shape import Reader
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node

OPERATIONS = ("create", "update", "delete")
PATTERN = r"^\d+(\.\d+)?(s|m|h)$"
"""``30s``, ``10m``, ``1.5h``."""

_SECONDS = {"s": 1, "m": 60, "h": 3600}


def read_timeouts(node: Node | None, address: Address, problems: list[Diagnostic]) -> Mapping[str, float]:
    """Seconds by operation; what is no duration goes to ``problems``."""
    if node is None:
        return {}
    found: dict[str, float] = {}
    for operation, written in Reader(problems, f"`timeouts` of {address}").body(node, OPERATIONS).items():
        text = written.value
        if isinstance(text, str) and re.match(PATTERN, text) and float(text[:-1]) > 0:
            found[operation] = float(text[:-1]) * _SECONDS[text[-1]]
        else:
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"`{operation}` of `timeouts` of {address} is no duration",
                    "Write a number and s, m or h, such as 30m.",
                    written.position,
                    address,
                )
            )
    return found
