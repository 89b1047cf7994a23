"""An expression that stands in no file: what somebody types into ``mlinfra console``."""

from __future__ import annotations

from mlinfra.config.grammar import read_expression
from mlinfra.config.template import compile_template
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.source import Expression, Node, Position, SourceFile, Template

SHOWN = "(typed)"
"""How messages call the place."""


def read_question(text: str) -> Node:
    """The expression as a node: ``var.x``, ``${var.x}``, or text with expressions in it.

    Raises MlinfraError when it is none.
    """
    problems: list[Diagnostic] = []
    text = text.strip()
    if "${" in text:
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            text = text[1:-1]  # copied from a file together with YAML's quotes
        value = compile_template(text, Position(SourceFile(SHOWN, text), 1, 1), problems)
    else:
        # Messages show it as it would stand in a file: what they point at is counted from its `${`.
        source = SourceFile(SHOWN, f"${{{text}}}")
        position = Position(source, 1, 1, len(source.text))
        read = read_expression(text, position, problems)
        value = text
        if read is not None:
            value = Template(source.text, (Expression(text, position, read.tree, read.references),))
    if problems:
        raise MlinfraError(problems)
    return Node(value, Position(SourceFile(SHOWN, text), 1, 1))
