"""``data: {stack_output: …}``: the outputs that other stacks recorded, read once, before anything is planned.

Nothing is asked of any service, no lock is taken and nothing is written: what another stack recorded last is
data. So two stacks may read each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from mlinfra.config.expression import Unresolved, evaluate
from mlinfra.config.marks import UnknownRead
from mlinfra.config.reading import Reads
from mlinfra.config.scopes import Scopes
from mlinfra.engine.check import Subject, check_body
from mlinfra.engine.schema import Schema
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error
from mlinfra.model.source import Node
from mlinfra.model.state import OutputValue
from mlinfra.model.value import Attrs, Unknown

STACK_OUTPUT = "stack_output"
"""What stands under ``data:`` for them, where the type of a resource would stand."""

SCHEMA: Schema = {
    "title": "stack_output",
    "description": "The outputs of another stack, as its last apply recorded them.",
    "type": "object",
    "properties": {
        "stack": {
            "type": "string",
            "minLength": 1,
            "description": "The folder of the other stack in this repository, relative to this file.",
            "x-hint": "For example ../network.",
        },
        "variables": {
            "type": "object",
            "description": "Values of the variables that the other stack's backend reads; those left out "
            "have their defaults.",
        },
        "name": {
            "type": "string",
            "minLength": 1,
            "description": "What the other stack is called, where its folder is not at hand.",
        },
        "backend": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "description": "With name: where its state is kept; left out, in files of this repository.",
            "x-hint": "One store with its settings, for example {azure_blob: {…}}.",
        },
        "encryption": {
            "type": "object",
            "description": "With name: the key of its state, as that stack says it under encryption.",
            "x-hint": "For example {environment: NETWORK_STATE_KEY}.",
        },
    },
    "additionalProperties": False,
    "anyOf": [{"required": ["stack"]}, {"required": ["name"]}],
    "allOf": [
        {"not": {"required": pair}}
        for pair in (["stack", "name"], ["stack", "backend"], ["stack", "encryption"], ["name", "variables"])
    ],
}
"""What a block of it holds."""

Outputs: TypeAlias = Mapping[str, OutputValue]
ReadOutputs: TypeAlias = Callable[[Block, Attrs], Outputs | None]
"""A block and what it says, to what is recorded; None: that stack was never applied. Raises MlinfraError."""


class Neighbour:
    """One block: a scope of the outputs' names. Until they are read, none of them is known."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.outputs: Outputs | None = None

    def find(self, name: str) -> Any:
        """The value of one output; KeyError when there is none, Unresolved when it is not kept."""
        if self.outputs is None:
            return Unknown()
        output = self.outputs[name]
        if output.sensitive:
            raise Unresolved([_not_kept(self.block, name)])
        return output.value

    def names(self) -> Iterable[str]:
        """Every output."""
        if self.outputs is None:
            raise UnknownRead(False, self.block.label)
        return list(self.outputs)


def neighbours(config: Config) -> list[Neighbour]:
    """Those of a stack, not read yet."""
    return [Neighbour(block) for block in config.data if block.address.type == STACK_OUTPUT]


def read_neighbours(
    found: Sequence[Neighbour],
    config: Config,
    scopes: Scopes,
    read: ReadOutputs | None,
    problems: list[Diagnostic],
) -> None:
    """Read them side by side, or with None only look whether what is written can be right.

    What is wrong goes to ``problems``, and leaves the outputs unknown.
    """
    reads = Reads(config.modules, problems)
    written = [(one, _written(one.block, reads, scopes, problems)) for one in found]
    wanted = [(one, attrs) for one, attrs in written if attrs is not None]
    if read is None or not wanted:
        return
    # Imported here: it brings `logging`, and most stacks read no other.
    from concurrent.futures import ThreadPoolExecutor

    reading = read
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(wanted))) as pool:
        answers = list(pool.map(lambda each: _answer(reading, each[0].block, each[1]), wanted))
    for (one, _), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, MlinfraError):
            problems.extend(d.located(None, one.block.position) for d in answer.diagnostics)
        elif answer is None:
            problems.append(_never_applied(one.block))
        else:
            one.outputs = answer


_AT_ONCE = 8
"""How many stores are read at a time."""


def _answer(read: ReadOutputs, block: Block, attrs: Attrs) -> Outputs | MlinfraError | None:
    try:
        return read(block, attrs)
    except MlinfraError as wrong:
        return wrong


def _written(block: Block, reads: Reads, scopes: Scopes, problems: list[Diagnostic]) -> Attrs | None:
    """What a block says; None where that is wrong, and has been reported."""
    found = [
        error(
            "MLI-REF-015",
            f"{block.label} reads {read.label}, which is not known yet",
            "Outputs of other stacks are read before anything else is: write it with variables and locals.",
            position,
        )
        for read, position in reads.of(block.body, block.address.module)
    ]
    if not found:
        parent = {} if block.parent is None else {"parent": block.parent}
        body = Node({**block.body.value, **parent}, block.body.position, block.body.key)
        attrs = evaluate(body, scopes.of(block.address.module), found)
        subject = Subject(block.label, body, block.position)
        found.extend(check_body(subject, attrs, SCHEMA))
    problems.extend(found)
    return None if any(d.severity is Severity.ERROR for d in found) else dict(attrs)


def _never_applied(block: Block) -> Diagnostic:
    return error(
        "MLI-REF-016",
        f"the stack that {block.label} reads was never applied",
        "It has no outputs yet: apply it first. `mlinfra status` shows what is applied.",
        block.position,
    )


def _not_kept(block: Block, name: str) -> Diagnostic:
    """Without a place: it is whoever reads it that is wrong."""
    return error(
        "MLI-REF-017",
        f"output `{name}` of {block.label} is sensitive, and so is not kept",
        "Recorded state holds no secrets. Read it from the service that has it: a key vault, for example, "
        "which both stacks know.",
    )
