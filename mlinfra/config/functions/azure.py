"""Functions of Azure's own notations."""

from __future__ import annotations

from typing import Any

from mlinfra.config.functions.base import as_text, function


@function(
    'resource_id("00000000-0000-0000-0000-000000000001", "rg", "Microsoft.Storage/storageAccounts", "st")',
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    "/providers/Microsoft.Storage/storageAccounts/st",
)
def resource_id(subscription: Any, group: Any, type: Any, *names: Any) -> str:
    """The id of a resource, from its type as Azure writes it and a name for each part of the type.

    A resource in a resource has two names: the type ``Microsoft.Storage/storageAccounts/blobServices`` takes
    the account's and the service's. With a group of null it is one of the subscription.
    """
    namespace, *kinds = _parts(type)
    if not kinds or any(not part for part in (namespace, *kinds)):
        raise ValueError("its type has a namespace and kinds, Microsoft.Storage/storageAccounts")
    if len(kinds) != len(names):
        raise ValueError(f"its type has {len(kinds)} parts after the namespace, so it takes as many names")
    scope = f"/subscriptions/{_segment(subscription)}"
    if group is not None:
        scope += f"/resourceGroups/{_segment(group)}"
    tail = "".join(f"/{kind}/{_segment(name)}" for kind, name in zip(kinds, names, strict=True))
    return f"{scope}/providers/{namespace}{tail}"


def _parts(text: Any) -> list[str]:
    return as_text(text).split("/")


def _segment(value: Any) -> str:
    text = as_text(value)
    if not text or "/" in text:
        raise ValueError("each name has at least one character, and no /")
    return text
