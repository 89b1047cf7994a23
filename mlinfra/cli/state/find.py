"""What is recorded at an address, or what was meant by it."""

from __future__ import annotations

from difflib import get_close_matches

from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import Record, State


def find(recorded: State, address: Address) -> Record:
    """The record at an address. Raises MlinfraError where there is none, with what comes near."""
    record = recorded.records.get(address)
    if record is not None:
        return record
    known = [str(other) for other in sorted(recorded.records)]
    of_block = [str(other) for other in sorted(recorded.records) if other.block == address]
    if of_block:
        hint = f"It has instances: {', '.join(of_block)}."
    elif near := get_close_matches(str(address), known, n=1):
        hint = f"Did you mean `{near[0]}`?"
    else:
        hint = "`mlinfra state list` shows what there is."
    raise MlinfraError(error("MLI-STA-031", f"nothing is recorded at {address}", hint))
