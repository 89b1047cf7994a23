"""``lifecycle:`` of a block: what of it must be worked out, and what cannot be meant for its type."""

from __future__ import annotations

from collections.abc import Iterable

from mlinfra.config.expression import Namespace, evaluate
from mlinfra.engine.check import near
from mlinfra.engine.schema import Schema
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.value import Unknown


def lifecycle_problems(block: Block, schema: Schema) -> Iterable[Diagnostic]:
    """Keys to ignore that the type does not have, and versions to keep of what has none."""
    for path in block.lifecycle.ignore_changes:
        if path[0] not in ("*", *schema["properties"]):
            yield error(
                "MLI-TYP-009",
                f"`ignore_changes` of {block.address} names `{path[0]}`, which there is not",
                f'{near(str(path[0]), schema["properties"])}Write a key of the resource, or ["*"] for all.',
                block.position,
                block.address,
            )
    if block.lifecycle.keep_versions is not None and not schema.get("x-versioned"):
        yield error(
            "MLI-TYP-010",
            f"`keep_versions` of {block.address} keeps nothing: a {block.address.type} has no versions",
            "Take it out. Environments and data assets have versions.",
            block.position,
            block.address,
        )


def prevents_destruction(block: Block, scope: Namespace, problems: list[Diagnostic]) -> bool:
    """Whether `prevent_destroy` holds, which may be an expression over what is known while planning."""
    written = block.lifecycle.prevent_destroy
    if isinstance(written, bool):
        return written
    value = evaluate(written, scope, problems)
    if isinstance(value, bool):
        return value
    known = not isinstance(value, Unknown)
    problems.append(
        error(
            "MLI-TYP-015",
            f"`prevent_destroy` of {block.address} "
            + ("is neither true nor false" if known else "is known only after an apply"),
            "Write an expression over variables that is true or false.",
            written.position,
            block.address,
        )
    )
    return True
