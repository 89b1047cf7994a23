"""Where a resource of any type lives: its id out of type, name and what it is in, for `Arm`.

An id below a scope is ``{scope}/providers/{namespace}/{type}/{name}/{type}/{name}…``: the type tells the
words, the name the rest (ARM's grammar, D:azure-resource-manager/management/extension-resource-types).
"""

from __future__ import annotations

from mlinfra.providers.api import ProviderError

_PROVIDERS = "/providers/"


def split(id: str) -> tuple[str, str, str] | None:
    """Parent, type and own name of an id; None for one that names no resource of a provider.

    The parent of a resource that is in no other is its scope: a resource group, a subscription, or the
    resource that it extends.
    """
    at = id.lower().rfind(_PROVIDERS)
    if at < 0:
        return None
    namespace, *rest = id[at + len(_PROVIDERS) :].rstrip("/").split("/")
    types, names = rest[0::2], rest[1::2]
    if not types or len(types) != len(names):
        return None
    parent = id[:at] if len(types) == 1 else id.rstrip("/").rsplit("/", 2)[0]
    return parent, f"{namespace}/{'/'.join(types)}", names[-1]


def join(type_: str, name: str, base: str) -> str:
    """The id of a resource; ``name`` has as many parts as its type, or fewer where ``base`` is a resource
    that it is in.

    Raises ProviderError where the three do not fit together.
    """
    namespace, *types = type_.strip("/").split("/")
    names, base = name.strip("/").split("/"), base.rstrip("/")
    missing = len(types) - len(names)
    if missing < 0:
        raise _wrong(
            f"`{name}` has {len(names)} parts, and {type_} has {len(types)}",
            "name",
            "Each part of the type after the namespace takes one part of the name.",
        )
    if missing == 0:
        path = "/".join(f"{one}/{own}" for one, own in zip(types, names, strict=True))
        return f"{base}{_PROVIDERS}{namespace}/{path}"
    needed = "/".join((namespace, *types[:missing]))
    found = split(base)
    if found is None or found[1].lower() != needed.lower():
        raise _wrong(
            f"a {type_} called `{name}` is in a {needed}, and that is not what it is given",
            "name",
            f"Write parent_id: with the id of the {needed}, or the whole name with {len(types)} parts: "
            "that of each resource that it is in, and its own, with / between.",
        )
    path = "/".join(f"{one}/{own}" for one, own in zip(types[missing:], names, strict=True))
    return f"{base}/{path}"


def _wrong(summary: str, key: str, hint: str) -> ProviderError:
    return ProviderError("MLI-AZ-REFERENCE", summary, path=(key,), hint=hint, sent=False)
