"""Drawings: what stands where, and that no name can leave its quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.model.address import Address
from mlinfra.model.diagram import Arrow, Box, Diagram
from mlinfra.model.plan import Action
from mlinfra.render.graph import dot, mermaid

GROUP, SPACE, CPU = Address("resource_group", "main"), Address("workspace", "main"), Address("compute", "cpu")
VAULT = Address("key_vault", "main")
SAMPLE = Diagram(
    "churn",
    (
        Box(GROUP),
        Box(VAULT, GROUP, None, ((Action.CREATE, 1),)),
        Box(SPACE, GROUP),
        Box(CPU, SPACE, 3, ((Action.DELETE_CREATE, 1), (Action.UPDATE, 2))),
    ),
    (Arrow(SPACE, VAULT),),
    planned=True,
)


def test_dot_has_frames_arrows_and_colours() -> None:
    body = dot(SAMPLE).split("\n", 5)[5]
    assert body == (
        "  subgraph cluster_n0 {\n"
        '    label="resource_group.main";\n'
        '    n0 [label="resource_group.main"];\n'
        '    n1 [label="key_vault.main (create)", fillcolor="#dafbe1", color="#1a7f37"];\n'
        "    subgraph cluster_n2 {\n"
        '      label="workspace.main";\n'
        '      n2 [label="workspace.main"];\n'
        '      n3 [label="compute.cpu × 3 (1 replace, 2 update)", fillcolor="#ffe2d1", color="#bc4c00"];\n'
        "    }\n"
        "  }\n"
        "  n2 -> n1;\n"
        "}"
    )


def test_mermaid_has_them_too() -> None:
    assert mermaid(SAMPLE) == (
        "flowchart LR\n"
        '  subgraph gn0["resource_group.main"]\n'
        '    n0["resource_group.main"]\n'
        '    n1["key_vault.main (create)"]\n'
        '    subgraph gn2["workspace.main"]\n'
        '      n2["workspace.main"]\n'
        '      n3["compute.cpu × 3 (1 replace, 2 update)"]\n'
        "    end\n"
        "  end\n"
        "  n2 --> n1\n"
        "  classDef create fill:#dafbe1,stroke:#1a7f37,color:#1f2328\n"
        "  class n1 create\n"
        "  classDef replace fill:#ffe2d1,stroke:#bc4c00,color:#1f2328\n"
        "  class n3 replace"
    )


def test_every_action_has_a_word_and_a_colour() -> None:
    actions = [action for action in Action if action is not Action.NO_OP]
    boxes = tuple(Box(Address("a", f"b{n}"), None, None, ((a, 1),)) for n, a in enumerate(actions))
    assert dot(Diagram("a", boxes)).count("fillcolor=") == len(actions) + 1
    drawn = mermaid(Diagram("a", boxes))
    classed = [
        name for names in re.findall(r"^  class (\S+) ", drawn, re.MULTILINE) for name in names.split(",")
    ]
    assert len(classed) == len(actions)


def hostile(key: str) -> Diagram:
    one = Address("role_assignment", "team", key)
    return Diagram("churn", (Box(one), Box(GROUP, one)), (Arrow(GROUP, one),))


KEYS = [
    'a"];evil[label="', "\\", '\\"', "<script>alert(1)</script>", "a\nn9 -> n0", "`x`", "end",
    "%%{init: {}}%%", "&lt;b&gt;", "\x1b[31m", "\u202e", "#quot;", "]]", "click n0 href", "\u2028",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_names_stay_between_their_quotes(key: str) -> None:
    contained(key)


@given(st.text())
def test_no_name_leaves_its_quotes(key: str) -> None:
    contained(key)


def contained(key: str) -> None:
    plain = hostile("plain")
    for form in (dot, mermaid):
        drawn = form(hostile(key))
        assert without_texts(drawn) == without_texts(form(plain))
        assert drawn.count("\n") == form(plain).count("\n")
        assert all(char.isprintable() or char in "\n\u3000" for char in drawn)
    quoted = re.findall(r'\["([^"]*)"\]', mermaid(hostile(key)))
    assert all(re.fullmatch(r"(?:[\w ._\-()×,]|[^\W]|#\d+;)*", text) for text in quoted)


def without_texts(drawn: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', "…", drawn)


def test_dot_shows_entities_as_they_are_written() -> None:
    assert "&amp;lt;b&amp;gt;" in dot(hostile("&lt;b&gt;"))
