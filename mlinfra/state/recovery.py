"""Where a state goes that its store would not take."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

from mlinfra.state.durable import create


def keep_aside(data: bytes, name: str, folders: Iterable[Path]) -> Path:
    """Write ``data`` to ``<name>.json`` in the first folder that takes it; a file that is there is kept.

    Raises OSError when none of them does.
    """
    trouble = OSError("there is none")
    for folder in folders:
        for number in itertools.count(1):
            path = folder / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
            try:
                create(path, data)
            except FileExistsError:
                continue
            except OSError as wrong:
                trouble = wrong
                break
            return path
    raise trouble
