"""A resource type explained, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlinfra.model.explanation import KeyTaken, TypeExplained
from mlinfra.render.escape import visible
from mlinfra.render.explained import ExplainedView, Section
from mlinfra.render.keys import change, default, scalar, takes
from mlinfra.render.lines import Kind, Line


def explained_type(found: TypeExplained) -> ExplainedView:
    """First the keys that are common, then those of each kind."""
    about = Section(visible(found.about))
    sections = [
        about,
        Section("Example", "", tuple(_example(found, found.example))),
        Section("Keys", "of every kind" if found.kinds else "", tuple(_keys(found.keys))),
        *(
            section
            for one in found.kinds
            for section in (
                Section(f"Kind {one.name}", "", tuple(_keys(one.keys))),
                Section(f"Example of {one.name}", "", tuple(_example(found, one.example))),
            )
        ),
        Section("Known once it exists", "", tuple(_keys(found.computed))),
        Section("Lost with it", visible(found.data)),
    ]
    told = tuple(section for section in sections if section.lines or section.note or section is about)
    return ExplainedView(found.name, f"a type of {visible(found.provider)}", told)


def _keys(keys: Iterable[KeyTaken]) -> Iterator[Line]:
    for key in keys:
        words = takes(key.schema)
        usual = default(key.schema)
        told = ["required" if key.required else "", f"default {usual}" if usual else "", _change(key)]
        mark = f"# {', '.join(filter(None, told))}" if any(told) else ""
        yield Line(Kind.ATTRIBUTE, visible(key.path), (visible(words),), mark=mark)


def _change(key: KeyTaken) -> str:
    if key.schema.get("x-computed") and not key.schema.get("x-optional"):
        return ""
    does = change({**key.schema, "x-immutable": key.replaces})
    secret = "secret" if key.schema.get("x-sensitive") else ""
    return ", ".join(filter(None, ["" if does == "in place" else _FORCES.get(does, does), secret]))


_FORCES = {"replaces": "forces replacement", "new version": "makes a new version"}


def _example(found: TypeExplained, example: Mapping[str, Any]) -> Iterator[Line]:
    if example:
        texts = [
            f"{found.name}:",
            "  main:",
            *(f"    {key}: {scalar(value)}" for key, value in example.items()),
        ]
        yield from (Line(Kind.TEXT, values=(visible(text),)) for text in texts)


def type_json(found: TypeExplained) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "type": found.name,
        "provider": found.provider,
        "about": found.about,
        "keys": [_key(key) for key in found.keys],
        "computed": [_key(key) for key in found.computed],
        "kinds": {
            one.name: {"keys": [_key(key) for key in one.keys], "example": dict(one.example)}
            for one in found.kinds
        },
        "example": dict(found.example),
        "data_loss": found.data,
    }


def _key(key: KeyTaken) -> dict[str, Any]:
    part = key.schema
    return {
        "key": key.path,
        "takes": takes(part),
        "required": key.required,
        "replaces": key.replaces,
        "change": change({**part, "x-immutable": key.replaces}),
        "sensitive": bool(part.get("x-sensitive")),
        **({"default": part["default"]} if "default" in part else {}),
    }
