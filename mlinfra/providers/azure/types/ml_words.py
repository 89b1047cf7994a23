"""What the Azure ML types share: keys of az ml that are accepted for nothing, refused with a reason, or named
in two spellings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.types.schema import Property, reference, text


def schema_key(*kinds: str) -> Property:
    """The row of the key that az ml's files start with; `without_schema_key` takes it out again.

    ``kinds`` are the names that the schemas of this type have there: a file that names another one of az
    ml's is of another type. Addresses that are none of az ml's say nothing.
    """
    return Property(
        "$schema",
        "",
        text(
            pattern=rf"^(?!.*\.schema\.json$)|(^|/)({'|'.join(kinds)})\.schema\.json$",
            description="The address of az ml's own schema, as its files carry it; it has no effect here.",
            x_hint="By this key the file is one of another type. Here it would be "
            f"{' or '.join(f'{kind}.schema.json' for kind in kinds)}.",
        ),
        "P/_schema (every az ml file may have it)",
    )


def without_schema_key(attrs: Attrs) -> Attrs:
    """The attributes without ``$schema``: it describes the file, not the resource."""
    return {key: value for key, value in attrs.items() if key != "$schema"}


def refused(name: str, why: str, source: str) -> Property:
    """The row of a key that az ml knows and that cannot be kept here: nothing is valid for it, and the
    refusal says why instead of calling it unknown."""
    return Property(name, "", {"not": {}, "description": f"Not supported: {why}", "x-hint": why}, source)


def newer(since: str) -> str:
    """Why a key is refused that a later stable api-version has."""
    return f"Azure has this from api-version {since} on, and mlinfra speaks 2024-04-01. Take the key out."


PREVIEW_ONLY = "Only preview api-versions of Azure have this, no stable one. Take the key out."
"""Why a key is refused that no stable api-version has."""

NOT_SPOKEN = "mlinfra speaks api-version 2024-04-01 of Azure, which has no such key. Take it out."
"""Why a key is refused that the pinned api-version lacks, whatever other versions have."""


def shaped(words: Mapping[str, Any], source: str, *rows: Property) -> dict[str, Any]:
    """The schema of an object (of a list's items, where ``words`` say array) that is translated as one."""
    return Property("", "", words, source, fields=rows).described()


def need_ids(attrs: Attrs, **commands: str) -> None:
    """Refuse a plain name where it named nothing of the stack and only an id would say which one is meant.

    ``commands`` maps a key to the az command that shows what could be meant. Raises ProviderError.
    """
    for key, command in commands.items():
        value = attrs.get(key)
        if isinstance(value, str) and value and not ids.is_id(value):
            raise ProviderError(
                "MLI-AZ-REFERENCE",
                f"`{value}` is no id, and nothing in this stack has that name",
                path=(key,),
                hint=f"Write the id. It is printed by: {command} --name {value} --resource-group GROUP "
                "--query id -o tsv",
                sent=False,
            )


def pascal(value: Any) -> Any:
    """``allow_internet_outbound`` as ARM spells it: ``AllowInternetOutbound``."""
    return (
        "".join(part[:1].upper() + part[1:] for part in value.split("_")) if isinstance(value, str) else value
    )


def snake(value: Any) -> Any:
    """``AllowInternetOutbound`` as az ml spells it; what is spelled so already stays."""
    if not isinstance(value, str):
        return value
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and at and value[at - 1] != "_" else letter.lower()
        for at, letter in enumerate(value)
    )


def spelled(value: Any, words: Iterable[str]) -> Any:
    """The one of these words that is meant, whatever its case and underscores (``SystemAssigned``); what is
    none of them stays."""
    if not isinstance(value, str):
        return value
    folded = value.replace("_", "").casefold()
    return next((word for word in words if word.replace("_", "").casefold() == folded), value)


def in_workspace(source: str) -> Property:
    """The row of everything that lives in a workspace."""
    return Property(
        "workspace",
        "",
        reference(
            "workspace",
            description="The workspace it belongs to: its id, or its name in this stack.",
            x_parent=True,
            x_immutable=True,
        ),
        source,
    )
