"""Plans that are kept: written down with all that they rest on, and held against the world before use.

A saved plan is never taken for instructions. To carry it out the stack is planned again, limited to what it
changes, and only when that comes out the same is anything done: so a file that somebody altered can refuse
an apply and do no more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from mlinfra.engine.planner import Planned
from mlinfra.engine.schema import Schema, properties
from mlinfra.engine.written import moved
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.encoding import encode
from mlinfra.model.plan import Action, Change, Options, Plan, Step
from mlinfra.model.planfile import hidden
from mlinfra.model.savedplan import SavedPlan, Trace
from mlinfra.model.value import Attrs, Path, Sensitive, canonical, dotted, has_unknown, leaves, reveal
from mlinfra.state.session import Snapshot

_AGAIN = "Plan again, and have that plan reviewed."
_COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 2**20}
"""Of scrypt: about 0.1 s and 32 MiB for each guess."""


def saved(
    planned: Planned, snapshot: Snapshot, options: Options, *, made: datetime, owner: str, commit: str
) -> SavedPlan:
    """The plan with what it rests on; ``planned`` was made with these options, digests included."""
    variables = planned.config.variables
    return SavedPlan(
        plan=planned.plan,
        folder=planned.state.folder,
        options=options,
        written=planned.written,
        made=made,
        owner=owner,
        commit=commit,
        values={
            name: variable.value
            for name, variable in variables.items()
            if not variable.sensitive and variable.value is not None
        },
        secrets=tuple(name for name, variable in variables.items() if variable.sensitive),
        trace=_trace(planned.plan, snapshot, None),
    )


def exactly(saved: SavedPlan) -> Options:
    """What to ask for so that a plan comes out like this one: the same, and nothing besides."""
    touched = (change.address for change in saved.plan.changes if change.action is not Action.NO_OP)
    return replace(saved.options, only=frozenset(touched), digests=True)


def check_recorded(saved: SavedPlan, snapshot: Snapshot, version: str) -> None:
    """Raise MlinfraError where the plan is another stack's, another mlinfra's, or of an older state."""
    plan, state = saved.plan, snapshot.state
    if (plan.stack, saved.folder) != (state.stack, state.folder):
        raise MlinfraError(
            error(
                "MLI-SAV-003",
                f'the plan is of the stack "{plan.stack}" in "{saved.folder}", '
                f'this is "{state.stack}" in "{state.folder}"',
                "Apply it in that stack: -C FOLDER.",
            )
        )
    if plan.version != version:
        raise MlinfraError(
            error(
                "MLI-SAV-004",
                f"the plan was made by mlinfra {plan.version}, this is {version}",
                f"What they do may differ. Use that version, or plan again with this one. {_AGAIN}",
            )
        )
    if snapshot.etag is not None and plan.lineage != state.lineage and plan.serial:
        why = "the state has another lineage: the stack was set up anew"
    elif plan.serial != state.serial:
        why = f"the state has serial {state.serial} by now, the plan was made for {plan.serial}"
    else:
        return
    raise MlinfraError(error("MLI-SAV-005", f"the plan is stale: {why}", _AGAIN))


def check_same(saved: SavedPlan, planned: Planned, snapshot: Snapshot) -> None:
    """Raise MlinfraError unless the plan that was made now is the one that was saved, with what moved."""
    found = [*_configuration(saved, planned), *_changes(saved.plan, planned), *_outputs(saved, planned)]
    if not found and _trace(planned.plan, snapshot, saved.trace) != saved.trace:
        names = f" ({', '.join(saved.secrets)})" if saved.secrets else ""
        found = [
            error(
                "MLI-SAV-008",
                f"a secret has another value than when this was planned{names}",
                f"Give the same values, by -v, --var-file or MLINFRA_VAR_name. Otherwise: {_AGAIN}",
            )
        ]
    if found:
        raise MlinfraError(found)


def _configuration(saved: SavedPlan, planned: Planned) -> Iterator[Diagnostic]:
    differing = moved(saved.written, planned.written)
    if differing:
        told = [f"{name} was {how}" for name, how in differing.items()]
        more = f", and {len(told) - 5} more" if len(told) > 5 else ""
        yield error(
            "MLI-SAV-006",
            "the plan is stale: what is written has changed since",
            f"{', '.join(told[:5])}{more}.\n{_AGAIN}",
        )


def _changes(before: Plan, planned: Planned) -> Iterator[Diagnostic]:
    """Each change that came out otherwise, as far as one can say what."""
    now = planned.plan
    old, new = _by_address(before), _by_address(now)
    for address in sorted({*old, *new}):
        was, is_ = old.get(address), new.get(address)
        if was is None or is_ is None or was.action is not is_.action:
            yield _stale(address, f"planned was {_does(was)}, now it would be {_does(is_)}", is_ or was)
        elif (keys := _differing(was, is_, planned.works[address].schema)) is not None:
            yield _stale(address, f"{keys} moved since", is_)
    if [_order(step) for step in before.steps] != [_order(step) for step in now.steps] and old == new:
        yield error("MLI-SAV-007", "the plan is stale: the order of its steps is another one by now", _AGAIN)


def _outputs(saved: SavedPlan, planned: Planned) -> Iterator[Diagnostic]:
    before, now = (
        {o.name: _plain([o.before, o.after]) for o in plan.outputs} for plan in (saved.plan, planned.plan)
    )
    differing = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    if differing:
        yield error(
            "MLI-SAV-009", f"the plan is stale: outputs come out otherwise: {', '.join(differing)}", _AGAIN
        )


def _stale(address: Address, what: str, change: Change | None) -> Diagnostic:
    position = change.position if change else None
    return error("MLI-SAV-010", f"the plan is stale at {address}: {what}", _AGAIN, position, address)


def _does(change: Change | None) -> str:
    return "nothing" if change is None else change.action.name.lower().replace("_", "-")


def _by_address(plan: Plan) -> dict[Address, Change]:
    return {change.address: change for change in plan.changes if change.action is not Action.NO_OP}


def _differing(was: Change, is_: Change, schema: Schema) -> str | None:
    """What differs between two changes, in words; None where nothing does that matters.

    What the service works out by itself may move as it likes: states, counts, times.
    """
    computed = {name for name, _ in properties(schema, "x-computed")}
    for side in ("before", "after"):
        old, new = (_leaves(getattr(change, side), computed) for change in (was, is_))
        keys = [path for path in {**old, **new} if old.get(path, _ABSENT) != new.get(path, _ABSENT)]
        if keys:
            shown = ", ".join(f"`{dotted(path)}`" for path in sorted(keys, key=str)[:3])
            return shown if side == "before" else f"{shown} that is wanted"
    if (was.id or "").casefold() != (is_.id or "").casefold():
        return "its id"
    if sorted(was.unmanaged) != sorted(is_.unmanaged):
        return "what lives in it"
    if (was.dies_with, was.loses, was.retires) != (is_.dies_with, is_.loses, is_.retires):
        return "what goes with it"
    return None


_ABSENT = object()


def _leaves(value: Attrs | None, but: set[str]) -> dict[Path, Any]:
    return {path: leaf for path, leaf in leaves(hidden(value or {})) if path and path[0] not in but}


def _plain(value: Any) -> bytes:
    return bytes(encode(hidden(value), b"", unknown=True))


def _order(step: Step) -> tuple[Any, ...]:
    return step.id, tuple(sorted(step.after)), step.with_parent, step.target


def _trace(plan: Plan, snapshot: Snapshot, like: Trace | None) -> Trace | None:
    """The trace of all secrets that the plan would send; with the salt of another one, to compare with it."""
    found = [
        [str(change.address), dotted(path), reveal(leaf)]
        for change in plan.changes
        if change.after is not None and change.action is not Action.NO_OP
        for path, leaf in leaves(change.after)
        if isinstance(leaf, Sensitive) and not has_unknown(leaf)
    ]
    if not found:
        return None
    data = canonical(found)
    if not snapshot.made_up_key and not (like and like.salt):
        return Trace(hmac.digest(snapshot.key, data, "sha256").hex())
    salt = like.salt if like and like.salt else secrets.token_hex(16)
    return Trace(hashlib.scrypt(data, salt=bytes.fromhex(salt), **_COST).hex(), salt)
