"""Diagram → DOT (Graphviz) and Mermaid.

What lies in another box is drawn in a frame around that box. Names come from users and services: in both
languages they end up between quotes, with everything escaped that could end them or be read as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlinfra.model.address import Address
from mlinfra.model.diagram import Box, Diagram
from mlinfra.model.plan import Action
from mlinfra.render.escape import visible

_WORDS: Mapping[Action, str] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE_CREATE: "replace",
    Action.CREATE_DELETE: "replace",
    Action.DELETE: "destroy",
    Action.FORGET: "forget",
    Action.ADOPT: "adopt",
    Action.READ: "read",
    Action.RECOVER: "recover",
    Action.PURGE: "purge",
}
_COLOURS: Mapping[str, tuple[str, str]] = {
    "create": ("#dafbe1", "#1a7f37"),
    "adopt": ("#dafbe1", "#1a7f37"),
    "update": ("#fff8c5", "#9a6700"),
    "replace": ("#ffe2d1", "#bc4c00"),
    "destroy": ("#ffebe9", "#cf222e"),
    "forget": ("#eaeef2", "#57606a"),
    "recover": ("#dafbe1", "#1a7f37"),
    "purge": ("#ffe2d1", "#bc4c00"),
    "read": ("#ddf4ff", "#0969da"),
}
"""Fill and line of each action; the word stands in the label too, for whom colours tell nothing."""

_PLAIN = ("#ffffff", "#57606a")


def dot(drawing: Diagram) -> str:
    """The diagram for ``dot -Tsvg``."""
    names = _names(drawing)
    lines = [
        f"digraph {_quoted(drawing.stack)} {{",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, '
        f'fillcolor="{_PLAIN[0]}", color="{_PLAIN[1]}"];',
        '  graph [fontname="Helvetica", fontsize=11, style="rounded", color="#d0d7de"];',
        '  edge [color="#57606a", arrowsize=0.7];',
    ]
    lines += _dot_boxes(_Tree(drawing), names, None, "  ")
    lines += [f"  {names[a.source]} -> {names[a.target]};" for a in drawing.arrows]
    return "\n".join([*lines, "}"])


def mermaid(drawing: Diagram) -> str:
    """The diagram for Markdown's ``mermaid`` blocks."""
    names = _names(drawing)
    lines = ["flowchart LR"]
    lines += _mermaid_boxes(_Tree(drawing), names, None, "  ")
    lines += [f"  {names[a.source]} --> {names[a.target]}" for a in drawing.arrows]
    for word, (fill, line) in _COLOURS.items():
        marked = [names[box.address] for box in drawing.boxes if _word(box) == word]
        if marked:
            lines.append(f"  classDef {word} fill:{fill},stroke:{line},color:#1f2328")
            lines.append(f"  class {','.join(marked)} {word}")
    return "\n".join(lines)


class _Tree:
    """The boxes by what they lie in."""

    def __init__(self, drawing: Diagram) -> None:
        self.within: dict[Address | None, list[Box]] = {}
        for box in drawing.boxes:
            self.within.setdefault(box.inside, []).append(box)

    def inside(self, address: Address | None) -> list[Box]:
        return self.within.get(address, [])


def _names(drawing: Diagram) -> dict[Address, str]:
    """A name of our own for each box: no user's text ever stands where the language reads names."""
    return {box.address: f"n{number}" for number, box in enumerate(drawing.boxes)}


def _word(box: Box) -> str:
    return _WORDS[box.actions[0][0]] if box.actions else ""


def _label(box: Box) -> str:
    told = [] if box.count is None else [f"× {box.count}"]
    if box.actions:
        several = box.count is not None
        words = (
            f"{number} {_WORDS[action]}" if several else _WORDS[action] for action, number in box.actions
        )
        told.append(f"({', '.join(words)})")
    return " ".join([visible(str(box.address)), *told])


# ---- DOT -------------------------------------------------------------------------------------------------


def _dot_boxes(
    tree: _Tree, names: Mapping[Address, str], inside: Address | None, indent: str
) -> Iterator[str]:
    for box in tree.inside(inside):
        word = _word(box)
        fill, line = _COLOURS[word] if word else _PLAIN
        colours = f', fillcolor="{fill}", color="{line}"' if word else ""
        node = f"{names[box.address]} [label={_quoted(_label(box))}{colours}];"
        if not tree.inside(box.address):
            yield f"{indent}{node}"
            continue
        yield f"{indent}subgraph cluster_{names[box.address]} {{"
        yield f"{indent}  label={_quoted(visible(str(box.address)))};"
        yield f"{indent}  {node}"
        yield from _dot_boxes(tree, names, box.address, f"{indent}  ")
        yield f"{indent}}}"


def _quoted(text: str) -> str:
    """A quoted string of DOT. Inside one, backslashes are commands and ``&…;`` is read as in HTML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{escaped}"'


# ---- Mermaid ---------------------------------------------------------------------------------------------


def _mermaid_boxes(
    tree: _Tree, names: Mapping[Address, str], inside: Address | None, indent: str
) -> Iterator[str]:
    for box in tree.inside(inside):
        node = f'{names[box.address]}["{_entities(_label(box))}"]'
        if not tree.inside(box.address):
            yield f"{indent}{node}"
            continue
        yield f'{indent}subgraph g{names[box.address]}["{_entities(visible(str(box.address)))}"]'
        yield f"{indent}  {node}"
        yield from _mermaid_boxes(tree, names, box.address, f"{indent}  ")
        yield f"{indent}end"


_SAFE = frozenset(" ._-()×,")


def _entities(text: str) -> str:
    """Text for a quoted label: whatever Mermaid, Markdown or HTML could read is written as ``#code;``."""
    return "".join(char if char.isalnum() or char in _SAFE else f"#{ord(char)};" for char in text)
