"""What ``data: {stack_output: …}`` reads: another stack's state is found, by its folder or its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlinfra.config import codes
from mlinfra.config.encryption import read_encryption
from mlinfra.config.head import load_head
from mlinfra.config.names import bad_stack_name
from mlinfra.config.near import did_you_mean, listed
from mlinfra.config.stackfile import FILE
from mlinfra.config.surroundings import Surroundings
from mlinfra.config.variables import PREFIX
from mlinfra.model.configuration import Backend, Block, Encryption, Head
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.model.source import Node
from mlinfra.model.state import OutputValue
from mlinfra.model.value import Attrs, reveal

if TYPE_CHECKING:
    from mlinfra.cli.wiring import Workplace
    from mlinfra.state.manager import StateManager


def recorded_outputs(place: Workplace, block: Block, attrs: Attrs) -> Mapping[str, OutputValue] | None:
    """The outputs of the stack that a block names; None where it was never applied to its end.

    Takes no lock and writes nothing; from any thread. Raises MlinfraError: it cannot be found or read.
    """
    plain: Attrs = reveal(attrs)
    manager = _by_folder(place, block, plain) if "stack" in plain else _by_name(place, block, plain)
    state = manager.load().state
    return state.outputs if state.serial else None


def _by_folder(place: Workplace, block: Block, attrs: Attrs) -> StateManager:
    """Of the stack in a folder: its own file says where its state is."""
    written = attrs["stack"]
    folder = block.folder / written
    at = block.body.value["stack"].position
    if not folder.resolve().is_relative_to(place.root):
        what = f"{written} is outside of the repository"
        advice = "Another repository's stack is named by its `name` and `backend`."
        raise MlinfraError(error(codes.FILE_OUTSIDE, what, advice, at))
    if not (folder / FILE).is_file():
        near = did_you_mean(Path(written).name, _stacks_beside(folder))
        what = f"there is no stack in {written}"
        raise MlinfraError(error(codes.FILE_MISSING, what, f"{near}It is a folder that has a {FILE}.", at))
    given = attrs.get("variables", {})
    try:
        head = load_head(folder, values=_as_texts(given), environment=_without_variables(place.environment))
        _refuse_unread(block, given, head)
        return place.manager(head)
    except MlinfraError as wrong:
        raise MlinfraError([_in_that_file(d, written, block) for d in wrong.diagnostics]) from wrong


def _by_name(place: Workplace, block: Block, attrs: Attrs) -> StateManager:
    """Of the stack with a name, wherever its folder is."""
    node = block.body.value["name"]
    wrong = bad_stack_name(attrs["name"], node.position)
    if wrong is not None:
        raise MlinfraError(wrong)
    sealed = _encryption(place, block, attrs)
    head = Head(attrs["name"], block.folder, place.root, _backend(block, attrs), encryption=sealed)
    return place.manager(head, anywhere=True)


def _backend(block: Block, attrs: Attrs) -> Backend | None:
    if "backend" not in attrs:
        return None
    ((kind, settings),) = attrs["backend"].items()
    section: Node = block.body.value["backend"]
    node = section.value[kind] if section.is_map else section
    if settings is None or isinstance(settings, dict):
        return Backend(kind, settings or {}, node)
    what = f"`{kind}` of {block.label} takes a map of settings"
    raise MlinfraError(error(codes.WRONG_SHAPE, what, f"Write  backend: {{{kind}: {{…}}}}.", node.position))


def _encryption(place: Workplace, block: Block, attrs: Attrs) -> Encryption | None:
    if "encryption" not in attrs:
        return None
    problems: list[Diagnostic] = []
    section = _worked_out(block.body.value["encryption"], attrs["encryption"])
    around = Surroundings(block.folder, place.root, place.environment)
    sealed = read_encryption(section, {}, around, problems)
    refuse_errors(problems)
    return sealed


def _worked_out(written: Node, value: Any) -> Node:
    """What expressions have come to, where they are written."""
    if isinstance(value, dict):
        inner = written.value if written.is_map else {}
        value = {name: _worked_out(inner.get(name, written), each) for name, each in value.items()}
    elif isinstance(value, list):
        value = tuple(_worked_out(written, each) for each in value)
    return Node(value, written.position, written.key)


def _refuse_unread(block: Block, given: Mapping[str, Any], head: Head) -> None:
    """What is given and changes nothing is a mistake: another state would be read than is meant."""
    for name in given:
        if name not in head.reads:
            known = f"It reads: {listed(sorted(head.reads))}." if head.reads else "It reads none."
            what = f"the backend of the stack {head.stack} reads no variable `{name}`"
            raise MlinfraError(
                error(codes.UNDECLARED_VALUE, what, f"{did_you_mean(name, head.reads)}{known}")
            )


def _stacks_beside(folder: Path) -> list[str]:
    return [path.parent.name for path in folder.parent.glob(f"*/{FILE}")]


def _as_texts(given: Mapping[str, Any]) -> dict[str, str]:
    """Values as ``-v`` takes them: text as it is, all else as YAML, which JSON is."""
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in given.items()
    }


def _without_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Values for this stack's variables are no values for another's that happen to be called the same."""
    return {name: text for name, text in environment.items() if not name.startswith(PREFIX)}


def _in_that_file(found: Diagnostic, written: str, block: Block) -> Diagnostic:
    """What is wrong in the other stack, told at the block that reads it."""
    detail = "Give it under `variables:`." if found.code == codes.NO_VALUE else found.detail
    place = f"In {written}/{found.position}: " if found.position else ""
    return replace(found, detail=f"{place}{detail}", position=block.position)
