"""``lifecycle:`` of a block: how mlinfra treats the resource when it changes or goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from mlinfra.config import codes
from mlinfra.config.paths import read_attribute, read_path
from mlinfra.config.shape import Reader
from mlinfra.model.address import Address
from mlinfra.model.configuration import Lifecycle, OnSoftDeleted, Trigger
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Template
from mlinfra.model.value import Path

_WORDS = tuple(field.name for field in fields(Lifecycle))
_USUAL = Lifecycle()
_ON_SOFT_DELETED = [one.value for one in OnSoftDeleted]


def read_lifecycle(node: Node | None, address: Address, problems: list[Diagnostic]) -> Lifecycle:
    """What is written; everything that is wrong with it goes to ``problems``."""
    if node is None:
        return _USUAL
    reader = Reader(problems, f"`lifecycle` of {address}")
    read = reader.body(node, _WORDS)
    prevent = read.get("prevent_destroy")
    return Lifecycle(
        prevent_destroy=prevent
        if prevent is not None and isinstance(prevent.value, Template)
        else reader.flag(prevent, "prevent_destroy"),
        create_before_destroy=reader.flag(read.get("create_before_destroy"), "create_before_destroy"),
        keep_on_remove=reader.flag(read.get("keep_on_remove"), "keep_on_remove"),
        replace_triggered_by=tuple(_triggers(read.get("replace_triggered_by"), address, problems)),
        ignore_changes=tuple(_ignored(read.get("ignore_changes"), address, problems)),
        allow_unmanaged_loss=reader.flag(read.get("allow_unmanaged_loss"), "allow_unmanaged_loss"),
        keep_versions=reader.number(read.get("keep_versions"), "keep_versions", least=1),
        on_soft_deleted=OnSoftDeleted(
            reader.one_of(read.get("on_soft_deleted"), "on_soft_deleted", _ON_SOFT_DELETED)
        ),
    )


def _ignored(node: Node | None, address: Address, problems: list[Diagnostic]) -> Iterator[Path]:
    if node is None:
        return
    if node.value in ("*", "all"):
        yield ("*",)
        return
    for member in _members(node):
        path = read_path(member.value) if isinstance(member.value, str) and node.is_list else None
        if path is not None:
            yield path
        else:
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"`ignore_changes` of {address} takes a list of keys",
                    'For example [tags, properties.owner, tags["a b"]], or "*" for all of them.',
                    member.position,
                    address,
                )
            )


def _triggers(node: Node | None, address: Address, problems: list[Diagnostic]) -> Iterator[Trigger]:
    for member in _members(node) if node is not None else ():
        found = read_attribute(member) if node is not None and node.is_list else None
        if found is not None:
            yield Trigger(*found, member.position)
        else:
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"`replace_triggered_by` of {address} takes a list of resources or of keys of them",
                    "For example [workspace.main, environment.sklearn.version].",
                    member.position,
                    address,
                )
            )


def _members(node: Node) -> Iterable[Node]:
    return node.value if node.is_list else () if node.value is None else (node,)
