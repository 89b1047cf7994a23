"""The id of an instance, from what is written of it."""

from __future__ import annotations

from typing import Any

from mlinfra.engine.instance import refused
from mlinfra.engine.marks import known_part
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.state import Record
from mlinfra.model.value import Attrs, is_sensitive
from mlinfra.providers.api import ProviderError, ResourceType


def identity(
    type_: ResourceType[Any],
    block: Block,
    attrs: Attrs,
    asked: Attrs,
    record: Record | None,
    problems: list[Diagnostic],
) -> str | None:
    """The id; the recorded one as long as nothing that makes up the identity has changed.

    ``asked`` is what the world was asked for to know it. None while that is not known, and where a secret
    would be part of it, which is a problem.
    """
    try:
        id = type_.identify(known_part(attrs) | asked)
    except ProviderError as wrong:
        problems.append(refused(wrong, block, attrs))
        return None
    if id is None:
        return None
    if is_sensitive(attrs):
        told = {key: value for key, value in attrs.items() if not is_sensitive(value)}
        if _tried(type_, known_part(told) | asked) != id:
            problems.append(_secret_identity(block, attrs))
            return None
    if record is None or record.id == id:
        return id
    return record.id if _tried(type_, known_part(record.desired)) == id else id


def _tried(type_: ResourceType[Any], attrs: Attrs) -> str | None:
    try:
        return type_.identify(attrs)
    except ProviderError:
        return None


def _secret_identity(block: Block, attrs: Attrs) -> Diagnostic:
    key = next(key for key, value in attrs.items() if is_sensitive(value))
    return error(
        "MLI-TYP-008",
        f"a secret would become part of the id of {block.address}",
        "Ids are shown and recorded everywhere: names and parents must hold no secret.",
        block.body.at((key,)).position,
        block.address,
        (key,),
    )
