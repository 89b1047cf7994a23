"""Saved plans on disk: where `plan --out` puts them and `show` and `apply` find them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mlinfra.cli.options import Inputs
from mlinfra.config.variables import PREFIX
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.plan import Plan
from mlinfra.model.planfile import UPGRADE, Malformed, decode_plan, encode_plan
from mlinfra.model.savedplan import SavedPlan
from mlinfra.state.seal.api import Bound, Seal, Unopened, is_sealed

LARGEST = 256 * 2**20
"""Bytes of a plan file that are read at most; a plan of 10,000 changes has a twentieth of it."""


def write(path: Path, saved: SavedPlan, seal: Seal) -> None:
    """Put the plan there, whole or not at all. Raises MlinfraError."""
    from mlinfra.state.durable import replace

    bound = Bound("plan", saved.plan.lineage, saved.plan.serial)
    try:
        with _told(path):
            data = seal.close(encode_plan(saved), bound)
        replace(path, data)
    except OSError as wrong:
        what = (wrong.strerror or str(wrong)).lower()
        raise MlinfraError(
            error("MLI-SAV-011", f"the plan cannot be written to {path}: {what}", "Take another path.")
        ) from wrong


def load(path: Path) -> bytes:
    """The bytes of a plan's file. Raises MlinfraError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as wrong:
        what = (wrong.strerror or str(wrong)).lower()
        hint = "`mlinfra plan --out FILE` makes one."
        raise MlinfraError(error("MLI-SAV-001", f"{path} cannot be read: {what}", hint)) from wrong
    if len(data) > LARGEST:
        raise MlinfraError(error("MLI-SAV-012", f"{path} is too large for a plan", "Look at what it is."))
    return data


def read(path: Path, data: bytes, seal: Callable[[], Seal]) -> SavedPlan:
    """The plan in these bytes of a file; ``seal`` is asked for where they are encrypted. MlinfraError."""
    if is_sealed(data):
        with _told(path):
            data = seal().open(data, "plan")
    try:
        return decode_plan(data)
    except Malformed as wrong:
        if wrong.newer:
            raise MlinfraError(error("MLI-SAV-002", f"{path} was {wrong.problem}", UPGRADE)) from None
        again = "It is no saved plan, or it was changed since. Plan again: `mlinfra plan --out FILE`."
        raise MlinfraError(error("MLI-SAV-013", f"{path} cannot be used: {wrong}", again)) from None


def judged_plan(path: Path, data: bytes, seal: Callable[[], Seal]) -> Plan:
    """The plan in these bytes, saved or as JSON, as far as rules look at it. Raises MlinfraError."""
    from mlinfra.render import readback

    document = None if is_sealed(data) else readback.document(data)
    if document is None:
        return read(path, data, seal).plan
    try:
        return readback.plan(document)
    except Malformed as wrong:
        if wrong.newer:
            raise MlinfraError(error("MLI-SAV-015", f"{path} was {wrong.problem}", UPGRADE)) from None
        again = "Write it again: `mlinfra plan --format json > FILE`."
        raise MlinfraError(error("MLI-SAV-016", f"{path} cannot be judged: {wrong}", again)) from None


def refuse_plain(path: Path, data: bytes, seal: Seal) -> None:
    """Raise MlinfraError where the file is not encrypted, and the stack's seal insists on it."""
    if not is_sealed(data):
        with _told(path):
            seal.open(data, "plan")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What cannot be opened, in words."""
    try:
        yield
    except Unopened as wrong:
        raise MlinfraError(error(wrong.code, f"{path} {wrong.problem}", wrong.hint)) from None


def environment(saved: SavedPlan, given: Inputs) -> Mapping[str, str]:
    """The values of the plan's variables, as they come from outside. Secrets are not among them.

    Raises MlinfraError where the user gives a value that the plan has: one of them would be passed over.
    """
    twice = sorted(name for name in given.values if name not in saved.secrets)
    if twice:
        raise MlinfraError(
            error(
                "MLI-SAV-014",
                f"the plan was made with its own values, and {', '.join(twice)} is given again",
                "Only secrets are given again, since a plan holds none. Take the rest out, or plan again.",
            )
        )
    return {
        f"{PREFIX}{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in saved.values.items()
    }
